#include "platform/security/audit.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "platform/storage/time.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Scope;
using storage::Session;

constexpr std::int64_t kMostRecords = 1000;

AuditRecord record_of(const AuditRow& row) {
  return {.number = row.number,
          .at = storage::time_text(row.at),
          .actor_id = row.entry.actor_id,
          .action = row.entry.action,
          .subject = row.entry.subject,
          .details = row.entry.details,
          .personal = row.entry.personal,
          .is_erased = row.is_erased};
}

}  // namespace

base::Task<std::vector<AuditRecord>> AuditLog::search(Caller caller, AuditQuery query) {
  const bool may =
      caller.may(Permission::kAuditRead) && (!query.of_server || caller.may(Permission::kSystemManage));
  if (!may)
    throw Error(Code::kForbidden, "you may not read this audit log; ask an administrator of the team");
  Scope scope = caller.scope();
  if (query.of_server) scope.team_id = kServerChain;
  const AuditFilter filter{.action = query.action,
                           .actor_id = query.actor_id,
                           .before = query.before,
                           .limit = std::clamp<std::int64_t>(query.limit, 0, kMostRecords)};
  const auto read = [filter](Session& session) {
    return search_audit(session, session.scope().team_id, filter);
  };
  std::vector<AuditRecord> records;
  for (const AuditRow& row : co_await database_.read(scope, read)) records.push_back(record_of(row));
  co_return records;
}

base::Task<void> AuditLog::note(AuditEntry entry) {
  const auto add = [entry = std::move(entry), at = storage::time_number(clock_)](Session& session) {
    append_audit(session, entry, at);
  };
  co_await database_.write(Scope::system(), add, {.isolation = storage::Isolation::kCommitted});
}

base::Task<std::int64_t> AuditLog::trim(base::WallTime before) {
  const auto list = [](Session& session) { return audited_teams(session); };
  std::int64_t removed = 0;
  for (const std::string& team : co_await database_.read(Scope::system(), list)) {
    const auto cut = [team, before, now = storage::time_number(clock_)](Session& session) {
      return trim_audit_chain(session, team, storage::time_number(before), now);
    };
    removed += co_await database_.write(Scope::system(), cut);
  }
  co_return removed;
}

base::Task<std::vector<AuditFault>> AuditLog::verify() {
  const auto list = [](Session& session) { return audited_teams(session); };
  std::vector<AuditFault> faults;
  // One chain at a time: a log of years does not fit one transaction.
  for (const std::string& team : co_await database_.read(Scope::system(), list)) {
    const auto walk = [team](Session& session) { return verify_audit_chain(session, team); };
    std::optional<AuditFault> fault = co_await database_.read(Scope::system(), walk);
    if (fault) faults.push_back(*std::move(fault));
  }
  co_return faults;
}

}  // namespace pharos::security
