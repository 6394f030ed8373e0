// Signing in from a browser, with cookies in place of tokens: /api/v1/auth/session.
#pragma once

#include <string>

#include "apps/base/account_routes.h"
#include "platform/http/routes.h"
#include "platform/security/accounts.h"

namespace pharos::base_api {

/// Only for pages of this server's own (platform/http/same_origin.h): another's can neither sign somebody in
/// nor out.
class SessionRoutes {
 public:
  /// All outlive it, and it the table's use. `public_url` may be empty.
  SessionRoutes(http::Routes& table, security::Accounts& accounts, std::string public_url);

 private:
  base::Task<http::Response> log_in(const http::Request& request, Login login);
  base::Task<http::Response> refresh(const http::Request& request);
  base::Task<http::Response> log_out(const http::Request& request, security::Caller caller);
  void check_own_page(const http::Request& request) const;

  security::Accounts& accounts_;
  std::string public_url_;
};

}  // namespace pharos::base_api
