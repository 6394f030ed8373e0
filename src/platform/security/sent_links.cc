// Links that are sent to an address: to choose a new password, to show that the address is theirs.
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/accounts.h"
#include "platform/security/address_key.h"
#include "platform/security/crypto.h"
#include "platform/security/limited_error.h"
#include "platform/security/tables/one_time_links.h"
#include "platform/storage/time.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Isolation;
using storage::Scope;
using storage::Session;

constexpr std::int64_t kFreeLinks = 5;
constexpr std::int64_t kFreeLinksOfAddress = 20;

struct Asked {
  std::optional<storage::Moment> blocked_until;
  std::optional<std::string> token;
};

[[noreturn]] void throw_no_link() {
  throw Error(Code::kUnauthenticated, "this link was used already or is too old; ask for a new one");
}

}  // namespace

base::Task<std::optional<std::string>> Accounts::forgot_password(std::string email, ClientInfo client) {
  return ask_for_link(std::move(email), std::move(client),
                      {.purpose = kResetPassword,
                       .counted_as = "reset",
                       .noted_as = "password_forgotten",
                       .good_for = storage::micros(std::chrono::hours(1))});
}

base::Task<std::optional<std::string>> Accounts::ask_to_verify(std::string email, ClientInfo client) {
  return ask_for_link(std::move(email), std::move(client),
                      {.purpose = kVerifyEmail,
                       .counted_as = "verify",
                       .noted_as = "verification_asked",
                       .good_for = storage::micros(std::chrono::hours(24)),
                       .for_unverified = true});
}

base::Task<std::optional<std::string>> Accounts::ask_for_link(std::string email, ClientInfo client,
                                                              Link link) {
  email = checked_email(email);
  const storage::Moment at = now();
  // Counted like attempts to sign in, and never given back: each sends somebody a letter.
  const std::vector<AttemptBudget> budgets{
      {.key = fmt::format("{} {}", link.counted_as, hex(bytes_of(sha256_of(email)))), .free = kFreeLinks},
      {.key = fmt::format("{}s from {}", link.counted_as, address_key(client.address)),
       .free = kFreeLinksOfAddress}};
  const auto ask = [email, budgets, link, at](Session& session) {
    Asked asked{.blocked_until = reserve_attempt(session, budgets, at)};
    const std::optional<UserRow> user = find_user_by_email(session, email);
    if (asked.blocked_until || !user || !user->is_active) return asked;
    if (link.for_unverified && user->is_verified) return asked;
    asked.token = make_one_time_link(session, link.purpose, user->id, at, link.good_for);
    append_audit(session,
                 {.team_id = user->personal_team,
                  .actor_id = "",
                  .action = std::string(link.noted_as),
                  .subject = user->id},
                 at);
    return asked;
  };
  Asked asked = co_await parts_.database.write(Scope::system(), ask, {.isolation = Isolation::kCommitted});
  if (asked.blocked_until) {
    throw LimitedError(
        "a link was sent several times already; look for it, or try again later",
        std::chrono::ceil<std::chrono::seconds>(std::chrono::microseconds(*asked.blocked_until - at)));
  }
  co_return std::move(asked.token);
}

base::Task<void> Accounts::reset_password(std::string token, std::string new_password) {
  parts_.passwords.check_choice(new_password, "");
  const std::string hash = co_await parts_.passwords.hash(std::move(new_password));
  const auto set = [token, hash, at = now()](Session& session) {
    const std::optional<std::string> user_id = use_one_time_link(session, kResetPassword, token, at);
    const std::optional<UserRow> user = user_id ? find_user(session, *user_id) : std::nullopt;
    if (!user) throw_no_link();
    replace_password(session, user->id, user->password_hash, hash);
    set_verified(session, user->id, at);  // that is where the link was sent
    end_all_sessions(session, user->id, at);
    raise_session_version(session, user->id);
    append_audit(session,
                 {.team_id = user->personal_team,
                  .actor_id = user->id,
                  .action = "password_reset",
                  .subject = user->id},
                 at);
  };
  co_await parts_.database.write(Scope::system(), set, {.isolation = Isolation::kCommitted});
  identities_.forget_all();
}

base::Task<void> Accounts::verify_email(std::string token) {
  const auto set = [token, at = now()](Session& session) {
    const std::optional<std::string> user_id = use_one_time_link(session, kVerifyEmail, token, at);
    const std::optional<UserRow> user = user_id ? find_user(session, *user_id) : std::nullopt;
    if (!user) throw_no_link();
    set_verified(session, user->id, at);
    append_audit(session,
                 {.team_id = user->personal_team,
                  .actor_id = user->id,
                  .action = "email_verified",
                  .subject = user->id},
                 at);
  };
  co_await parts_.database.write(Scope::system(), set, {.isolation = Isolation::kCommitted});
}

}  // namespace pharos::security
