#include "platform/storage/redis/link.h"

#include <array>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::storage::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kPieceBytes = std::size_t{16} << 10;
constexpr auto kAnswer = asio::as_tuple(asio::use_awaitable);

/// A connection on its way. Looking a name up cannot be stopped: whoever has waited long enough leaves it to
/// itself.
struct Opening {
  explicit Opening(const asio::any_io_executor& strand)
      : socket(strand), resolver(strand), done(strand, std::chrono::steady_clock::time_point::max()) {}

  Link::Socket socket;
  asio::ip::tcp::resolver resolver;
  asio::steady_timer done;  ///< cancelled when it is
  error_code failure = asio::error::timed_out;
  bool is_left = false;
};

/// The first of the host's addresses that answers.
base::Task<error_code> connect(std::shared_ptr<Opening> opening, Address address) {
  Link::Socket& socket = opening->socket;
  if (!address.path.empty()) {
    const asio::local::stream_protocol::endpoint place(address.path);
    auto [failure] = co_await socket.async_connect(place, kAnswer);
    co_return failure;
  }
  auto [failure, places] = co_await opening->resolver.async_resolve(address.host, address.port, kAnswer);
  for (const auto& place : places) {
    if (opening->is_left) co_return asio::error::timed_out;
    if (socket.is_open()) socket.close(failure);
    auto [refused] = co_await socket.async_connect(place.endpoint(), kAnswer);
    failure = refused;
    if (!failure) {
      socket.set_option(asio::ip::tcp::no_delay(true), failure);
      break;
    }
  }
  co_return failure;
}

base::Task<void> connect_and_tell(std::shared_ptr<Opening> opening, Address address) {
  opening->failure = co_await connect(opening, std::move(address));
  opening->done.cancel();
}

}  // namespace

base::Task<std::shared_ptr<Link>> Link::open(Address address, base::Clock& clock, base::Duration limit) {
  using namespace asio::experimental::awaitable_operators;  // NOLINT: what they are for
  const auto strand = co_await asio::this_coro::executor;
  const auto opening = std::make_shared<Opening>(strand);
  asio::co_spawn(strand, connect_and_tell(opening, address), asio::detached);
  co_await (opening->done.async_wait(kAnswer) || clock.sleep_until(clock.now() + limit));
  if (opening->failure) {
    opening->is_left = true;
    error_code ignored;
    opening->socket.close(ignored);
    throw base::Error(base::Code::kUnavailable, fmt::format("Redis at {}: {}; is it running?",
                                                            address.describe(), opening->failure.message()));
  }
  co_return std::make_shared<Link>(std::move(opening->socket));
}

void Link::start(std::function<void(Reply)> on_reply, std::function<void(const std::string&)> on_close) {
  on_reply_ = std::move(on_reply);
  on_close_ = std::move(on_close);
  asio::co_spawn(socket_.get_executor(), read(shared_from_this()), asio::detached);
}

void Link::send(std::string_view bytes) {
  if (is_closed_) return;
  outgoing_ += bytes;
  if (is_writing_) return;
  is_writing_ = true;
  asio::co_spawn(socket_.get_executor(), write(shared_from_this()), asio::detached);
}

void Link::close(const std::string& why) {
  if (std::exchange(is_closed_, true)) return;
  error_code ignored;
  socket_.close(ignored);
  if (const auto on_close = std::exchange(on_close_, nullptr)) on_close(why);
}

base::Task<void> Link::read(std::shared_ptr<Link> self) {
  std::array<char, kPieceBytes> piece{};
  while (!self->is_closed_) {
    auto [failure, bytes] = co_await self->socket_.async_read_some(asio::buffer(piece), kAnswer);
    if (failure) {
      self->close("Redis has ended the connection");
      co_return;
    }
    try {
      self->reader_.add({piece.data(), bytes});
      while (auto reply = self->reader_.next()) {
        if (self->is_closed_) co_return;
        self->on_reply_(std::move(*reply));
      }
    } catch (const base::Error& error) {
      self->close(error.what());
    }
  }
}

base::Task<void> Link::write(std::shared_ptr<Link> self) {
  while (!self->outgoing_.empty() && !self->is_closed_) {
    const std::string sending = std::exchange(self->outgoing_, {});
    auto [failure, bytes] = co_await asio::async_write(self->socket_, asio::buffer(sending), kAnswer);
    if (failure) self->close("Redis has ended the connection");
  }
  self->is_writing_ = false;
}

}  // namespace pharos::storage::redis
