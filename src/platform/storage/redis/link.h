// One connection to Redis, and what goes over it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/storage/redis/address.h"
#include "platform/storage/redis/resp.h"

namespace pharos::storage::redis {

/// Everything happens on one strand, which is the executor it was opened with.
class Link : public std::enable_shared_from_this<Link> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  explicit Link(Socket socket) : socket_(std::move(socket)) {}

  /// Connects. Throws base::Error (kUnavailable) when that takes longer than `limit`.
  static base::Task<std::shared_ptr<Link>> open(Address address, base::Clock& clock, base::Duration limit);

  /// Begins to read. `on_close` is called once, with why, and nothing after it.
  void start(std::function<void(Reply)> on_reply, std::function<void(const std::string&)> on_close);
  /// What is sent before the first has gone goes in one piece.
  void send(std::string_view bytes);
  void close(const std::string& why);
  bool is_closed() const { return is_closed_; }

 private:
  static base::Task<void> read(std::shared_ptr<Link> self);
  static base::Task<void> write(std::shared_ptr<Link> self);

  Socket socket_;
  ReplyReader reader_;
  std::string outgoing_;
  std::function<void(Reply)> on_reply_;
  std::function<void(const std::string&)> on_close_;
  bool is_writing_ = false;
  bool is_closed_ = false;
};

}  // namespace pharos::storage::redis
