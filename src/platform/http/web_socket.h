// WebSockets (RFC 6455): messages in both directions over one connection.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "platform/http/message.h"

namespace pharos::http {

struct SocketMessage {
  std::string bytes;
  bool is_text = true;  ///< in UTF-8; else any bytes
};

/// The client at the other end. Used on the thread of its connection, by one reader and any number of
/// writers.
class SocketPeer {
 public:
  virtual ~SocketPeer() = default;
  /// Returns when the message has been handed to the connection, so that a slow client slows its handler.
  /// Throws boost::system::system_error when the client left, or takes nothing for too long.
  virtual base::Task<void> send(SocketMessage message) = 0;
  /// For who cannot wait. A client for whom more than 1 MiB is waiting is dropped.
  virtual void post(SocketMessage message) = 0;
  /// The next message; none when the client has ended the conversation. A handler that lets messages lie
  /// holds the client back, and its pings too: after a while the connection ends.
  virtual base::Task<std::optional<SocketMessage>> receive() = 0;
};

/// What a handler gives back to talk with its client: called once; when it ends, the conversation ends
/// (1000). What it throws ends it too (1011). It is cancelled when the client leaves.
struct WebSocket {
  std::function<base::Task<void>(SocketPeer&)> talk;
  std::size_t longest_message = 64 * 1024;  ///< of the client's; announcing a longer one ends it (1009)
  bool listens = true;                      ///< else a message of the client's ends it (1008)
};

/// Whether a request asks for a WebSocket.
bool asks_for_socket(const Request& request);
/// None when it asks as RFC 6455 has it, else the answer that says how to (426, 400).
std::optional<Response> refuse_handshake(const Request& request);
/// The bearer token of a browser, which can set no header field but the protocols it offers:
/// `new WebSocket(url, ["pharos", "bearer." + token])`. Empty when there is none.
std::string_view socket_token(const Request& request);

/// The answer that such a conversation begins with.
Response socket_response(WebSocket socket);

}  // namespace pharos::http
