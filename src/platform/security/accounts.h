// People: signing up, signing in, staying signed in, and being recognised.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/security/access_tokens.h"
#include "platform/security/caller.h"
#include "platform/security/identities.h"
#include "platform/security/passwords.h"
#include "platform/security/proven_identity.h"
#include "platform/security/tables/audit_log.h"
#include "platform/security/tables/login_attempts.h"
#include "platform/security/tables/sessions.h"
#include "platform/security/tables/users.h"
#include "platform/storage/database.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// What somebody signs in with.
struct Credentials {
  std::string email;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (email, password))

/// Whom a new account is for.
struct NewUser {
  std::string email;
  std::string password;
  std::optional<std::string> full_name;
};
BOOST_DESCRIBE_STRUCT(NewUser, (), (email, password, full_name))

/// A person, as they and administrators see them.
struct User {
  std::string id;
  std::string email;
  std::optional<std::string> full_name;
  bool is_active = true;
  bool is_superuser = false;
  bool is_verified = false;  ///< they have shown that the address is theirs
  std::string team_id;       ///< their personal team
  std::string created_at;    ///< ISO 8601
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, email, full_name, is_active, is_superuser, is_verified, team_id, created_at))

/// What signing in gives.
struct Tokens {
  std::string access_token;
  std::string token_type = "bearer";
  std::int64_t expires_in = 0;  ///< seconds
  std::string refresh_token;
};
BOOST_DESCRIBE_STRUCT(Tokens, (), (access_token, token_type, expires_in, refresh_token))

/// From where somebody calls.
struct ClientInfo {
  std::string address;  ///< of the socket's other end, or what a trusted proxy says
  std::string user_agent;
  std::string device;  ///< a secret that this browser or program keeps; empty when it keeps none
};

/// A place where somebody is signed in.
struct LiveSession {
  std::string id;
  std::string created_at;
  std::string last_used_at;
  std::string address;
  std::string user_agent;
  bool is_this = false;  ///< the one that asks
};
BOOST_DESCRIBE_STRUCT(LiveSession, (), (id, created_at, last_used_at, address, user_agent, is_this))

/// A change of one's own account; what is missing stays.
struct UserChange {
  std::optional<std::string> email;
  std::optional<std::string> full_name;
};
BOOST_DESCRIBE_STRUCT(UserChange, (), (email, full_name))

struct PasswordChange {
  std::string current_password;
  std::string new_password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current_password, new_password))

struct AccountSettings {
  SessionSettings sessions;
  bool only_verified = false;                   ///< who has not confirmed their address may not sign in
  std::int64_t free_attempts = 5;               ///< to sign in to one account
  std::int64_t free_attempts_of_address = 100;  ///< in all accounts; more than the queue of hashes is long
  std::int64_t free_attempts_of_network = 300;  ///< a /24 or /48: one password tried on many accounts
};

/// What accounts are made from; all of it must outlive them.
struct AccountParts {
  storage::Database& database;
  const Passwords& passwords;
  const AccessTokens& tokens;
  const base::Clock& clock;
  base::Ids& ids;
};

/// Thread-safe. Every change is in the audit log, in the same transaction. Errors are base::Error with a
/// sentence for whoever asked; wrong passwords and unknown addresses are told in the same words, after the
/// same work.
class Accounts {
 public:
  Accounts(AccountParts parts, AccountSettings settings);

  /// kInvalidInput for what is no address and for passwords that anybody would try, kConflict when the
  /// address has an account.
  base::Task<User> sign_up(NewUser user);
  /// LimitedError after too many failures, kUnauthenticated, kForbidden for a disabled account and
  /// where only who has confirmed their address may, kUnavailable
  /// when too many sign in at this moment.
  base::Task<Tokens> log_in(Credentials credentials, ClientInfo client);
  /// Whom another has recognised, in the account that is linked to that identity. The first time it is linked
  /// to the account that has the address, or to a new one without a password. kForbidden for a disabled
  /// account, and where nobody has seen to it that the address is theirs; kConflict where an account has it
  /// that has not.
  base::Task<Tokens> log_in_elsewhere(ProvenIdentity identity, ClientInfo client);
  /// For the audit log: somebody has come back from that issuer and was not let in.
  base::Task<void> note_failure_elsewhere(std::string issuer);
  /// Exchanges a refresh token, which is good for once. Shown a second time it ends the login, unless that
  /// was within ten seconds and nothing has come of it: then the answer was lost. kUnauthenticated.
  base::Task<Tokens> refresh(std::string refresh_token, ClientInfo client);
  base::Task<void> log_out(Caller caller);
  base::Task<void> log_out_everywhere(Caller caller);

