// Server-sent events.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "platform/http/message.h"

namespace pharos::http {

/// One event of a stream; empty parts are left out.
struct ServerEvent {
  std::string name;
  std::string data;  ///< every line of it becomes a `data:` line
  std::string id;    ///< what a client that comes back gives as Last-Event-ID
};

/// As it goes over the wire, with the empty line at its end. Line ends within name and id are left out.
std::string event_text(const ServerEvent& event);

/// Sends events to one client. Used by one coroutine at a time.
class EventWriter {
 public:
  explicit EventWriter(BodyWriter& body) : body_(body) {}

  /// Returns when the client has room again. Throws boost::system::system_error when it left.
  base::Task<void> send(ServerEvent event) { return body_.write(event_text(event)); }
  /// The same for several that go out together.
  base::Task<void> send(const std::vector<ServerEvent>& events) {
    std::string text;
    for (const ServerEvent& each : events) text += event_text(each);
    return body_.write(std::move(text));
  }

 private:
  BodyWriter& body_;
};

/// What a handler gives back to answer with events: called once, it ends when the stream ends. While it
/// waits, the connection is kept alive by comments.
struct Events {
  std::function<base::Task<void>(EventWriter&)> write;
  Headers headers = {};  ///< beside those that every stream has
};

/// One event, for the documentation.
boost::json::object event_schema();

/// The answer that such a stream is.
Response event_response(Events events);

}  // namespace pharos::http
