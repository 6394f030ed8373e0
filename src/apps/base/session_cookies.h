// The cookies of a browser that is signed in.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "platform/http/message.h"
#include "platform/security/accounts.h"

namespace pharos::base_api {

/// From where a request comes.
security::ClientInfo client_of(const http::Request& request);

/// What a browser keeps: scripts cannot read it, other sites' pages do not send it. Where a request has come
/// by TLS, the names begin with `__Host-`, so that no neighbour of the domain can set them.
struct SessionCookies {
  static constexpr std::string_view kAccess = "pharos_access";
  static constexpr std::string_view kRefresh = "pharos_refresh";
  static constexpr std::string_view kDevice = "pharos_device";
  static constexpr std::string_view kErrand = "pharos_errand";

  /// The value of one, under the name that such a request has it.
  static std::string_view of(const http::Request& request, std::string_view name);

  /// Sets both, as long as the login can last.
  static void set(http::Headers& headers, const http::Request& request, const security::Tokens& tokens);
  static void clear(http::Headers& headers, const http::Request& request);
  /// A name for a browser that has none.
  static std::string new_device();
  /// By which a browser that has signed in before is known: strangers who try elsewhere do not lock it out.
  static void set_device(http::Headers& headers, const http::Request& request, const std::string& device);
  /// What a browser keeps while it is at a provider of identities. It is sent when that one's page sends the
  /// browser back, but to nothing else that other sites' pages ask for.
  static void set_errand(http::Headers& headers, const http::Request& request, const std::string& sealed,
                         std::chrono::seconds lifetime);
  static void clear_errand(http::Headers& headers, const http::Request& request);
};

}  // namespace pharos::base_api
