#include "platform/privacy/retention.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/privacy/erasure.h"
#include "platform/privacy/personal_exports.h"
#include "platform/storage/time.h"

namespace pharos::privacy {
namespace {
using storage::Row;
using storage::Scope;
using storage::Session;

/// Others want to write, too.
constexpr std::int64_t kAtOnce = 500;

/// Every table of the inventory that is kept for a time has an `id`.
std::string statement_of(const TableRule& rule, const KeptFor& kept) {
  return fmt::format(
      "DELETE FROM {0} WHERE id IN (SELECT id FROM {0} WHERE {1} < $1{2}"
      " AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.user_id = {0}.{3}) ORDER BY {1} LIMIT $2){4}",
      rule.table, kept.since, kept.where.empty() ? "" : " AND " + kept.where, kept.of,
      rule.blob ? " RETURNING " + *rule.blob : "");
}

}  // namespace

Retention::Retention(storage::Database& database, const Inventory& inventory, DaysKept days,
                     const base::Clock& clock)
    : database_(database), inventory_(inventory), days_(std::move(days)), clock_(clock) {
  for (const TableRule& rule : inventory_.tables) {
    for (const KeptFor& kept : rule.kept_for) {
      if (!days_.contains(kept.kind))
        throw base::Error(base::Code::kInternal,
                          fmt::format("nobody says how many days '{}' are kept", kept.kind));
    }
  }
}

base::Task<std::int64_t> Retention::forget() {
  std::int64_t forgotten = 0;
  for (const TableRule& rule : inventory_.tables) {
    for (const KeptFor& kept : rule.kept_for) forgotten += co_await forget(rule, kept);
  }
  const auto exports = [now = storage::time_number(clock_)](Session& session) {
    forget_exports(session, now);
  };
  co_await database_.write(Scope::system(), exports, {.isolation = storage::Isolation::kCommitted});
  co_return forgotten;
}

base::Task<std::int64_t> Retention::forget(const TableRule& rule, const KeptFor& kept) {
  const std::int64_t before =
      storage::time_number(clock_) - storage::micros(std::chrono::hours(24 * days_.at(kept.kind)));
  const auto drop = [sql = statement_of(rule, kept), has_blob = rule.blob.has_value(),
                     before](Session& session) {
    const storage::Rows rows = session.run(sql, before, kAtOnce);
    const auto changed = static_cast<std::int64_t>(session.changed());
    for (const Row& row : rows) {
      if (has_blob) doom_blob(session, row.text(0));
    }
    return changed;
  };
  std::int64_t forgotten = 0;
  while (true) {
    const std::int64_t now = co_await database_.write(Scope::system(), drop);
    forgotten += now;
    if (now < kAtOnce) co_return forgotten;
  }
}

}  // namespace pharos::privacy
