#include "apps/base/account_routes.h"

#include "apps/base/session_cookies.h"

namespace pharos::base_api {
namespace {

using base::Code;

}  // namespace

AccountRoutes::AccountRoutes(http::Routes& table, security::Accounts& accounts, Post post)
    : accounts_(accounts), post_(std::move(post)) {
  auto routes = table.of(*this, "/api/v1");
  const auto signing_in = [](http::Route& route) { route.open().limited(http::Limit::kAuth).tag("auth"); };
  signing_in(routes.post("/auth/register", &AccountRoutes::sign_up)
                 .summary("Make an account")
                 .status(201)
                 .raises(Code::kConflict));
  signing_in(routes.post("/users/signup", &AccountRoutes::sign_up)
                 .summary("Sign up")
                 .status(201)
                 .raises(Code::kConflict));
  signing_in(routes.post("/auth/login", &AccountRoutes::log_in)
                 .summary("Log in")
                 .raises(Code::kUnauthenticated)
                 .raises(Code::kForbidden));
  signing_in(routes.post("/login/access-token", &AccountRoutes::log_in_by_form)
                 .summary("Log in as OAuth2 clients do")
                 .raises(Code::kUnauthenticated)
                 .raises(Code::kForbidden));
  signing_in(routes.post("/auth/refresh", &AccountRoutes::refresh)
                 .summary("Stay logged in")
                 .raises(Code::kUnauthenticated));
  signing_in(routes.post("/password-recovery", &AccountRoutes::forgot_password)
                 .summary("Ask for a link to set a new password")
                 .status(202));
  signing_in(routes.post("/reset-password", &AccountRoutes::reset_password)
                 .summary("Set a new password by that link")
                 .raises(Code::kUnauthenticated));
  signing_in(routes.post("/verify-email/request", &AccountRoutes::ask_to_verify)
                 .summary("Ask for a link to confirm my address")
                 .status(202));
  signing_in(routes.post("/verify-email", &AccountRoutes::verify_email)
                 .summary("Confirm my address by that link")
                 .raises(Code::kUnauthenticated));
  routes.post("/auth/logout", &AccountRoutes::log_out).summary("Log out").tag("auth");
  routes.post("/auth/logout-everywhere", &AccountRoutes::log_out_everywhere)
      .summary("Log out everywhere")
      .tag("auth");
  routes.get("/auth/sessions", &AccountRoutes::sessions).summary("List where I am logged in").tag("auth");
  routes.remove("/auth/sessions/{id}", &AccountRoutes::end_session).summary("Log out there").tag("auth");
  routes.post("/login/test-token", &AccountRoutes::me).summary("Try a token").tag("auth");
  routes.get("/users/me", &AccountRoutes::me).summary("Read my account");
  routes.patch("/users/me", &AccountRoutes::change_me).summary("Change my account").raises(Code::kConflict);
  routes.patch("/users/me/password", &AccountRoutes::change_password)
      .limited(http::Limit::kAuth)
      .summary("Change my password");
}

base::Task<security::User> AccountRoutes::sign_up(const http::Request& request, Registration registration) {
  security::User made = co_await accounts_.sign_up({.email = registration.email,
                                                    .password = registration.password,
                                                    .full_name = http::value_of(registration.full_name)});
  try {
    co_await send_verification(request, made.email);
  } catch (const base::Error&) {
    // Too many letters from here at once: the account is there, and its owner can ask for another.
  }
  co_return made;
}

base::Task<void> AccountRoutes::send_verification(const http::Request& request, std::string email) {
  const auto token = co_await accounts_.ask_to_verify(email, client_of(request));
  if (token) {
    post_({.about = "confirm your e-mail address",
           .to = email,
           .path = "/api/v1/verify-email",
           .token = *token});
  }
}

base::Task<void> AccountRoutes::ask_to_verify(const http::Request& request, OwnEmail unverified) {
  return send_verification(request, unverified.email);
}

base::Task<void> AccountRoutes::verify_email(VerificationToken token) {
  co_await accounts_.verify_email(token.token);
}

base::Task<security::Tokens> AccountRoutes::log_in(const http::Request& request, Login login) {
  co_return co_await accounts_.log_in({.email = login.email, .password = login.password}, client_of(request));
}

base::Task<security::Tokens> AccountRoutes::log_in_by_form(const http::Request& request,
                                                           http::Form<PasswordGrant> grant) {
  co_return co_await accounts_.log_in({.email = grant.username, .password = grant.password},
                                      client_of(request));
}

base::Task<security::Tokens> AccountRoutes::refresh(const http::Request& request, RefreshRequest wanted) {
  co_return co_await accounts_.refresh(wanted.refresh_token, client_of(request));
}

base::Task<void> AccountRoutes::log_out(security::Caller caller) {
  co_await accounts_.log_out(std::move(caller));
}

base::Task<void> AccountRoutes::log_out_everywhere(security::Caller caller) {
  co_await accounts_.log_out_everywhere(std::move(caller));
}

base::Task<security::User> AccountRoutes::me(security::Caller caller) {
  co_return co_await accounts_.me(std::move(caller));
}

base::Task<security::User> AccountRoutes::change_me(security::Caller caller, AccountChange change) {
  co_return co_await accounts_.change_me(std::move(caller), {.email = http::value_of(change.email),
                                                             .full_name = http::value_of(change.full_name)});
}

base::Task<security::Tokens> AccountRoutes::change_password(const http::Request& request,
                                                            security::Caller caller, NewPassword change) {
  co_return co_await accounts_.change_password(
      std::move(caller), {.current_password = change.current_password, .new_password = change.new_password},
      client_of(request));
}

base::Task<void> AccountRoutes::forgot_password(const http::Request& request, OwnEmail forgotten) {
  const auto token = co_await accounts_.forgot_password(forgotten.email, client_of(request));
  if (token) {
    post_({.about = "password recovery",
           .to = forgotten.email,
           .path = "/api/v1/reset-password",
           .token = *token});
  }
}

base::Task<void> AccountRoutes::reset_password(PasswordReset reset) {
  co_await accounts_.reset_password(reset.token, reset.new_password);
}

base::Task<SessionList> AccountRoutes::sessions(security::Caller caller) {
  co_return SessionList{.data = co_await accounts_.sessions(std::move(caller))};
}

base::Task<void> AccountRoutes::end_session(security::Caller caller, http::Path<http::IdKey> key) {
  co_await accounts_.end_session(std::move(caller), key.id);
}

}  // namespace pharos::base_api
