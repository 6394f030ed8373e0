// Signing in and staying signed in.
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "platform/security/accounts.h"
#include "platform/security/address_key.h"
#include "platform/security/crypto.h"
#include "platform/security/limited_error.h"
#include "platform/storage/time.h"

namespace pharos::security {

namespace {
using base::Code;
using base::Error;
using storage::Isolation;
using storage::Scope;
using storage::Session;

constexpr const char* kNobody = "nobody";
constexpr std::size_t kLongestDevice = 256;
constexpr std::size_t kShortestDevice = 16;
constexpr std::size_t kLongestNote = 200;  // characters of a user agent

/// The same words for an unknown address and a wrong password: neither says who has an account.
[[noreturn]] void throw_wrong() {
  throw Error(Code::kUnauthenticated, "the e-mail address or the password is wrong");
}

[[noreturn]] void throw_blocked(storage::Moment until, storage::Moment now) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(std::chrono::microseconds(until - now));
  throw LimitedError(fmt::format("too many attempts to sign in; try again in {} s", wait.count()), wait);
}

[[noreturn]] void throw_ended() {
  throw Error(Code::kUnauthenticated, "you are not signed in any more; sign in again");
}

std::string hash_of(std::string_view text) {
  return hex(bytes_of(sha256_of(text)));
}

/// Any text that somebody types where an address belongs: wrong ones must not be told apart from unknown
/// ones.
std::string email_to_look_up(const std::string& email) {
  try {
    return checked_email(email);
  } catch (const Error&) {
    return "";
  }
}

/// As it is kept of somebody: sealed.
std::string origin_of(const std::string& address, const std::string& user_agent) {
  return base::compact_json(boost::json::object{{"address", address}, {"user_agent", user_agent}});
}

std::string kept_user_agent(const ClientInfo& client) {
  return base::is_utf8(client.user_agent) ? base::shorten(client.user_agent, kLongestNote) : "";
}

/// For the chain of the server: a wrong password and an unknown address leave the same, and take as long.
/// Where there is no account, the origin is sealed with a key that is nobody's.
base::Task<void> note_failed_login(storage::Database& database, std::string user_id, std::string origin,
                                   storage::Moment at) {
  const auto note = [user_id = std::move(user_id), origin = std::move(origin), at](Session& session) {
    append_audit(session,
                 {.team_id = std::string(kServerChain),
                  .actor_id = "",
                  .action = "login_failed",
                  .subject = user_id,
                  .personal = origin,
                  .person = user_id.empty() ? kNobody : user_id},
                 at);
  };
  co_await database.write(Scope::system(), note, {.isolation = Isolation::kCommitted});
}

/// Where somebody was recognised, when that was not here.
std::string issuer_note(const std::string& issuer) {
  return issuer.empty() ? "" : base::compact_json(boost::json::object{{"issuer", issuer}});
}

}  // namespace

std::string device_hash_of(const std::string& device) {
  const bool is_good = device.size() >= kShortestDevice && device.size() <= kLongestDevice;
  return is_good ? hash_of("device " + device) : "";
}

Accounts::Attempt Accounts::plan_attempt(Session& session, const Credentials& credentials,
                                         const ClientInfo& client) const {
  Attempt attempt;
  const std::string email = email_to_look_up(credentials.email);
  attempt.user = find_user_by_email(session, email);
  attempt.device_hash = device_hash_of(client.device);
  const std::string user_id = attempt.user ? attempt.user->id : "";
  // Whoever has signed in from here before is not locked out by strangers who try elsewhere.
  const bool is_known =
      is_known_device(session, user_id, attempt.device_hash) && !attempt.device_hash.empty();
  attempt.budgets = {
      {.key = is_known ? "device " + hash_of(user_id + attempt.device_hash) : "account " + hash_of(email),
       .free = settings_.free_attempts,
       .starts_anew = true},
      {.key = "from " + address_key(client.address), .free = settings_.free_attempts_of_address},
      {.key = "near " + network_key(client.address), .free = settings_.free_attempts_of_network}};
  return attempt;
}

base::Task<Accounts::Attempt> Accounts::reserve(Credentials credentials, ClientInfo client) {
  const storage::Moment at = now();
  const auto count = [this, credentials = std::move(credentials), client = std::move(client),
                      at](Session& session) {
    Attempt attempt = plan_attempt(session, credentials, client);
    attempt.blocked_until = reserve_attempt(session, attempt.budgets, at);
    return attempt;
  };
  Attempt attempt =
      co_await parts_.database.write(Scope::system(), count, {.isolation = Isolation::kCommitted});
  if (attempt.blocked_until) throw_blocked(*attempt.blocked_until, at);
  co_return attempt;
}

base::Task<void> Accounts::give_back(Attempt attempt) {
  const auto undo = [budgets = std::move(attempt.budgets)](Session& session) {
    give_attempt_back(session, budgets);
  };
  co_await parts_.database.write(Scope::system(), undo, {.isolation = Isolation::kCommitted});
}

