#include "apps/base/session_routes.h"

#include <utility>

#include "apps/base/session_cookies.h"
#include "core/base/error.h"
#include "platform/http/same_origin.h"

namespace pharos::base_api {
namespace {

using base::Code;

http::Response done() {
  return {.status = 204, .headers = {}, .body = {}, .stream = {}};
}

}  // namespace

SessionRoutes::SessionRoutes(http::Routes& table, security::Accounts& accounts, std::string public_url)
    : accounts_(accounts), public_url_(std::move(public_url)) {
  auto routes = table.of(*this, "/api/v1");
  routes.post("/auth/session", &SessionRoutes::log_in)
      .open()
      .limited(http::Limit::kAuth)
      .tag("auth")
      .summary("Log in from a browser, with cookies")
      .status(204)
      .raises(Code::kUnauthenticated)
      .raises(Code::kForbidden);
  routes.post("/auth/session/refresh", &SessionRoutes::refresh)
      .open()
      .limited(http::Limit::kAuth)
      .tag("auth")
      .summary("Stay logged in with cookies")
      .status(204)
      .raises(Code::kUnauthenticated)
      .raises(Code::kForbidden);
  routes.remove("/auth/session", &SessionRoutes::log_out)
      .tag("auth")
      .summary("Log out from a browser")
      .status(204);
}

void SessionRoutes::check_own_page(const http::Request& request) const {
  if (!http::is_from_own_page(request, public_url_)) {
    throw base::Error(Code::kForbidden,
                      "cookies are for pages of this server's own; programs log in at /api/v1/auth/login");
  }
}

base::Task<http::Response> SessionRoutes::log_in(const http::Request& request, Login login) {
  check_own_page(request);
  security::ClientInfo client = client_of(request);
  http::Response response = done();
  if (client.device.empty()) {
    client.device = SessionCookies::new_device();
    SessionCookies::set_device(response.headers, request, client.device);
  }
  const security::Tokens tokens =
      co_await accounts_.log_in({.email = login.email, .password = login.password}, std::move(client));
  SessionCookies::set(response.headers, request, tokens);
  co_return response;
}

base::Task<http::Response> SessionRoutes::refresh(const http::Request& request) {
  check_own_page(request);
  const security::Tokens tokens = co_await accounts_.refresh(
      std::string(SessionCookies::of(request, SessionCookies::kRefresh)), client_of(request));
  http::Response response = done();
  SessionCookies::set(response.headers, request, tokens);
  co_return response;
}

base::Task<http::Response> SessionRoutes::log_out(const http::Request& request, security::Caller caller) {
  co_await accounts_.log_out(std::move(caller));
  http::Response response = done();
  SessionCookies::clear(response.headers, request);
  co_return response;
}

}  // namespace pharos::base_api
