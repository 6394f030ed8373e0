#include "platform/http/socket_session.h"

#include <deque>
#include <string>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/http/web_socket.h"

namespace pharos::http::detail {
namespace {

namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr std::size_t kMostWaiting = 1024 * 1024;
constexpr std::size_t kMostUnread = 16;
constexpr auto kGoodbye = std::chrono::seconds(2);  ///< for a client to end what has been closed
constexpr const char* kProtocol = "pharos";         ///< what browsers offer beside their token

/// A close frame has room for 123 bytes.
std::string in_a_frame(const std::string& sentence) {
  std::string text = base::shorten(sentence, 120);
  return text.size() <= 123 ? text : base::shorten(sentence, 30);
}

/// What a client is told of what went wrong.
websocket::close_reason reason_for(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kInternal) {
      return {websocket::close_code::internal_error, in_a_frame(error.what())};
    }
  } catch (...) {
  }
  return {websocket::close_code::internal_error, "something went wrong here"};
}

/// One conversation. Used on its connection's thread; what it refers to outlives it.
template <class Stream>
class SocketSession final : public SocketPeer {
 public:
  SocketSession(Stream& stream, AnyConnection& connection, const ServerSettings& settings,
                const WebSocket& socket);

  /// Shakes hands and talks until either side ends it; everything has ended then.
  base::Task<void> run(const SocketRequest& request, const Headers& answer);
  /// Tells the client that the server stops (1001), then ends.
  void go_away();

  base::Task<void> send(SocketMessage message) override;
  void post(SocketMessage message) override;
  base::Task<std::optional<SocketMessage>> receive() override;

 private:
  void set_up(const SocketRequest& request, const Headers& answer);
  base::Task<void> talk();
  void talk_has_ended(const std::exception_ptr& failure);
  base::Task<void> listen();
  void write_next();
  void close(websocket::close_reason reason);
  void client_has_closed();
  base::Task<void> wait_for_a_change();
  void something_changed() { change_.cancel(); }

  websocket::stream<Stream&> stream_;
  AnyConnection& connection_;
  const ServerSettings& settings_;
  const WebSocket& socket_;
  asio::steady_timer change_;
  asio::cancellation_signal talk_cancellation_;
  std::deque<SocketMessage> outgoing_;  ///< the first is being written
  std::size_t outgoing_bytes_ = 0;
  std::uint64_t posted_ = 0;
  std::uint64_t written_ = 0;
  std::deque<SocketMessage> incoming_;
  int under_way_ = 0;  ///< operations and coroutines that refer to this
  bool is_open_ = false;
  bool is_writing_ = false;
  bool is_closing_ = false;
  bool has_ended_ = false;  ///< nothing more comes or goes
};

template <class Stream>
SocketSession<Stream>::SocketSession(Stream& stream, AnyConnection& connection,
                                     const ServerSettings& settings, const WebSocket& socket)
    : stream_(stream),
      connection_(connection),
      settings_(settings),
      socket_(socket),
      change_(stream.get_executor(), base::SteadyTime::max()) {}

template <class Stream>
void SocketSession<Stream>::set_up(const SocketRequest& request, const Headers& answer) {
  stream_.set_option(websocket::stream_base::timeout{.handshake_timeout = settings_.header_time,
                                                     .idle_timeout = settings_.socket_time,
                                                     .keep_alive_pings = true});
  websocket::permessage_deflate deflate;
  deflate.server_enable = settings_.socket_deflate;
  // A small window: what a connection holds for it is a quarter of what it could be.
  deflate.server_max_window_bits = 12;
  deflate.memLevel = 4;
  stream_.set_option(deflate);
  stream_.set_option(websocket::stream_base::decorator([&](websocket::response_type& response) {
    for (const auto& [name, value] : answer) response.set(name, value);
    const std::string_view offered = request["Sec-WebSocket-Protocol"];
    if (lists(offered, kProtocol)) response.set("Sec-WebSocket-Protocol", kProtocol);
  }));
  stream_.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
    if (kind == websocket::frame_type::close) client_has_closed();
  });
  stream_.read_message_max(socket_.longest_message);
  stream_.auto_fragment(false);
}

