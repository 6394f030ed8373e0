// How often somebody has tried to sign in and failed. An attempt is counted before its password is compared,
// so that a thousand at the same time are counted too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// One thing that attempts are counted for, and how many may fail before there is a wait: 1 s after that, 2 s
/// after the next, doubling to a quarter of an hour. Forgotten after twelve hours without a failure.
struct AttemptBudget {
  std::string key;
  std::int64_t free = 5;
  bool starts_anew = false;  ///< after a success; else only the attempt that succeeded is taken back
};

/// Counts an attempt in every budget, or in none when one of them has to wait. Gives the moment from which on
/// it need not; nothing when it was counted. Budgets in the same order of kinds everywhere, so that no two
/// wait for each other.
std::optional<storage::Moment> reserve_attempt(storage::Session& session,
                                               const std::vector<AttemptBudget>& budgets,
                                               storage::Moment now);
/// The attempt was no failure.
void give_attempt_back(storage::Session& session, const std::vector<AttemptBudget>& budgets);

/// Removes what does not count any more.
void forget_attempts(storage::Session& session, storage::Moment now);

bool is_known_device(storage::Session& session, const std::string& user_id, const std::string& device_hash);
void remember_device(storage::Session& session, const std::string& user_id, const std::string& device_hash,
                     storage::Moment now);

}  // namespace pharos::security
