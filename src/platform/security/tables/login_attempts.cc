#include "platform/security/tables/login_attempts.h"

#include <algorithm>
#include <chrono>

namespace pharos::security {
namespace {
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using storage::Row;
using storage::Session;

constexpr storage::Moment kForgottenAfter = storage::micros(hours(12));
constexpr storage::Moment kFirstWait = storage::micros(seconds(1));
constexpr storage::Moment kLongestWait = storage::micros(minutes(15));

storage::Moment wait_after(std::int64_t failures, std::int64_t free) {
  if (failures < free) return 0;
  const std::int64_t doublings = std::min<std::int64_t>(failures - free, 20);
  return std::min(kLongestWait, kFirstWait << doublings);
}

struct Standing {
  std::int64_t failures = 0;
  storage::Moment blocked_until = 0;
};

/// Locks the row, which is made when there is none. When the clock has been put back, the wait begins anew:
/// it would last as much longer.
Standing standing_of(Session& session, const std::string& key, storage::Moment now) {
  session.run(
      "INSERT INTO login_attempts (key, failures, last_at, blocked_until) VALUES ($1, 0, $2, 0)"
      " ON CONFLICT (key) DO NOTHING",
      key, now);
  const Row row =
      session
          .run(
              "UPDATE login_attempts SET last_at = CASE WHEN last_at > $2 THEN $2 ELSE last_at END,"
              " blocked_until = CASE WHEN last_at > $2 AND blocked_until > 0"
              " THEN blocked_until - last_at + $2 ELSE blocked_until END"
              " WHERE key = $1 RETURNING failures, last_at, blocked_until",
              key, now)
          .at(0);
  if (now - row.number("last_at") >= kForgottenAfter) return {};
  return {.failures = row.number("failures"), .blocked_until = row.number("blocked_until")};
}

}  // namespace

std::optional<storage::Moment> reserve_attempt(Session& session, const std::vector<AttemptBudget>& budgets,
                                               storage::Moment now) {
  std::vector<Standing> standings;
  storage::Moment blocked_until = 0;
  for (const AttemptBudget& budget : budgets) {
    standings.push_back(standing_of(session, budget.key, now));
    blocked_until = std::max(blocked_until, standings.back().blocked_until);
  }
  if (blocked_until > now) return blocked_until;
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    const std::int64_t failures = standings[i].failures + 1;
    const storage::Moment wait = wait_after(failures, budgets[i].free);
    session.run("UPDATE login_attempts SET failures = $2, last_at = $3, blocked_until = $4 WHERE key = $1",
                budgets[i].key, failures, now, wait == 0 ? 0 : now + wait);
  }
  return std::nullopt;
}

void give_attempt_back(Session& session, const std::vector<AttemptBudget>& budgets) {
  for (const AttemptBudget& budget : budgets) {
    if (budget.starts_anew) {
      session.run("DELETE FROM login_attempts WHERE key = $1", budget.key);
    } else {
      session.run(
          "UPDATE login_attempts SET failures = failures - 1, blocked_until = 0 WHERE key = $1 AND failures "
          "> 0",
          budget.key);
    }
  }
}

void forget_attempts(Session& session, storage::Moment now) {
  session.run("DELETE FROM login_attempts WHERE last_at < $1", now - kForgottenAfter);
}

bool is_known_device(Session& session, const std::string& user_id, const std::string& device_hash) {
  return session
      .find("SELECT 1 FROM known_devices WHERE user_id = $1 AND device_hash = $2", user_id, device_hash)
      .has_value();
}

void remember_device(Session& session, const std::string& user_id, const std::string& device_hash,
                     storage::Moment now) {
  session.run(
      "INSERT INTO known_devices (user_id, device_hash, last_used_at) VALUES ($1, $2, $3)"
      " ON CONFLICT (user_id, device_hash) DO UPDATE SET last_used_at = $3",
      user_id, device_hash, now);
}

}  // namespace pharos::security
