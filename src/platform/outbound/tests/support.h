// Servers of the tests' own on loopback that say exactly what a test wants said.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "core/base/tests/support.h"
#include "platform/outbound/resolver.h"

namespace pharos::outbound::testing_support {

namespace ip = boost::asio::ip;

/// One connection, as the server sees it.
class Wire {
 public:
  explicit Wire(ip::tcp::socket& socket) : socket_(socket) {}

  /// False when the other end has gone.
  bool write(const std::string& bytes) {
    boost::system::error_code failure;
    boost::asio::write(socket_, boost::asio::buffer(bytes), failure);
    return !failure;
  }
  bool answer(int status, const std::string& body, const std::string& headers = "") {
    return write(fmt::format("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                             headers, body));
  }
  /// Blocks until the other end closes.
  void wait_for_end() {
    char byte = 0;
    boost::system::error_code failure;
    boost::asio::read(socket_, boost::asio::buffer(&byte, 1), failure);
  }

 private:
  ip::tcp::socket& socket_;
};

/// Answers each request by a function, which says whether the connection stays; until it is destroyed.
class ScriptedServer {
 public:
  using Script = std::function<bool(const std::string& request, Wire& wire)>;

  explicit ScriptedServer(Script script, const std::string& address = "127.0.0.1", std::uint16_t port = 0)
      : script_(std::move(script)), acceptor_(io_, ip::tcp::endpoint(ip::make_address(address), port)) {
    accepting_ = std::thread([this] { accept(); });
  }
  ~ScriptedServer() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const auto& each : sockets_) ::shutdown(each->native_handle(), SHUT_RDWR);
    }
    for (std::thread& each : threads_) each.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const {
    return fmt::format("http://{}:{}{}", host, port(), path);
  }
  int connections() const { return connections_; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void accept() {
    while (true) {
      auto socket = std::make_shared<ip::tcp::socket>(io_);
      boost::system::error_code failure;
      acceptor_.accept(*socket, failure);
      if (failure) return;
      ++connections_;
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { talk(*socket); });
    }
  }
  void talk(ip::tcp::socket& socket) {
    std::string bytes;
    Wire wire(socket);
    boost::system::error_code failure;
    while (true) {
      const std::size_t head =
          boost::asio::read_until(socket, boost::asio::dynamic_buffer(bytes), "\r\n\r\n", failure);
      if (failure) break;
      const std::size_t length = head + content_length(bytes.substr(0, head));
      if (bytes.size() < length) {
        boost::asio::read(socket, boost::asio::dynamic_buffer(bytes),
                          boost::asio::transfer_exactly(length - bytes.size()), failure);
      }
      const std::string request = bytes.substr(0, length);
      bytes.erase(0, length);
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      if (!script_(request, wire)) break;
    }
    ::shutdown(socket.native_handle(), SHUT_RDWR);
  }
  static std::size_t content_length(const std::string& head) {
    const std::size_t place = head.find("Content-Length: ");
    return place == std::string::npos ? 0 : std::stoul(head.substr(place + 16));
  }

  Script script_;
  boost::asio::io_context io_;
  ip::tcp::acceptor acceptor_;
  std::thread accepting_;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<ip::tcp::socket>> sockets_;
  std::vector<std::thread> threads_;
  std::vector<std::string> requests_;
};

/// Says what it was told to, one answer a question; the last one again and again.
class ScriptedResolver final : public Resolver {
 public:
  explicit ScriptedResolver(std::vector<std::vector<std::string>> answers) : answers_(std::move(answers)) {}

  base::Task<std::vector<ip::address>> resolve(std::string) override {
    std::vector<ip::address> addresses;
    for (const std::string& each : answers_.at(std::min(asked_, answers_.size() - 1))) {
      addresses.push_back(ip::make_address(each));
    }
    ++asked_;
    co_return addresses;
  }
  std::size_t asked() const { return asked_; }

 private:
  std::vector<std::vector<std::string>> answers_;
  std::size_t asked_ = 0;
};

using base::testing_support::code_of;
using base::testing_support::wait;

}  // namespace pharos::outbound::testing_support
