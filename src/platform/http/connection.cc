#include "platform/http/connection.h"

#include <algorithm>
#include <cerrno>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include "core/base/ascii.h"
#include "core/base/text.h"
#include "platform/http/problem.h"
#include "platform/http/socket_session.h"
#include "platform/http/web_socket.h"

namespace pharos::http::detail {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kReadSize = 4 * 1024;
constexpr std::size_t kLongestHead = 16 * 1024;
constexpr std::size_t kUploadPiece = 64 * 1024;

/// Clients may bring a correlation id of their own when it is a plain word.
bool is_plain_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char letter) {
    return base::is_letter_or_digit(letter) || letter == '-' || letter == '_' || letter == '.';
  });
}

/// A name or an address, and perhaps a port; not everything that is none is noticed.
bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || std::string_view("-._~:[]%").contains(letter);
  });
}

/// What follows the scheme and the host, where a client sends them (RFC 9112, 3.2.2).
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::size_t slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target;
}

/// A value cannot end its line: what comes after would be taken for fields.
void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char letter : value) {
    if (letter != '\r' && letter != '\n' && letter != '\0') head += letter;
  }
  head.append("\r\n");
}

/// At least 1 KiB a second beyond the first allowance.
base::Duration body_allowance(const ServerSettings& settings, std::uint64_t received) {
  return settings.body_time + std::chrono::milliseconds(received * 1000 / 1024);
}

}  // namespace

void AnyConnection::tick(base::SteadyTime now) {
  if (now >= overdue_) return cut_off();
  if (is_streaming_ && !is_writing_ && now - last_write_ >= setting_.settings.heartbeat) beat();
}

void AnyConnection::finish() {
  if (is_idle_) close();
  if (when_stopping) when_stopping();
}

void AnyConnection::cut_off() {
  close();
  cancellation.emit(asio::cancellation_type::terminal);
}

void AnyConnection::close() {
  error_code gone_already;
  socket().close(gone_already);
}

template <class Stream>
Connection<Stream>::Connection(Stream stream, ConnectionSetting& setting)
    : AnyConnection(setting), stream_(std::move(stream)), free_to_write_(stream_.get_executor()) {}

template <class Stream>
asio::ip::tcp::socket& Connection<Stream>::socket() {
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    return stream_.next_layer();
  } else {
    return stream_;
  }
}

template <class Stream>
base::Task<void> Connection<Stream>::run() {
  try {
    co_await serve();
  } catch (const std::exception&) {
    // The client has left, was too slow or was cut off: there is nobody to tell.
    close();
  }
  *alive_ = false;
}

template <class Stream>
base::Task<void> Connection<Stream>::serve() {
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    expect_within(setting_.settings.header_time);
    co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
  }
  while (co_await serve_one() && !setting_.stopping) {
  }
  co_await say_goodbye();
}

/// True when the connection can take another request.
template <class Stream>
base::Task<bool> Connection<Stream>::serve_one() {
  if (buffer_.size() == 0) {
    is_idle_ = true;
    expect_within(setting_.settings.idle_time);
    const auto [failure, count] =
        co_await stream_.async_read_some(buffer_.prepare(kReadSize), asio::as_tuple(asio::use_awaitable));
    is_idle_ = false;
    if (failure) co_return false;
    buffer_.commit(count);
  }
  expect_within(setting_.settings.header_time);
  HeadParser parser;
  parser.header_limit(kLongestHead);
  parser.body_limit(boost::none);
  const auto [failure, count] = co_await beast_http::async_read_header(stream_, buffer_, parser, kAsTuple);
  expect_nothing();
  if (!failure) co_return co_await serve_request(parser);
  if (failure.category() != make_error_code(beast_http::error::bad_method).category() ||
      failure == beast_http::error::end_of_stream || failure == beast_http::error::partial_message) {
    co_return false;
  }
  Dispatcher::Call call;
  call.begun = std::chrono::steady_clock::now();
  call.exchange.request.id = setting_.ids.next();
  if (failure == beast_http::error::header_limit) {
    co_return co_await refuse(call, 431, "the request's head is longer than 16 KiB");
  }
  co_return co_await refuse(call, 400, fmt::format("this is no HTTP request: {}", failure.message()));
}

