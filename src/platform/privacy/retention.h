// Forgetting what has been kept long enough.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/privacy/inventory.h"
#include "platform/storage/database.h"

namespace pharos::privacy {

/// Days by kind (KeptFor::kind).
using DaysKept = std::map<std::string, std::int64_t>;

/// Thread-safe. What belongs to somebody under a legal hold stays.
class Retention {
 public:
  /// All must outlive it. Throws base::Error (kInternal) for a kind of the inventory that has no days.
  Retention(storage::Database& database, const Inventory& inventory, DaysKept days, const base::Clock& clock);

  /// Deletes what is too old, and exports that have expired, some hundred rows at a time; their blobs are
  /// doomed. Gives how many rows. To be called each hour.
  base::Task<std::int64_t> forget();

 private:
  base::Task<std::int64_t> forget(const TableRule& rule, const KeptFor& kept);

  storage::Database& database_;
  const Inventory& inventory_;
  DaysKept days_;
  const base::Clock& clock_;
};

}  // namespace pharos::privacy
