#include "server/commands/bench_server_process.h"

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"

namespace pharos::server {
namespace {

[[noreturn]] void fail(const std::string& why) {
  throw base::Error(base::Code::kUnavailable, why);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// Of `pid comm state ppid pgrp ...`: the group.
pid_t group_of(pid_t process) {
  std::ifstream stat(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return -1;
  char state = 0;
  pid_t parent = 0;
  pid_t group = -1;
  std::sscanf(text.c_str() + name_end + 1, " %c %d %d", &state, &parent, &group);
  return group;
}

std::uint64_t resident(pid_t process) {
  std::ifstream statm(fmt::format("/proc/{}/statm", process));
  std::uint64_t all = 0;
  std::uint64_t pages = 0;
  statm >> all >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// A socket of loopback, closed at its end.
class Loopback {
 public:
  Loopback() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  ~Loopback() { ::close(socket_); }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  bool connect(std::uint16_t port) {
    address_.sin_port = htons(port);
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0;
  }
  std::uint16_t bind_any() {
    socklen_t size = sizeof address_;
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address_), size);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size);
    return ntohs(address_.sin_port);
  }
  std::string exchange(const std::string& request) {
    ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    std::array<char, 4096> bytes{};
    for (ssize_t size = 0; (size = ::recv(socket_, bytes.data(), bytes.size(), 0)) > 0;) {
      answer.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return answer;
  }

 private:
  int socket_;
  sockaddr_in address_{};
};

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> words, std::vector<std::string> settings) {
  for (char** each = environ; *each != nullptr; ++each) settings.emplace_back(*each);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("no pipe can be made");
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const int failure = ::posix_spawn(&process_, words.front().c_str(), &actions, &attributes,
                                    pointers(words).data(), pointers(settings).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  ::close(ends[1]);
  output_ = ends[0];
  if (failure != 0) {
    ::close(output_);
    throw base::Error(base::Code::kNotFound, fmt::format("'{}' cannot be started: {}", words.front(),
                                                         std::generic_category().message(failure)));
  }
}

ServerProcess::~ServerProcess() {
  ::kill(-process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(output_);
}

std::string ServerProcess::line() {
  while (!read_.contains('\n')) {
    std::array<char, 512> bytes{};
    const ssize_t size = ::read(output_, bytes.data(), bytes.size());
    if (size <= 0) fail("the server has ended before it was ready");
    read_.append(bytes.data(), static_cast<std::size_t>(size));
  }
  const std::size_t end = read_.find('\n');
  std::string line = read_.substr(0, end);
  read_.erase(0, end + 1);
  return line;
}

std::uint64_t ServerProcess::memory() const {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    pid_t process = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (failure == std::errc() && group_of(process) == process_) bytes += resident(process);
  }
  return bytes;
}

std::string ask_server(std::uint16_t port, const std::string& request) {
  Loopback connection;
  if (!connection.connect(port)) fail(fmt::format("nobody answers on port {}", port));
  const std::string answer = connection.exchange(request);
  const std::size_t head = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 2") || head == std::string::npos) {
    fail(fmt::format("the server answered {}", answer.substr(0, 400)));
  }
  return answer.substr(head + 4);
}

void await_server(std::uint16_t port, const std::string& request, double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (true) {
    try {
      ask_server(port, request);
      return;
    } catch (const base::Error&) {
      if (std::chrono::steady_clock::now() > end) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

std::string request_text(const std::string& path, const std::string& token, const std::string& json) {
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", json.empty() ? "GET" : "POST", path);
  if (!token.empty()) text += fmt::format("Authorization: Bearer {}\r\n", token);
  if (!json.empty())
    text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", json.size());
  return text + "\r\n" + json;
}

std::uint16_t free_port() {
  return Loopback().bind_any();
}

}  // namespace pharos::server
