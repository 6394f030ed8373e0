// A WebSocket on a connection, from its handshake to its end.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

#include "platform/http/connection.h"

namespace pharos::http::detail {

using SocketRequest = boost::beast::http::request<boost::beast::http::empty_body>;

/// Shakes hands and talks until either side ends it; nothing of it is under way any more then. `response` has
/// the conversation and fields for the handshake's answer. `Stream` is PlainStream or TlsStream.
template <class Stream>
base::Task<void> converse(Stream& stream, AnyConnection& connection, const ServerSettings& settings,
                          const SocketRequest& request, const Response& response);

}  // namespace pharos::http::detail
