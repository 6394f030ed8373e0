// One client's connection, from its first byte to its last.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "platform/http/server.h"

namespace pharos::http::detail {

namespace asio = boost::asio;
using PlainStream = asio::ip::tcp::socket;
using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;

/// What a connection shares with the others of its thread.
struct ConnectionSetting {
  Dispatcher& dispatcher;
  base::Ids& ids;
  const ServerSettings& settings;
  std::string date;  ///< now, as the header field has it
  bool stopping = false;
};

/// A connection as its server sees it; used on its thread alone.
class AnyConnection {
 public:
  explicit AnyConnection(ConnectionSetting& setting) : setting_(setting) {}
  virtual ~AnyConnection() = default;

  /// Serves until the client leaves, is too slow, or the server stops. Never throws.
  virtual base::Task<void> run() = 0;
  /// Once a second: closes what is overdue, keeps silent streams alive.
  void tick(base::SteadyTime now);
  /// Between two requests it closes at once, else after the answer under way.
  void finish();
  /// Now: what it waits for is cancelled.
  void cut_off();
  void close();
  bool is_stopping() const { return setting_.stopping; }
  void expect_within(base::Duration time) { overdue_ = std::chrono::steady_clock::now() + time; }
  void expect_nothing() { overdue_ = base::SteadyTime::max(); }

  asio::cancellation_signal cancellation;
  std::function<void()> when_stopping;  ///< of a conversation that has to be ended politely

 protected:
  virtual asio::ip::tcp::socket& socket() = 0;
  virtual void beat() = 0;

  ConnectionSetting& setting_;
  bool is_idle_ = false;
  bool is_streaming_ = false;
  bool is_writing_ = false;
  base::SteadyTime last_write_;

 private:
  base::SteadyTime overdue_ = base::SteadyTime::max();
};

/// `Stream` is PlainStream or TlsStream.
template <class Stream>
class Connection final : public AnyConnection {
 public:
  Connection(Stream stream, ConnectionSetting& setting);
  base::Task<void> run() override;

 private:
  using HeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  class Body;
  class Chunks;

  asio::ip::tcp::socket& socket() override;
  void beat() override;
  base::Task<void> serve();
  base::Task<bool> serve_one();
  base::Task<bool> serve_request(HeadParser& parser);
  base::Task<void> read_body(HeadParser& parser, Dispatcher::Call& call);
  base::Task<bool> refuse(Dispatcher::Call& call, int status, std::string_view why);
  base::Task<void> send(const Request& request, Response& response, bool keep_alive);
  base::Task<void> send_stream(std::string head, Response& response, bool is_events);
  base::Task<std::optional<bool>> refuse_head(Dispatcher::Call& call, const HeadParser& parser);
  base::Task<void> write(std::string bytes);
  base::Task<void> say_goodbye();
  std::string head_of(const Response& response, bool keep_alive, bool has_length) const;
  void fill(Request& request, const HeadParser& parser);
  void watch_for_leaving();

  Stream stream_;
  bool is_old_ = false;  ///< its client speaks HTTP/1.0: no chunks, no keeping alive without saying so
  boost::beast::flat_buffer buffer_;
  asio::steady_timer free_to_write_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

extern template class Connection<PlainStream>;
extern template class Connection<TlsStream>;

}  // namespace pharos::http::detail