template <class Stream>
base::Task<void> SocketSession<Stream>::run(const SocketRequest& request, const Headers& answer) {
  set_up(request, answer);
  co_await stream_.async_accept(request, asio::use_awaitable);
  is_open_ = true;
  ++under_way_;
  auto has_ended = [this](const std::exception_ptr& failure) { talk_has_ended(failure); };
  asio::co_spawn(stream_.get_executor(), talk(),
                 asio::bind_cancellation_slot(talk_cancellation_.slot(), std::move(has_ended)));
  if (connection_.is_stopping()) go_away();  // since its hand was held out
  try {
    co_await listen();
  } catch (const boost::system::system_error&) {
    // The client has left or was cut off; what was under way is told below.
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  has_ended_ = true;
  connection_.expect_nothing();
  something_changed();
  talk_cancellation_.emit(asio::cancellation_type::terminal);
  connection_.close();
  while (under_way_ > 0) co_await wait_for_a_change();
}

template <class Stream>
base::Task<void> SocketSession<Stream>::talk() {
  co_await socket_.talk(*this);
  while (!outgoing_.empty() && !has_ended_) co_await wait_for_a_change();
}

template <class Stream>
void SocketSession<Stream>::talk_has_ended(const std::exception_ptr& failure) {
  close(failure ? reason_for(failure) : websocket::close_reason(websocket::close_code::normal));
  --under_way_;
  something_changed();
}

/// Ends when the client has: by a close frame, by leaving, or by doing what the protocol forbids.
template <class Stream>
base::Task<void> SocketSession<Stream>::listen() {
  boost::beast::flat_buffer buffer;
  while (true) {
    co_await stream_.async_read(buffer, asio::use_awaitable);
    if (!socket_.listens) {
      close({websocket::close_code::policy_error, "nothing is listened to here"});
    } else if (!is_closing_) {
      incoming_.push_back(
          {.bytes = boost::beast::buffers_to_string(buffer.data()), .is_text = stream_.got_text()});
      something_changed();
    }
    buffer.clear();
    while (incoming_.size() >= kMostUnread && !is_closing_) co_await wait_for_a_change();
  }
}

template <class Stream>
base::Task<std::optional<SocketMessage>> SocketSession<Stream>::receive() {
  while (incoming_.empty() && !has_ended_) co_await wait_for_a_change();
  if (incoming_.empty()) co_return std::nullopt;
  SocketMessage message = std::move(incoming_.front());
  incoming_.pop_front();
  something_changed();
  co_return message;
}

template <class Stream>
base::Task<void> SocketSession<Stream>::send(SocketMessage message) {
  post(std::move(message));
  const std::uint64_t number = posted_;
  while (written_ < number && !has_ended_) co_await wait_for_a_change();
  if (written_ < number) throw boost::system::system_error(asio::error::operation_aborted);
}

template <class Stream>
void SocketSession<Stream>::post(SocketMessage message) {
  if (has_ended_ || is_closing_) throw boost::system::system_error(asio::error::operation_aborted);
  if (!outgoing_.empty() && outgoing_bytes_ + message.bytes.size() > kMostWaiting) {
    connection_.cut_off();
    throw boost::system::system_error(asio::error::no_buffer_space);
  }
  outgoing_bytes_ += message.bytes.size();
  outgoing_.push_back(std::move(message));
  ++posted_;
  write_next();
}

template <class Stream>
void SocketSession<Stream>::write_next() {
  if (is_writing_ || outgoing_.empty() || has_ended_) return;
  is_writing_ = true;
  ++under_way_;
  connection_.expect_within(settings_.write_time);
  stream_.text(outgoing_.front().is_text);
  stream_.async_write(asio::buffer(outgoing_.front().bytes), [this](error_code failure, std::size_t) {
    --under_way_;
    is_writing_ = false;
    if (!is_closing_) connection_.expect_nothing();
    outgoing_bytes_ -= outgoing_.front().bytes.size();
    outgoing_.pop_front();
    if (failure) {
      has_ended_ = true;
    } else {
      ++written_;
      write_next();
    }
    something_changed();
  });
}

template <class Stream>
void SocketSession<Stream>::close(websocket::close_reason reason) {
  if (std::exchange(is_closing_, true) || has_ended_) return;
  ++under_way_;
  connection_.expect_within(kGoodbye);
  stream_.async_close(reason, [this](error_code) {
    --under_way_;
    connection_.close();
    something_changed();
  });
  something_changed();
}

/// Nothing more is said; the stream answers, and the client has a moment to end the connection.
template <class Stream>
void SocketSession<Stream>::client_has_closed() {
  is_closing_ = true;
  connection_.expect_within(kGoodbye);
  talk_cancellation_.emit(asio::cancellation_type::terminal);
}

template <class Stream>
void SocketSession<Stream>::go_away() {
  if (!is_open_)
    return connection_.expect_within(kGoodbye);  // while hands are shaken nothing else may be said
  close({websocket::close_code::going_away, "the server stops"});
  talk_cancellation_.emit(asio::cancellation_type::terminal);
}

template <class Stream>
base::Task<void> SocketSession<Stream>::wait_for_a_change() {
  error_code woken;
  co_await change_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace

template <class Stream>
base::Task<void> converse(Stream& stream, AnyConnection& connection, const ServerSettings& settings,
                          const SocketRequest& request, const Response& response) {
  SocketSession<Stream> session(stream, connection, settings, *response.socket);
  connection.when_stopping = [&session] { session.go_away(); };
  co_await session.run(request, response.headers);
  connection.when_stopping = nullptr;
}

template base::Task<void> converse(PlainStream&, AnyConnection&, const ServerSettings&, const SocketRequest&,
                                   const Response&);
template base::Task<void> converse(TlsStream&, AnyConnection&, const ServerSettings&, const SocketRequest&,
                                   const Response&);

}  // namespace pharos::http::detail
