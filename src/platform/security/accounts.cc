// What people do with their own accounts; signing in is in signing_in.cc.
#include "platform/security/accounts.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/storage/time.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Scope;
using storage::Session;

constexpr std::size_t kLongestEmail = 254;  // RFC 5321
constexpr std::size_t kLongestName = 255;

[[noreturn]] void throw_email_taken() {
  throw Error(Code::kConflict, "this e-mail address has an account already; sign in, or reset its password");
}

/// The row of somebody who was recognised a moment ago.
UserRow row_of(Session& session, const std::string& user_id) {
  std::optional<UserRow> row = find_user(session, user_id);
  if (!row) throw Error(Code::kUnauthenticated, "this account was deleted");
  return *std::move(row);
}

AuditEntry entry_of(const Caller& caller, std::string action) {
  return {.team_id = caller.team_id,
          .actor_id = caller.user_id,
          .action = std::move(action),
          .subject = caller.user_id};
}

}  // namespace

void check_name(const std::optional<std::string>& name) {
  if (name && (name->size() > kLongestName || !base::is_utf8(*name))) {
    throw Error(Code::kInvalidInput, fmt::format("a name has at most {} bytes of UTF-8", kLongestName));
  }
}

User user_of(const UserRow& row) {
  return {.id = row.id,
          .email = row.email,
          .full_name = row.full_name,
          .is_active = row.is_active,
          .is_superuser = row.is_superuser,
          .is_verified = row.is_verified,
          .team_id = row.personal_team,
          .created_at = storage::time_text(row.created_at)};
}

std::string checked_email(std::string_view email) {
  std::string checked = base::lower(std::string(base::trim(email)));
  const std::size_t at = checked.find('@');
  const auto is_odd = [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte <= ' ' || byte == 0x7f || letter == '<' || letter == '>' || letter == ',' || letter == ';';
  };
  if (at == std::string::npos || at == 0 || at + 1 == checked.size() ||
      checked.find('@', at + 1) != std::string::npos || checked.size() > kLongestEmail ||
      std::ranges::any_of(checked, is_odd) || !base::is_utf8(checked)) {
    throw Error(Code::kInvalidInput, "this is no e-mail address; write it like ada@example.org");
  }
  return checked;
}

Accounts::Accounts(AccountParts parts, AccountSettings settings)
    : parts_(parts), settings_(settings), identities_(parts.clock) {}

base::Task<User> Accounts::sign_up(NewUser user) {
  check_name(user.full_name);
  UserRow row{.id = parts_.ids.next(),
              .email = checked_email(user.email),
              .full_name = user.full_name,
              .personal_team = parts_.ids.next(),
              .created_at = now()};
  parts_.passwords.check_choice(user.password, row.email);
  row.password_hash = co_await parts_.passwords.hash(std::move(user.password));
  const auto add = [row](Session& session) {
    if (!add_user(session, row)) throw_email_taken();
    append_audit(session,
                 {.team_id = row.personal_team, .actor_id = row.id, .action = "signed_up", .subject = row.id},
                 row.created_at);
  };
  co_await parts_.database.write(Scope::system(), add, {.isolation = storage::Isolation::kCommitted});
  co_return user_of(row);
}

base::Task<User> Accounts::me(Caller caller) {
  const auto find = [id = caller.user_id](Session& session) { return row_of(session, id); };
  co_return user_of(co_await parts_.database.read(caller.scope(), find));
}

base::Task<User> Accounts::change_me(Caller caller, UserChange change) {
  check_name(change.full_name);
  if (change.email) change.email = checked_email(*change.email);
  const auto set = [caller, change, at = now()](Session& session) {
    if (change.full_name) set_full_name(session, caller.user_id, change.full_name);
    if (change.email && !set_email(session, caller.user_id, *change.email)) throw_email_taken();
    append_audit(session, entry_of(caller, "account_changed"), at);
    return row_of(session, caller.user_id);
  };
  const UserRow row =
      co_await parts_.database.write(caller.scope(), set, {.isolation = storage::Isolation::kCommitted});
  identities_.forget(caller.session_id);
  co_return user_of(row);
}

base::Task<Tokens> Accounts::change_password(Caller caller, PasswordChange change, ClientInfo client) {
  const auto find = [id = caller.user_id](Session& session) { return row_of(session, id); };
  const UserRow before = co_await parts_.database.read(caller.scope(), find);
  parts_.passwords.check_choice(change.new_password, before.email);
  // Counted as signing in is: a stolen access token must not be a way to try passwords.
  Attempt attempt = co_await reserve({.email = before.email}, client);
  const PasswordVerdict verdict = co_await compare(change.current_password, attempt);
  if (!verdict.right) {
    co_await note_failure(caller.user_id);
    throw Error(Code::kInvalidInput, "the present password is wrong");
  }
  const std::string hash = co_await parts_.passwords.hash(change.new_password);
  const auto set = [caller, before, hash, at = now()](Session& session) {
    if (!replace_password(session, caller.user_id, before.password_hash, hash)) {
      throw Error(Code::kConflict, "the password was changed by somebody else at this moment; sign in again");
    }
    end_all_sessions(session, caller.user_id, at);
    raise_session_version(session, caller.user_id);
    append_audit(session, entry_of(caller, "password_changed"), at);
  };
  co_await parts_.database.write(Scope::system(), set, {.isolation = storage::Isolation::kCommitted});
  identities_.forget_all();
  co_return co_await begin_session(std::move(attempt), std::move(client), std::nullopt);
}

base::Task<void> Accounts::log_out(Caller caller) {
  co_await end_session(caller, caller.session_id);
}

base::Task<void> Accounts::log_out_everywhere(Caller caller) {
  const auto end = [caller, at = now()](Session& session) {
    end_all_sessions(session, caller.user_id, at);
    raise_session_version(session, caller.user_id);
    append_audit(session, entry_of(caller, "logged_out_everywhere"), at);
  };
  co_await parts_.database.write(caller.scope(), end, {.isolation = storage::Isolation::kCommitted});
  identities_.forget_all();
}

base::Task<void> Accounts::end_session(Caller caller, std::string session_id) {
  const auto end = [caller, session_id, at = now()](Session& session) {
    if (!security::end_session(session, caller.user_id, session_id, at)) {
      throw Error(Code::kNotFound, "you are not signed in there");
    }
    AuditEntry entry = entry_of(caller, "logged_out");
    entry.subject = session_id;
    append_audit(session, entry, at);
  };
  co_await parts_.database.write(caller.scope(), end, {.isolation = storage::Isolation::kCommitted});
  identities_.forget(session_id);
}

base::Task<std::vector<LiveSession>> Accounts::sessions(Caller caller) {
  const auto list = [id = caller.user_id, at = now()](Session& session) {
    return live_sessions(session, id, at);
  };
  std::vector<LiveSession> live;
  for (const SessionRow& row : co_await parts_.database.read(caller.scope(), list)) {
    live.push_back({.id = row.id,
                    .created_at = storage::time_text(row.created_at),
                    .last_used_at = storage::time_text(row.last_used_at),
                    .address = row.address,
                    .user_agent = row.user_agent,
                    .is_this = row.id == caller.session_id});
  }
  co_return live;
}

}  // namespace pharos::security