template <class Stream>
base::Task<bool> Connection<Stream>::serve_request(HeadParser& parser) {
  Dispatcher::Call call;
  Request& request = call.exchange.request;
  fill(request, parser);
  const auto& head = parser.get();
  is_old_ = head.version() < 11;
  bool keep_alive = parser.keep_alive() && !setting_.stopping;
  if (const auto refused = co_await refuse_head(call, parser)) co_return *refused;
  co_await setting_.dispatcher.admit(call, std::string_view(head.method_string()));
  const bool has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
  if (call.early) {
    co_await send(request, *call.early, keep_alive && !has_body);
    co_return keep_alive && !has_body;
  }
  if (asks_for_socket(request) && (has_body || buffer_.size() > 0 || head.version() != 11)) {
    co_return co_await refuse(call, 400,
                              "a handshake is HTTP/1.1, has no body, and is answered before you talk");
  }
  const std::string too_large = fmt::format("the body may have {} bytes at most", call.route->max_body());
  if (parser.content_length().value_or(0) > call.route->max_body())
    co_return co_await refuse(call, 413, too_large);
  if (has_body && !is_old_ && request.headers.has("Expect")) {
    co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  }
  Response response;
  bool is_read = true;
  if (call.route->takes_upload()) {
    Body body(*this, parser, call.route->max_body());
    response = co_await setting_.dispatcher.answer(call, &body);
    is_read = body.is_done();
  } else {
    error_code failure;
    try {
      if (has_body) co_await read_body(parser, call);
    } catch (const boost::system::system_error& error) {
      failure = error.code();
    }
    if (failure == beast_http::error::body_limit) co_return co_await refuse(call, 413, too_large);
    if (failure)
      co_return co_await refuse(call, 400, fmt::format("the body is broken: {}", failure.message()));
    response = co_await setting_.dispatcher.answer(call, nullptr);
  }
  if (response.status == 101) {
    co_await converse(stream_, *this, setting_.settings, head, response);
    co_return false;
  }
  keep_alive = keep_alive && is_read && !(is_old_ && response.stream);
  co_await send(request, response, keep_alive);
  co_return keep_alive;
}

/// What is wrong with a head that reads well, and whether the connection goes on then.
template <class Stream>
base::Task<std::optional<bool>> Connection<Stream>::refuse_head(Dispatcher::Call& call,
                                                                const HeadParser& parser) {
  const auto& head = parser.get();
  const Request& request = call.exchange.request;
  if ((!is_old_ && head.count("Host") != 1) || head.count("Host") > 1 ||
      !is_host(request.headers.get("Host"))) {
    co_return co_await refuse(call, 400, "a request says once which host it is for: Host");
  }
  if (!request.path.starts_with('/')) co_return co_await refuse(call, 400, "the path begins with a slash");
  if (head.count("Transfer-Encoding") > 0 &&
      (!parser.chunked() || head.count("Transfer-Encoding") != 1 ||
       !equal_ignoring_case(request.headers.get("Transfer-Encoding"), "chunked"))) {
    co_return co_await refuse(call, 400, "of transfer encodings, chunked alone is understood");
  }
  const std::string_view expected = request.headers.get("Expect");
  if (!is_old_ && !expected.empty() && !equal_ignoring_case(expected, "100-continue")) {
    co_return co_await refuse(call, 417, "of expectations, 100-continue alone is understood");
  }
  co_return std::nullopt;
}

