#include "platform/privacy/legal_holds.h"

#include "core/base/error.h"
#include "platform/security/tables/audit_log.h"
#include "platform/security/tables/users.h"
#include "platform/storage/time.h"

namespace pharos::privacy {
namespace {
using base::Code;
using base::Error;
using security::Caller;
using storage::Row;
using storage::Scope;
using storage::Session;

void require_manager(const Caller& caller) {
  if (!caller.may(security::Permission::kUsersManage))
    throw Error(Code::kForbidden, "only whoever runs this server may have people's data kept");
}

LegalHold hold_of(const Row& row) {
  return {.user_id = row.text("user_id"),
          .reason = row.text("reason"),
          .placed_by = row.text("placed_by"),
          .created_at = storage::time_text(row.number("created_at"))};
}

void note(Session& session, const Caller& caller, const char* action, const std::string& user_id,
          storage::Moment at) {
  security::append_audit(session,
                         {.team_id = std::string(security::kServerChain),
                          .actor_id = caller.user_id,
                          .action = action,
                          .subject = user_id},
                         at);
}

}  // namespace

base::Task<std::vector<LegalHold>> LegalHolds::list(Caller caller) {
  require_manager(caller);
  const auto read = [](Session& session) {
    std::vector<LegalHold> holds;
    for (const Row& row : session.run(
             "SELECT user_id, reason, placed_by, created_at FROM legal_holds ORDER BY created_at, user_id"))
      holds.push_back(hold_of(row));
    return holds;
  };
  co_return co_await database_.read(Scope::system(), read);
}

base::Task<bool> LegalHolds::are_any() {
  const auto look = [](Session& session) {
    return session.find("SELECT 1 FROM legal_holds LIMIT 1").has_value();
  };
  co_return co_await database_.read(Scope::system(), look);
}

base::Task<LegalHold> LegalHolds::place(Caller caller, std::string user_id, std::string reason) {
  require_manager(caller);
  const auto place = [caller, user_id, reason, now = storage::time_number(clock_)](Session& session) {
    if (!security::find_user(session, user_id)) throw Error(Code::kNotFound, "there is no such account");
    note(session, caller, "legal_hold_placed", user_id, now);
    return hold_of(
        session
            .run("INSERT INTO legal_holds (user_id, reason, placed_by, created_at) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (user_id) DO UPDATE SET reason = $2, placed_by = $3"
                 " RETURNING user_id, reason, placed_by, created_at",
                 user_id, reason, caller.user_id, now)
            .at(0));
  };
  co_return co_await database_.write(Scope::system(), place);
}

base::Task<void> LegalHolds::lift(Caller caller, std::string user_id) {
  require_manager(caller);
  const auto lift = [caller, user_id, now = storage::time_number(clock_)](Session& session) {
    session.run("DELETE FROM legal_holds WHERE user_id = $1", user_id);
    if (session.changed() == 0) throw Error(Code::kNotFound, "nothing says that this person's data is kept");
    note(session, caller, "legal_hold_lifted", user_id, now);
  };
  co_await database_.write(Scope::system(), lift);
}

bool is_held(Session& session, const std::string& user_id) {
  return session.find("SELECT 1 FROM legal_holds WHERE user_id = $1", user_id).has_value();
}

void check_not_held(Session& session, const std::string& user_id) {
  if (is_held(session, user_id))
    throw Error(Code::kConflict,
                "this data must be kept for a legal reason for now; ask whoever runs this server");
}

}  // namespace pharos::privacy
