// A real server that speaks HTTP/2, with a certificate of its own, on loopback.
#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace pharos::outbound::testing_support {

/// `nghttpd`, until it is destroyed.
class Http2Server {
 public:
  Http2Server() : folder_(made()) {
    base::write_file(folder_ / "index.html", "over http/2");
    const std::string key = folder_ / "key.pem";
    wait_for(start({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", key, "-out", certificate(), "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost"}));
    process_ =
        start({"nghttpd", "-a", "127.0.0.1", "-d", folder_, std::to_string(port_), key, certificate()});
    while (!answers()) ::usleep(5000);
  }
  ~Http2Server() {
    ::kill(process_, SIGKILL);
    wait_for(process_);
    std::filesystem::remove_all(folder_);
  }
  Http2Server(const Http2Server&) = delete;
  Http2Server& operator=(const Http2Server&) = delete;

  std::string url() const { return fmt::format("https://localhost:{}/index.html", port_); }
  std::filesystem::path certificate() const { return folder_ / "certificate.pem"; }

 private:
  static std::filesystem::path made() {
    std::string name = std::filesystem::temp_directory_path() / "pharos-http2-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw base::Error(base::Code::kUnavailable, "no temporary folder");
    return name;
  }
  static std::uint16_t free_port() {
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor taken(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
    return taken.local_endpoint().port();
  }
  static pid_t start(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (std::string& each : words) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
    pid_t process = -1;
    const int failure =
        ::posix_spawnp(&process, words.front().c_str(), &actions, nullptr, arguments.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
      throw base::Error(
          base::Code::kNotFound,
          fmt::format("{} is not installed: apt-get install nghttp2-server openssl", words.front()));
    }
    return process;
  }
  static void wait_for(pid_t process) { ::waitpid(process, nullptr, 0); }
  bool answers() const {
    if (::waitpid(process_, nullptr, WNOHANG) != 0) {
      throw base::Error(base::Code::kUnavailable, "nghttpd ended at once");
    }
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    boost::system::error_code failure;
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_}, failure);
    return !failure;
  }

  std::filesystem::path folder_;
  std::uint16_t port_ = free_port();
  pid_t process_ = -1;
};

}  // namespace pharos::outbound::testing_support
