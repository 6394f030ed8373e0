#include "platform/http/web_socket.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/text.h"
#include "platform/http/problem.h"

namespace pharos::http {
namespace {

constexpr std::string_view kBearer = "bearer.";

/// 16 bytes in base64.
bool is_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '+' || letter == '/';
         });
}

}  // namespace

bool asks_for_socket(const Request& request) {
  return lists(request.headers.get("Upgrade"), "websocket");
}

std::optional<Response> refuse_handshake(const Request& request) {
  const Headers& headers = request.headers;
  if (!asks_for_socket(request) || !lists(headers.get("Connection"), "upgrade") ||
      headers.get("Sec-WebSocket-Version") != "13" || request.is_head) {
    Response response = problem(426, "this path talks over a WebSocket, version 13", request);
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", "Upgrade");
    response.headers.add("Sec-WebSocket-Version", "13");
    return response;
  }
  if (!is_key(headers.get("Sec-WebSocket-Key"))) {
    return problem(400, "Sec-WebSocket-Key is 16 bytes in base64", request);
  }
  return std::nullopt;
}

std::string_view socket_token(const Request& request) {
  std::string_view rest = request.headers.get("Sec-WebSocket-Protocol");
  while (!rest.empty() && asks_for_socket(request)) {
    const std::size_t comma = rest.find(',');
    const std::string_view entry = base::trim(rest.substr(0, comma));
    if (entry.starts_with(kBearer)) return entry.substr(kBearer.size());
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return {};
}

Response socket_response(WebSocket socket) {
  Response response;
  response.status = 101;
  response.socket = std::make_shared<const WebSocket>(std::move(socket));
  return response;
}

}  // namespace pharos::http
