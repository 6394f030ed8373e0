// Jobs that are queued again and again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/jobs/background.h"
#include "platform/jobs/jobs.h"

namespace pharos::jobs {

/// What is to be queued, and when.
struct NewCron {
  std::string name;        ///< among its owner's
  std::string expression;  ///< as CronExpression has it
  std::string kind;        ///< of the jobs
  json::value input = nullptr;
  bool is_active = true;
  std::optional<std::string> timezone;  ///< as TimeZone has it; none: UTC
};
BOOST_DESCRIBE_STRUCT(NewCron, (), (name, expression, kind, input, is_active, timezone))

struct Cron {
  std::string id;
  std::string name;
  std::string expression;
  std::string kind;
  json::value input;
  bool is_active = true;
  std::optional<std::string> timezone;
  std::string next_at;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(Cron, (), (id, name, expression, kind, input, is_active, timezone, next_at, created_at))

/// Thread-safe. Every scope has its own crons, and the jobs are its own.
class Crons {
 public:
  /// All must outlive it.
  Crons(Jobs& jobs, base::Clock& clock, base::Ids& ids) : jobs_(jobs), clock_(clock), ids_(ids) {}

  static constexpr std::int64_t kMost = 100;  ///< of a team

  /// Makes the scope's cron of that name, or changes it. Throws base::Error: kInvalidInput when the
  /// expression or the time zone is none, kConflict when the team has too many.
  base::Task<Cron> put(storage::Scope scope, NewCron cron);
  base::Task<std::vector<Cron>> list(storage::Scope scope);
  /// One that goes on is next due after now: what it missed is not made up for. Throws base::Error
  /// (kNotFound).
  base::Task<Cron> set_active(storage::Scope scope, std::string id, bool is_active);
  /// Throws base::Error (kNotFound).
  base::Task<void> remove(storage::Scope scope, std::string id);

  /// Queues what is due, of all owners, and gives how much. Whoever calls it wherever, for each time there is
  /// one job; times that were missed together are made up for by one.
  base::Task<std::size_t> queue_due();

 private:
  Jobs& jobs_;
  base::Clock& clock_;
  base::Ids& ids_;
};

/// Queues what is due once a second, on a thread of its own.
class CronTicker {
 public:
  CronTicker(Crons& crons, base::Clock& clock, std::function<void(const std::string&)> on_trouble = {});

 private:
  base::Task<void> tick_forever();

  Crons& crons_;
  base::Clock& clock_;
  std::function<void(const std::string&)> on_trouble_;
  Background background_;
};

}  // namespace pharos::jobs
