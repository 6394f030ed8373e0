// A request as handlers see it, and the answer they give.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/describe/enum.hpp>

#include "core/base/deadline.h"
#include "core/base/task.h"
#include "platform/http/headers.h"

namespace pharos::http {

enum class Method { kGet, kPost, kPut, kPatch, kDelete };
BOOST_DESCRIBE_ENUM(Method, kGet, kPost, kPut, kPatch, kDelete)

/// `GET`, `POST`, ...
std::string_view method_name(Method method);

/// What a client has sent. Its body is whole, unless the route takes it as it comes (BodyReader).
struct Request {
  Method method = Method::kGet;
  std::string path;   ///< as sent, before the `?`
  std::string query;  ///< as sent, after the `?`
  Headers headers;
  std::string body;
  std::string client;      ///< address of who asks: the peer's, or what a trusted proxy says
  std::string id;          ///< told to the client as X-Correlation-ID, and part of every line of the log
  bool is_secure = false;  ///< came by TLS, here or at a trusted proxy
  bool is_head = false;    ///< asks for the head of what GET would answer
  std::vector<std::pair<std::string, std::string>> path_values;  ///< of `/items/{id}`: id and its value

  /// The value of a cookie, or an empty text.
  std::string_view cookie(std::string_view name) const;
};

/// Where a body goes that is not known when its head is sent. Used by one coroutine at a time.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// Returns when the client's connection has room again. Throws boost::system::system_error when it left.
  virtual base::Task<void> write(std::string bytes) = 0;
};

/// Writes a body while it comes to be; it ends when the task does. What it throws ends the connection.
using BodyStream = std::function<base::Task<void>(BodyWriter&)>;

/// Where a body comes from that is not read whole. Used by one coroutine at a time.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// Some bytes, valid until the next call; none at the end. Throws base::Error (kTooLarge) over the route's
  /// limit, boost::system::system_error when the client left or was too slow.
  virtual base::Task<std::string_view> read_some() = 0;
};

struct WebSocket;

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  BodyStream stream;                        ///< in place of `body`
  std::shared_ptr<const WebSocket> socket;  ///< what follows, when the status is 101
  std::shared_ptr<void> held;               ///< until all of it is sent
};

}  // namespace pharos::http