/// What could not be compared was no failure either.
base::Task<PasswordVerdict> Accounts::compare(std::string password, Attempt attempt) {
  std::exception_ptr failure;
  try {
    co_return co_await parts_.passwords.verify(std::move(password),
                                               attempt.user ? attempt.user->password_hash : std::nullopt);
  } catch (const Error&) {
    failure = std::current_exception();
  }
  for (AttemptBudget& budget : attempt.budgets) budget.starts_anew = false;
  co_await give_back(std::move(attempt));
  std::rethrow_exception(failure);
}

base::Task<void> Accounts::note_failure(std::string user_id) {
  return note_failed_login(parts_.database, std::move(user_id), "", now());
}

base::Task<Tokens> Accounts::log_in(Credentials credentials, ClientInfo client) {
  Attempt attempt = co_await reserve(credentials, client);
  const PasswordVerdict verdict = co_await compare(credentials.password, attempt);
  if (!verdict.right) {
    co_await note_failed_login(parts_.database, attempt.user ? attempt.user->id : "",
                               origin_of(client.address, kept_user_agent(client)), now());
    throw_wrong();
  }
  std::optional<std::string> rehashed;
  if (verdict.needs_rehash) rehashed = co_await parts_.passwords.hash(std::move(credentials.password));
  co_return co_await begin_session(std::move(attempt), std::move(client), std::move(rehashed));
}

base::Task<Tokens> Accounts::begin_session(Attempt attempt, ClientInfo client,
                                           std::optional<std::string> rehashed) {
  const UserRow& user = attempt.user.value();
  const storage::Moment at = now();
  const SessionRow row{.id = parts_.ids.next(),
                       .user_id = user.id,
                       .team_id = user.personal_team,
                       .created_at = at,
                       .address = client.address,
                       .user_agent = kept_user_agent(client)};
  struct Begun {
    std::string refresh_token;
    std::int64_t version = 0;
    bool is_active = false;
    bool is_unverified = false;
  };
  const auto begin = [attempt, row, rehashed, at, settings = settings_.sessions,
                      only_verified = settings_.only_verified](Session& session) {
    give_attempt_back(session, attempt.budgets);
    const std::optional<UserRow> present = find_user(session, row.user_id);
    if (!present || !present->is_active) return Begun{};
    if (only_verified && !present->is_verified) return Begun{.is_active = true, .is_unverified = true};
    if (rehashed) replace_password(session, row.user_id, attempt.user->password_hash, *rehashed);
    if (!attempt.device_hash.empty()) remember_device(session, row.user_id, attempt.device_hash, at);
    append_audit(session,
                 {.team_id = row.team_id,
                  .actor_id = row.user_id,
                  .action = "logged_in",
                  .subject = row.id,
                  .details = issuer_note(attempt.issuer),
                  .personal = origin_of(row.address, row.user_agent),
                  .person = row.user_id},
                 at);
    return Begun{.refresh_token = add_session(session, row, settings),
                 .version = present->session_version,
                 .is_active = true};
  };
  Begun begun = co_await parts_.database.write(Scope::system(), begin, {.isolation = Isolation::kCommitted});
  if (!begun.is_active) {
    throw Error(Code::kForbidden, "this account is disabled; ask whoever runs this server");
  }
  if (begun.is_unverified) {
    throw Error(
        Code::kForbidden,
        "confirm your e-mail address first, by the link that was sent to it; you can ask for another");
  }
  co_return tokens_for({.user_id = row.user_id, .session_id = row.id, .session_version = begun.version},
                       std::move(begun.refresh_token));
}

Tokens Accounts::tokens_for(const TokenSubject& subject, std::string refresh_token) const {
  return {.access_token = parts_.tokens.issue(subject),
          .expires_in = parts_.tokens.lifetime().count(),
          .refresh_token = std::move(refresh_token)};
}

base::Task<Tokens> Accounts::refresh(std::string refresh_token, ClientInfo) {
  struct Answer {
    Exchange exchange;
    std::int64_t version = 0;
  };
  const auto trade = [token = std::move(refresh_token), at = now(),
                      settings = settings_.sessions](Session& session) {
    Answer answer{.exchange = exchange_refresh_token(session, token, at, settings)};
    const std::optional<UserRow> user = find_user(session, answer.exchange.user_id);
    if (user) answer.version = user->session_version;
    if (user && answer.exchange.kind == Exchange::Kind::kReused) {
      append_audit(session,
                   {.team_id = user->personal_team,
                    .actor_id = user->id,
                    .action = "refresh_token_reused",
                    .subject = answer.exchange.session_id},
                   at);
    }
    return answer;
  };
  Answer answer =
      co_await parts_.database.write(Scope::system(), trade, {.isolation = Isolation::kCommitted});
  Exchange& exchange = answer.exchange;
  if (exchange.kind == Exchange::Kind::kReused) identities_.forget(exchange.session_id);
  if (exchange.token.empty()) throw_ended();
  co_return tokens_for(
      {.user_id = exchange.user_id, .session_id = exchange.session_id, .session_version = answer.version},
      std::move(exchange.token));
}

}  // namespace pharos::security
