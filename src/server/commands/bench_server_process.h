// Servers that a benchmark starts, asks and ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace pharos::server {

/// A program that listens on loopback. Ended, with whatever it has started, when destroyed. Used by one
/// thread.
class ServerProcess {
 public:
  /// Starts it in a process group of its own; `settings` are added to its environment. Throws base::Error
  /// (kNotFound) when there is no such program.
  ServerProcess(std::vector<std::string> words, std::vector<std::string> settings);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// The next line that it prints. Throws base::Error (kUnavailable) when it has ended.
  std::string line();
  /// Resident memory of it and of all that it has started, in bytes.
  std::uint64_t memory() const;

 private:
  pid_t process_ = -1;
  int output_ = -1;
  std::string read_;
};

/// The body of the answer to one request to a server on loopback. Throws base::Error (kUnavailable) when
/// nobody answers, or not with a success.
std::string ask_server(std::uint16_t port, const std::string& request);
/// Asks until somebody answers, for at most so many seconds.
void await_server(std::uint16_t port, const std::string& request, double seconds);

/// A request with a bearer token; `json` is a body, or empty for GET.
std::string request_text(const std::string& path, const std::string& token, const std::string& json = "");

std::uint16_t free_port();

}  // namespace pharos::server
