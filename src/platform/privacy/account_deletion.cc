#include "platform/privacy/account_deletion.h"

#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/privacy/erasure.h"
#include "platform/privacy/legal_holds.h"
#include "platform/security/tables/audit_log.h"
#include "platform/security/tables/sessions.h"
#include "platform/security/tables/teams.h"
#include "platform/security/tables/users.h"
#include "platform/storage/time.h"

namespace pharos::privacy {
namespace {
using base::Code;
using base::Error;
using security::Caller;
using security::UserRow;
using storage::micros;
using storage::Moment;
using storage::Row;
using storage::Scope;
using storage::Session;

constexpr Moment kTimeToUndo = micros(std::chrono::hours(24 * 30));
constexpr Moment kLoginIsFresh = micros(std::chrono::minutes(15));
/// Longer than any request and any remembered login.
constexpr Moment kErasedAgainAfter = micros(std::chrono::minutes(10));
constexpr std::int64_t kAtOnce = 100;
// What is counted here must not change meanwhile: who owns, who runs the server.
constexpr storage::WriteOptions kAlone{.isolation = storage::Isolation::kSerializable};

UserRow user_or_throw(Session& session, const std::string& id) {
  std::optional<UserRow> user = security::find_user(session, id);
  if (!user) throw Error(Code::kNotFound, "there is no such account");
  return *std::move(user);
}

/// Teams with others in them that would be without an owner.
struct OrphanedTeam {
  std::string id;
  std::string name;
};
std::vector<OrphanedTeam> teams_left_behind(Session& session, const std::string& user_id) {
  std::vector<OrphanedTeam> teams;
  for (const Row& row :
       session.run("SELECT t.id AS id, t.name AS name FROM memberships m JOIN teams t ON t.id = m.team_id"
                   " WHERE m.user_id = $1 AND m.role = $2 AND t.is_personal = $3"
                   " AND EXISTS (SELECT 1 FROM memberships o WHERE o.team_id = t.id AND o.user_id <> $1)"
                   " AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.team_id = t.id AND o.user_id <> $1 "
                   "AND o.role = $2)",
                   user_id, base::to_name(security::Role::kOwner), false)) {
    teams.push_back({.id = row.text("id"), .name = row.text("name")});
  }
  return teams;
}

void check_may_go(Session& session, const UserRow& user) {
  const auto orphaned = teams_left_behind(session, user.id);
  if (!orphaned.empty()) {
    throw Error(Code::kConflict, fmt::format("nobody else owns the team '{}'; give it another owner first",
                                             orphaned.front().name));
  }
  if (user.is_superuser && user.is_active && security::count_active_superusers(session) == 1) {
    throw Error(Code::kConflict,
                "this is the last account that can run the server; give another one that right first");
  }
}

/// When the time has come nobody is asked: the one of the highest rank who is there longest becomes the
/// owner.
void hand_over_teams(Session& session, const std::string& user_id) {
  for (const OrphanedTeam& team : teams_left_behind(session, user_id)) {
    std::string heir;
    std::pair<int, Moment> best{-1, 0};
    for (const Row& row :
         session.run("SELECT user_id, role, created_at FROM memberships WHERE team_id = $1 AND user_id <> $2",
                     team.id, user_id)) {
      const auto role = base::from_name<security::Role>(row.text("role"), "a role");
      const std::pair rank{static_cast<int>(role), -row.number("created_at")};
      if (heir.empty() || rank > best) {
        heir = row.text("user_id");
        best = rank;
      }
    }
    security::set_member_role(session, team.id, heir, security::Role::kOwner);
  }
}

void check_login_is_fresh(Session& session, const Caller& caller, Moment now) {
  const std::optional<Row> row = session.find(
      "SELECT created_at FROM sessions WHERE id = $1 AND user_id = $2", caller.session_id, caller.user_id);
  if (!row)
    throw Error(Code::kForbidden, "a key cannot delete the account that it belongs to; log in to do that");
  if (now - row->number(0) > kLoginIsFresh)
    throw Error(Code::kForbidden, "log in again to delete your account at once");
}

PendingDeletion pending_of(const Row& row) {
  return {.requested_at = storage::time_text(row.number("requested_at")),
          .due_at = storage::time_text(row.number("due_at")),
          .is_done = !row.is_null("erased_at")};
}

constexpr const char* kSelect =
    "SELECT requested_at, due_at, erased_at FROM account_deletions WHERE user_id = $1";

void put_deletion(Session& session, const UserRow& user, Moment now, Moment due_at) {
  session.run(
      "INSERT INTO account_deletions (user_id, personal_team, requested_at, due_at) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (user_id) DO UPDATE SET due_at = $4 WHERE account_deletions.due_at > $4",
      user.id, user.personal_team, now, due_at);
}

/// Whoever was let in is not any more.
void lock_out(Session& session, const std::string& user_id, Moment now) {
  security::end_all_sessions(session, user_id, now);
  security::raise_session_version(session, user_id);
  session.run("UPDATE api_keys SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL", user_id, now);
}

void note(Session& session, std::string team_id, const std::string& actor, std::string action,
          const std::string& user_id, Moment now) {
  security::append_audit(
      session,
      {.team_id = std::move(team_id), .actor_id = actor, .action = std::move(action), .subject = user_id},
      now);
}

/// Once, and a second time for what was on its way the first time; then there is nothing to be done any more.
void erase_account(Session& session, const Inventory& inventory, const std::string& user_id, Moment now) {
  const auto row = session.find(
      "SELECT personal_team, erased_at FROM account_deletions WHERE user_id = $1 AND due_at <= $2", user_id,
      now);
  if (!row || is_held(session, user_id)) return;
  const bool is_again = !row->is_null("erased_at");
  const std::optional<UserRow> user = security::find_user(session, user_id);
  if (user) hand_over_teams(session, user_id);
  erase(session, inventory,
        {.user_id = user_id, .email = user ? user->email : "", .personal_team = row->text("personal_team")},
        GoesWith::kAccount);
  if (is_again) {
    session.run("DELETE FROM account_deletions WHERE user_id = $1", user_id);
  } else {
    session.run("UPDATE account_deletions SET erased_at = $2 WHERE user_id = $1", user_id, now);
    note(session, std::string(security::kServerChain), "", "account_erased", user_id, now);
  }
}

}  // namespace

base::Task<PendingDeletion> AccountDeletion::request(Caller caller, bool at_once) {
  const auto ask = [caller, at_once, now = storage::time_number(parts_.clock)](Session& session) {
    const UserRow user = user_or_throw(session, caller.user_id);
    check_login_is_fresh(session, caller, at_once ? now : 0);
    if (at_once) check_not_held(session, user.id);
    check_may_go(session, user);
    put_deletion(session, user, now, at_once ? now : now + kTimeToUndo);
    lock_out(session, user.id, now);
    note(session, caller.team_id, caller.user_id, "account_deletion_requested", user.id, now);
    return pending_of(session.run(kSelect, user.id).at(0));
  };
  PendingDeletion pending = co_await parts_.database.write(Scope::system(), ask, kAlone);
  parts_.identities.forget_all();
  if (at_once) {
    co_await carry_out(caller.user_id);
    co_await remove_doomed_blobs();
    pending.is_done = true;
  }
  co_return pending;
}

base::Task<PendingDeletion> AccountDeletion::pending(Caller caller) {
  const auto read = [id = caller.user_id](Session& session) {
    const std::optional<Row> row = session.find(kSelect, id);
    if (!row) throw Error(Code::kNotFound, "this account is not to be deleted");
    return pending_of(*row);
  };
  co_return co_await parts_.database.read(caller.scope(), read);
}

base::Task<void> AccountDeletion::undo(Caller caller) {
  const auto undo = [caller, now = storage::time_number(parts_.clock)](Session& session) {
    session.run("DELETE FROM account_deletions WHERE user_id = $1 AND erased_at IS NULL", caller.user_id);
    if (session.changed() == 0) throw Error(Code::kNotFound, "this account is not to be deleted");
    note(session, caller.team_id, caller.user_id, "account_deletion_undone", caller.user_id, now);
  };
  co_await parts_.database.write(caller.scope(), undo, kAlone);
}

base::Task<DeletedData> AccountDeletion::delete_data(Caller caller) {
  const auto drop = [caller, now = storage::time_number(parts_.clock),
                     inventory = &parts_.inventory](Session& session) {
    const UserRow user = user_or_throw(session, caller.user_id);
    check_not_held(session, user.id);
    const std::int64_t rows = erase(
        session, *inventory, {.user_id = user.id, .email = user.email, .personal_team = user.personal_team},
        GoesWith::kData);
    note(session, caller.team_id, caller.user_id, "data_deleted", user.id, now);
    return DeletedData{.rows = rows};
  };
  const DeletedData deleted = co_await parts_.database.write(Scope::system(), drop, kAlone);
  co_await remove_doomed_blobs();
  co_return deleted;
}

base::Task<void> AccountDeletion::remove(Caller caller, std::string user_id) {
  if (!caller.may(security::Permission::kUsersManage))
    throw Error(Code::kForbidden, "only whoever runs this server may manage its accounts");
  const auto ask = [caller, user_id, now = storage::time_number(parts_.clock)](Session& session) {
    const UserRow user = user_or_throw(session, user_id);
    check_not_held(session, user.id);
    check_may_go(session, user);
    put_deletion(session, user, now, now);
    lock_out(session, user.id, now);
    note(session, std::string(security::kServerChain), caller.user_id, "user_removed", user.id, now);
  };
  co_await parts_.database.write(Scope::system(), ask, kAlone);
  parts_.identities.forget_all();
  co_await carry_out(user_id);
  co_await remove_doomed_blobs();
}

base::Task<std::size_t> AccountDeletion::carry_out() {
  const auto read = [now = storage::time_number(parts_.clock)](Session& session) {
    std::vector<std::string> due;
    for (const Row& row : session.run(
             "SELECT user_id FROM account_deletions WHERE due_at <= $1"
             " AND (erased_at IS NULL OR erased_at <= $2)"
             " AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.user_id = account_deletions.user_id)"
             " ORDER BY due_at LIMIT $3",
             now, now - kErasedAgainAfter, kAtOnce)) {
      due.push_back(row.text(0));
    }
    return due;
  };
  const std::vector<std::string> due = co_await parts_.database.read(Scope::system(), read);
  for (const std::string& user_id : due) co_await carry_out(user_id);
  co_await remove_doomed_blobs();
  co_return due.size();
}

base::Task<void> AccountDeletion::carry_out(std::string user_id) {
  const auto work = [user_id, now = storage::time_number(parts_.clock), inventory = &parts_.inventory](
                        Session& session) { erase_account(session, *inventory, user_id, now); };
  co_await parts_.database.write(Scope::system(), work, kAlone);
  parts_.identities.forget_all();
}

base::Task<void> AccountDeletion::remove_doomed_blobs() {
  while (true) {
    const auto read = [](Session& session) { return doomed_blobs(session, kAtOnce); };
    const std::vector<std::string> names = co_await parts_.database.read(Scope::system(), read);
    for (const std::string& name : names) {
      co_await parts_.blobs.remove(name);
      const auto forget = [name](Session& session) { forget_doomed_blob(session, name); };
      co_await parts_.database.write(Scope::system(), forget, {.isolation = storage::Isolation::kCommitted});
    }
    if (names.empty()) co_return;
  }
}

}  // namespace pharos::privacy
