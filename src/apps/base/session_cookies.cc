#include "apps/base/session_cookies.h"

#include <chrono>

#include <fmt/format.h>

#include "platform/security/crypto.h"

namespace pharos::base_api {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::seconds;

/// The longest that browsers keep one.
constexpr std::int64_t kDeviceSeconds = duration_cast<seconds>(hours(24 * 400)).count();
/// As a refresh token that is not used.
constexpr std::int64_t kRefreshSeconds = duration_cast<seconds>(hours(24 * 14)).count();

std::string name_for(const http::Request& request, std::string_view name) {
  return (request.is_secure ? "__Host-" : "") + std::string(name);
}

void add(http::Headers& headers, const http::Request& request, std::string_view name, std::string_view value,
         std::int64_t max_age, std::string_view same_site = "Strict") {
  headers.add("Set-Cookie",
              fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite={}{}", name_for(request, name),
                          value, max_age, same_site, request.is_secure ? "; Secure" : ""));
}

}  // namespace

security::ClientInfo client_of(const http::Request& request) {
  return {.address = request.client,
          .user_agent = std::string(request.headers.get("User-Agent")).substr(0, 255),
          .device = std::string(SessionCookies::of(request, SessionCookies::kDevice)).substr(0, 128)};
}

std::string_view SessionCookies::of(const http::Request& request, std::string_view name) {
  return request.cookie(name_for(request, name));
}

void SessionCookies::set(http::Headers& headers, const http::Request& request,
                         const security::Tokens& tokens) {
  add(headers, request, kAccess, tokens.access_token, tokens.expires_in);
  add(headers, request, kRefresh, tokens.refresh_token, kRefreshSeconds);
}

void SessionCookies::clear(http::Headers& headers, const http::Request& request) {
  add(headers, request, kAccess, "", 0);
  add(headers, request, kRefresh, "", 0);
}

std::string SessionCookies::new_device() {
  return security::base64(security::random_bytes(32), security::Base64::kUrl);
}

void SessionCookies::set_device(http::Headers& headers, const http::Request& request,
                                const std::string& device) {
  add(headers, request, kDevice, device, kDeviceSeconds);
}

void SessionCookies::set_errand(http::Headers& headers, const http::Request& request,
                                const std::string& sealed, std::chrono::seconds lifetime) {
  add(headers, request, kErrand, sealed, lifetime.count(), "Lax");
}

void SessionCookies::clear_errand(http::Headers& headers, const http::Request& request) {
  add(headers, request, kErrand, "", 0, "Lax");
}

}  // namespace pharos::base_api