  /// Who shows this access token or key. kUnauthenticated when nobody does. What is remembered is answered
  /// without waiting.
  base::Task<Caller> identify(std::string_view bearer);
  /// The same where no question to the database is needed.
  std::optional<Caller> identify_now(std::string_view bearer);

  /// A token for a link with which a forgotten password is replaced, good for an hour; nothing when nobody
  /// has that address. Whoever asks must be told the same in both cases. LimitedError after five in a row.
  base::Task<std::optional<std::string>> forgot_password(std::string email, ClientInfo client);
  /// Ends every login. kUnauthenticated when the link is used, unknown or too old.
  base::Task<void> reset_password(std::string token, std::string new_password);
  /// A token for a link with which somebody shows that an address is theirs, good for a day; nothing when
  /// nobody has it, or they have shown it. As with a forgotten password.
  base::Task<std::optional<std::string>> ask_to_verify(std::string email, ClientInfo client);
  /// kUnauthenticated when the link is used, unknown or too old.
  base::Task<void> verify_email(std::string token);

  base::Task<User> me(Caller caller);
  base::Task<User> change_me(Caller caller, UserChange change);
  /// Ends every other login; gives new tokens for this one. kUnauthenticated when the present one is wrong.
  base::Task<Tokens> change_password(Caller caller, PasswordChange change, ClientInfo client);
  base::Task<std::vector<LiveSession>> sessions(Caller caller);
  base::Task<void> end_session(Caller caller, std::string session_id);

  /// For services that change who somebody is.
  Identities& identities() { return identities_; }

 private:
  /// One try to sign in: for whom, and where it is counted.
  struct Attempt {
    std::optional<UserRow> user;
    std::vector<AttemptBudget> budgets;
    std::string device_hash;  ///< empty when the client keeps none
    std::string issuer;       ///< who has recognised them; empty where it was this server
    std::optional<storage::Moment> blocked_until;
  };

  /// A link that is sent to an address, for whom it is good, and how that is counted and noted.
  struct Link {
    std::string_view purpose;
    std::string_view counted_as;
    std::string_view noted_as;
    storage::Moment good_for = 0;
    bool for_unverified = false;  ///< nobody else gets one
  };

  base::Task<std::optional<std::string>> ask_for_link(std::string email, ClientInfo client, Link link);
  storage::Moment now() const { return storage::time_number(parts_.clock); }
  Attempt plan_attempt(storage::Session& session, const Credentials& credentials,
                       const ClientInfo& client) const;
  base::Task<Attempt> reserve(Credentials credentials, ClientInfo client);
  base::Task<PasswordVerdict> compare(std::string password, Attempt attempt);
  base::Task<void> give_back(Attempt attempt);
  base::Task<void> note_failure(std::string user_id);
  base::Task<Tokens> begin_session(Attempt attempt, ClientInfo client, std::optional<std::string> rehashed);
  Tokens tokens_for(const TokenSubject& subject, std::string refresh_token) const;
  base::Task<std::shared_ptr<const Identity>> ask_identity(std::string session_id);
  base::Task<std::shared_ptr<const Identity>> ask_key_identity(std::string key_id);

  AccountParts parts_;
  AccountSettings settings_;
  Identities identities_;
};

/// As everybody may see it.
User user_of(const UserRow& row);

/// Throws base::Error (kInvalidInput) for a name that is too long or no UTF-8.
void check_name(const std::optional<std::string>& name);

/// The sum by which a browser or program is known; empty when its secret is too short to be one.
std::string device_hash_of(const std::string& device);

/// In lower case and without white space around it. Throws base::Error (kInvalidInput) for what is no
/// address.
std::string checked_email(std::string_view email);

}  // namespace pharos::security
