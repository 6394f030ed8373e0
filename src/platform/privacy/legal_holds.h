// People whose data must be kept: neither they nor the calendar can delete it.
#pragma once

#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/security/caller.h"
#include "platform/storage/database.h"

namespace pharos::privacy {

struct LegalHold {
  std::string user_id;
  std::string reason;
  std::string placed_by;  ///< a user's id
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(LegalHold, (), (user_id, reason, placed_by, created_at))

/// Thread-safe. For whoever runs the server: base::Error (kForbidden) otherwise. Audited in the server's
/// chain.
class LegalHolds {
 public:
  LegalHolds(storage::Database& database, const base::Clock& clock) : database_(database), clock_(clock) {}

  base::Task<std::vector<LegalHold>> list(security::Caller caller);
  /// For housekeeping.
  base::Task<bool> are_any();
  /// Again, with another reason: that one counts. kNotFound when there is no such person.
  base::Task<LegalHold> place(security::Caller caller, std::string user_id, std::string reason);
  /// kNotFound when there is none.
  base::Task<void> lift(security::Caller caller, std::string user_id);

 private:
  storage::Database& database_;
  const base::Clock& clock_;
};

bool is_held(storage::Session& session, const std::string& user_id);
/// Throws base::Error (kConflict).
void check_not_held(storage::Session& session, const std::string& user_id);

}  // namespace pharos::privacy