template <class Stream>
void Connection<Stream>::fill(Request& request, const HeadParser& parser) {
  const auto& head = parser.get();
  const std::string_view target = origin_form(std::string_view(head.target()));
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.headers.reserve(12);
  for (const auto& field : head) {
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  error_code gone;
  request.client = socket().remote_endpoint(gone).address().to_string();
  request.is_secure = std::is_same_v<Stream, TlsStream>;
  const auto& proxies = setting_.settings.trusted_proxies;
  const auto is_trusted = [&](const std::string& address) {
    return std::ranges::find(proxies, address) != proxies.end();
  };
  if (is_trusted(request.client)) {
    std::vector<std::string> way = base::split(request.headers.get("X-Forwarded-For"), ',');
    while (!way.empty() && is_trusted(request.client)) {
      request.client = base::trim(way.back());
      way.pop_back();
    }
    request.is_secure = request.headers.get("X-Forwarded-Proto") == "https";
  }
  const std::string_view given = request.headers.get("X-Correlation-ID");
  request.id = is_plain_word(given) ? std::string(given) : setting_.ids.next();
}

template <class Stream>
base::Task<void> Connection<Stream>::read_body(HeadParser& parser, Dispatcher::Call& call) {
  beast_http::request_parser<beast_http::string_body> body(std::move(parser));
  body.body_limit(call.route->max_body());
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t received = 0;
  while (!body.is_done()) {
    expect_within(begun + body_allowance(setting_.settings, received) - std::chrono::steady_clock::now());
    received += co_await beast_http::async_read_some(stream_, buffer_, body, asio::use_awaitable);
  }
  expect_nothing();
  call.exchange.request.body = std::move(body.get().body());
}

/// A body that its handler reads as it comes.
template <class Stream>
class Connection<Stream>::Body final : public BodyReader {
 public:
  Body(Connection& connection, HeadParser& head, std::size_t max_bytes)
      : connection_(connection), parser_(std::move(head)), max_bytes_(max_bytes), piece_(kUploadPiece, '\0') {
    parser_.body_limit(max_bytes);
  }

  bool is_done() const { return parser_.is_done(); }

  base::Task<std::string_view> read_some() override {
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = piece_.data();
      body.size = piece_.size();
      connection_.expect_within(begun_ + body_allowance(connection_.setting_.settings, received_) -
                                std::chrono::steady_clock::now());
      const auto [failure, count] =
          co_await beast_http::async_read_some(connection_.stream_, connection_.buffer_, parser_, kAsTuple);
      connection_.expect_nothing();
      if (failure == beast_http::error::body_limit) {
        throw base::Error(base::Code::kTooLarge,
                          fmt::format("the body may have {} bytes at most", max_bytes_));
      }
      if (failure && failure != beast_http::error::need_buffer) throw boost::system::system_error(failure);
      const std::size_t size = piece_.size() - body.size;
      received_ += size;
      if (size > 0) co_return std::string_view(piece_).substr(0, size);
    }
    co_return std::string_view();
  }

 private:
  Connection& connection_;
  beast_http::request_parser<beast_http::buffer_body> parser_;
  std::size_t max_bytes_;
  std::string piece_;
  base::SteadyTime begun_ = std::chrono::steady_clock::now();
  std::uint64_t received_ = 0;
};

/// Answers before the body is read, after which nobody knows where the next request begins.
template <class Stream>
base::Task<bool> Connection<Stream>::refuse(Dispatcher::Call& call, int status, std::string_view why) {
  const Request& request = call.exchange.request;
  Response response = setting_.dispatcher.finish(call, problem(status, why, request));
  co_await send(request, response, false);
  co_return false;
}

template <class Stream>
std::string Connection<Stream>::head_of(const Response& response, bool keep_alive, bool has_length) const {
  std::string head;
  head.reserve(640 + (response.body.size() < kReadSize ? response.body.size() : 0));
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  append_field(head, "Date", setting_.date);
  for (const auto& [name, value] : response.headers) append_field(head, name, value);
  if (has_length) fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
  if (!keep_alive) head.append("Connection: close\r\n");
  if (keep_alive && is_old_) head.append("Connection: keep-alive\r\n");
  return head;
}

