// Signing up, signing in and one's own account: /api/v1/auth, /api/v1/login, /api/v1/users.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/base/letters.h"
#include "platform/http/routes.h"
#include "platform/security/accounts.h"

namespace pharos::base_api {

struct Registration {
  http::Email email;
  http::Text<8, 1024> password;
  std::optional<http::Text<0, 255>> full_name;
};
BOOST_DESCRIBE_STRUCT(Registration, (), (email, password, full_name))

struct Login {
  http::Text<1, 254> email;
  http::Text<1, 1024> password;
};
BOOST_DESCRIBE_STRUCT(Login, (), (email, password))

/// As OAuth2 has it (RFC 6749, 4.3): what most clients send without being told.
struct PasswordGrant {
  http::Text<1, 254> username;
  http::Text<1, 1024> password;
  std::optional<std::string> grant_type;
  std::optional<std::string> scope;
  std::optional<std::string> client_id;
  std::optional<std::string> client_secret;
};
BOOST_DESCRIBE_STRUCT(PasswordGrant, (), (username, password, grant_type, scope, client_id, client_secret))

struct RefreshRequest {
  http::Text<1, 500> refresh_token;
};
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token))

struct AccountChange {
  std::optional<http::Email> email;
  std::optional<http::Text<0, 255>> full_name;
};
BOOST_DESCRIBE_STRUCT(AccountChange, (), (email, full_name))

struct NewPassword {
  http::Text<1, 1024> current_password;
  http::Text<8, 1024> new_password;
};
BOOST_DESCRIBE_STRUCT(NewPassword, (), (current_password, new_password))

struct OwnEmail {
  http::Email email;
};
BOOST_DESCRIBE_STRUCT(OwnEmail, (), (email))

struct PasswordReset {
  http::Text<1, 200> token;
  http::Text<8, 1024> new_password;
};
BOOST_DESCRIBE_STRUCT(PasswordReset, (), (token, new_password))

struct SessionList {
  std::vector<security::LiveSession> data;
};
BOOST_DESCRIBE_STRUCT(SessionList, (), (data))

struct VerificationToken {
  http::Text<1, 200> token;
};
BOOST_DESCRIBE_STRUCT(VerificationToken, (), (token))

class AccountRoutes {
 public:
  /// Both outlive it, and it the table's use.
  AccountRoutes(http::Routes& table, security::Accounts& accounts, Post post);

 private:
  /// The new account's owner is sent a link to show that the address is theirs.
  base::Task<security::User> sign_up(const http::Request& request, Registration registration);
  base::Task<security::Tokens> log_in(const http::Request& request, Login login);
  base::Task<security::Tokens> log_in_by_form(const http::Request& request, http::Form<PasswordGrant> grant);
  base::Task<security::Tokens> refresh(const http::Request& request, RefreshRequest wanted);
  base::Task<void> log_out(security::Caller caller);
  base::Task<void> log_out_everywhere(security::Caller caller);
  base::Task<security::User> me(security::Caller caller);
  base::Task<security::User> change_me(security::Caller caller, AccountChange change);
  base::Task<security::Tokens> change_password(const http::Request& request, security::Caller caller,
                                               NewPassword change);
  /// Answers the same whether or not anybody has that address.
  base::Task<void> forgot_password(const http::Request& request, OwnEmail forgotten);
  base::Task<void> reset_password(PasswordReset reset);
  /// Answers the same whether or not anybody has that address.
  base::Task<void> ask_to_verify(const http::Request& request, OwnEmail unverified);
  base::Task<void> send_verification(const http::Request& request, std::string email);
  base::Task<void> verify_email(VerificationToken token);
  base::Task<SessionList> sessions(security::Caller caller);
  base::Task<void> end_session(security::Caller caller, http::Path<http::IdKey> key);

  security::Accounts& accounts_;
  Post post_;
};

}  // namespace pharos::base_api
