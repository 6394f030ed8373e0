// Connections by the thousand to one server on loopback, in one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/error.h"
#include "platform/http/file_limit.h"

namespace pharos::http::bench {

using SteadyClock = std::chrono::steady_clock;

/// One connection of a client.
struct Client {
  int socket = -1;
  std::string received;
  SteadyClock::time_point asked;
  bool is_answered = false;

  Client() = default;
  ~Client() {
    if (socket >= 0) ::close(socket);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
};

[[noreturn]] inline void fail(const char* what) {
  throw base::Error(base::Code::kUnavailable,
                    fmt::format("the load cannot be made: {}: {}", what, std::strerror(errno)));
}

inline double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

/// The clients and what they wait for.
class Crowd {
 public:
  explicit Crowd(std::uint16_t port) : poll_(::epoll_create1(0)) {
    raise_file_limit();
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  ~Crowd() { ::close(poll_); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void connect(Client& client) {
    client.socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (client.socket < 0) fail("socket");
    const int yes = 1;
    ::setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(client.socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0)
      fail("connect");
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
    if (::epoll_ctl(poll_, EPOLL_CTL_ADD, client.socket, &event) != 0) fail("epoll");
  }
  static void ask(Client& client, const std::string& request) {
    client.received.clear();
    client.is_answered = false;
    client.asked = SteadyClock::now();
    if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) client.received = "broken";
  }
  /// Reads what has come, and calls `on_bytes` for each client that something has come for.
  void wait(int milliseconds, const std::function<void(Client&, bool is_over)>& on_bytes) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(poll_, events.data(), events.size(), milliseconds);
    for (int i = 0; i < count; ++i) {
      auto& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      std::array<char, 16 * 1024> bytes;
      const ssize_t size = ::recv(client.socket, bytes.data(), bytes.size(), 0);
      if (size > 0) client.received.append(bytes.data(), static_cast<std::size_t>(size));
      if (size <= 0) ::epoll_ctl(poll_, EPOLL_CTL_DEL, client.socket, nullptr);
      on_bytes(client, size <= 0);
    }
  }

 private:
  int poll_;
  sockaddr_in address_{};
};

/// The status of a whole answer, or nothing while it is not whole; it has a length, or comes in chunks.
inline std::optional<int> whole_answer(const std::string& received) {
  const std::size_t head = received.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  std::size_t field = received.find("ontent-");
  std::size_t length = 0;
  for (; field < head; field = received.find("ontent-", field + 1)) {
    const std::string_view rest = std::string_view(received).substr(field + 7);
    if (!rest.starts_with("Length: ") && !rest.starts_with("length: ")) continue;
    std::from_chars(rest.data() + 8, rest.data() + rest.size(), length);
    break;
  }
  const bool is_chunked = std::string_view(received).substr(0, head).find("chunked") != std::string::npos;
  if (is_chunked && !received.ends_with("\r\n0\r\n\r\n")) return std::nullopt;
  if (received.size() < head + 4 + length) return std::nullopt;
  int status = 0;
  if (received.starts_with("HTTP/1.1 ")) std::from_chars(received.data() + 9, received.data() + 12, status);
  return status;
}

}  // namespace pharos::http::bench