template <class Stream>
base::Task<void> Connection<Stream>::send(const Request& request, Response& response, bool keep_alive) {
  const bool may_have_body = response.status != 204 && response.status != 304;
  if (response.stream && !request.is_head) {
    std::string head = head_of(response, keep_alive, false);
    const bool is_events = response.headers.get("Content-Type").starts_with("text/event-stream");
    co_return co_await send_stream(std::move(head), response, is_events);
  }
  std::string bytes = head_of(response, keep_alive, may_have_body && !response.stream);
  bytes.append("\r\n");
  if (may_have_body && !request.is_head) bytes.append(response.body);
  co_await write(std::move(bytes));
}

template <class Stream>
base::Task<void> Connection<Stream>::write(std::string bytes) {
  while (is_writing_) {
    error_code woken;
    free_to_write_.expires_at(base::SteadyTime::max());
    co_await free_to_write_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!socket().is_open()) throw boost::system::system_error(asio::error::operation_aborted);
  }
  is_writing_ = true;
  expect_within(setting_.settings.write_time);
  const auto [failure, count] = co_await asio::async_write(stream_, asio::buffer(bytes), kAsTuple);
  expect_nothing();
  is_writing_ = false;
  last_write_ = std::chrono::steady_clock::now();
  free_to_write_.cancel();
  if (failure) throw boost::system::system_error(failure);
}

/// Pieces of a body whose length is not known.
template <class Stream>
class Connection<Stream>::Chunks final : public BodyWriter {
 public:
  explicit Chunks(Connection& connection) : connection_(connection) {}
  base::Task<void> write(std::string bytes) override {
    if (bytes.empty()) co_return;  // an empty piece would be the end
    if (connection_.is_old_) co_return co_await connection_.write(std::move(bytes));
    co_await connection_.write(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
  }

 private:
  Connection& connection_;
};

template <class Stream>
base::Task<void> Connection<Stream>::send_stream(std::string head, Response& response, bool is_events) {
  if (!is_old_) head.append("Transfer-Encoding: chunked\r\n");
  co_await write(head.append("\r\n"));
  buffer_.shrink_to_fit();
  is_streaming_ = is_events;
  watch_for_leaving();
  Chunks chunks(*this);
  co_await response.stream(chunks);
  is_streaming_ = false;
  if (!is_old_) co_await write("0\r\n\r\n");
}

/// A client that leaves a silent stream is noticed at once, and what its handler waits for is cancelled.
template <class Stream>
void Connection<Stream>::watch_for_leaving() {
  socket().async_wait(asio::ip::tcp::socket::wait_read, [this, alive = alive_](error_code failure) {
    if (failure || !*alive || !is_streaming_) return;
    char next = 0;
    const ssize_t count = ::recv(socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    // Bytes are the next request, sent early: it is watched for no longer.
    if (count > 0) return;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return watch_for_leaving();
    cut_off();
  });
}

/// A comment, which readers of events pass over.
template <class Stream>
void Connection<Stream>::beat() {
  static constexpr std::string_view kComment = ": keep-alive\n\n";
  static constexpr std::string_view kChunk = "e\r\n: keep-alive\n\n\r\n";
  is_writing_ = true;
  asio::async_write(stream_, asio::buffer(is_old_ ? kComment : kChunk),
                    [this, alive = alive_](error_code failure, std::size_t) {
                      if (!*alive) return;
                      is_writing_ = false;
                      last_write_ = std::chrono::steady_clock::now();
                      free_to_write_.cancel();
                      if (failure) cut_off();
                    });
}

/// So that the client gets the last answer whole: bytes that it has sent and nobody read would reset it.
template <class Stream>
base::Task<void> Connection<Stream>::say_goodbye() {
  error_code gone;
  expect_within(std::chrono::seconds(2));
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, gone));
  }
  socket().shutdown(asio::ip::tcp::socket::shutdown_send, gone);
  std::size_t unread = 0;
  while (!gone && unread < 1024 * 1024) {
    const auto [failure, count] = co_await socket().async_read_some(buffer_.prepare(kReadSize), kAsTuple);
    if (failure) break;
    unread += count;
  }
  close();
}

template class Connection<PlainStream>;
template class Connection<TlsStream>;

}  // namespace pharos::http::detail
