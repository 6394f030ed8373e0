// Runs that are made again and again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/jobs/crons.h"
#include "platform/jobs/worker.h"
#include "platform/runs/runs.h"
#include "platform/storage/database.h"

namespace pharos::runs {

struct RunCron {
  std::string cron_id;
  std::string assistant_id;
  std::optional<std::string> thread_id;
  std::string on_run_completed;  ///< of a run without a thread: delete or keep what it was made on
  std::optional<std::string> end_time;
  std::string schedule;
  std::optional<std::string> timezone;
  std::string created_at;
  std::string updated_at;
  json::object payload;  ///< what the runs are asked to do
  std::string user_id;
  std::optional<std::string> next_run_date;
  json::object metadata;
  bool enabled = true;
};
BOOST_DESCRIBE_STRUCT(RunCron, (),
                      (cron_id, assistant_id, thread_id, on_run_completed, end_time, schedule, timezone,
                       created_at, updated_at, payload, user_id, next_run_date, metadata, enabled))

struct NewRunCron {
  std::optional<std::string> thread_id;
  std::string schedule;
  std::optional<std::string> timezone;
  std::optional<base::WallTime> ends_at;
  NewRun run;
  json::object metadata;
  bool enabled = true;
};

/// What is not set stays as it is.
struct RunCronChange {
  std::optional<std::string> schedule;
  std::optional<std::string> timezone;
  std::optional<base::WallTime> ends_at;
  std::optional<bool> enabled;
  std::optional<json::object> metadata;
  std::optional<RunRequest> request;
};

struct RunCronQuery {
  std::optional<std::string> assistant_id;
  std::optional<std::string> thread_id;
  std::optional<bool> enabled;
  std::string sort_by = "created_at";
  bool ascending = false;
  std::int64_t limit = 10;
  std::int64_t offset = 0;
};

/// Thread-safe. A scope reaches its user's own; others' are not there: base::Error (kNotFound). Each has
/// one of the queue's crons, which comes round for it.
class RunCrons {
 public:
  /// All must outlive it.
  RunCrons(storage::Database& database, jobs::Crons& crons, Runs& runs, Assistants& assistants,
           base::Clock& clock, base::Ids& ids)
      : database_(database), crons_(crons), runs_(runs), assistants_(assistants), clock_(clock), ids_(ids) {}

  static constexpr const char* kJob = "run_cron";

  /// Throws base::Error: kInvalidInput when the schedule, the time zone or the input are none, kConflict when
  /// the team has too many.
  base::Task<RunCron> create(storage::Scope scope, NewRunCron wanted);
  base::Task<RunCron> get(storage::Scope scope, std::string id);
  base::Task<RunCron> change(storage::Scope scope, std::string id, RunCronChange change);
  base::Task<void> remove(storage::Scope scope, std::string id);
  base::Task<std::vector<RunCron>> search(storage::Scope scope, RunCronQuery query);
  base::Task<std::int64_t> count(storage::Scope scope, RunCronQuery query);

  /// Has the worker make the runs.
  void work_in(jobs::Worker& worker);

 private:
  base::Task<jobs::Cron> schedule(const storage::Scope& scope, const std::string& id,
                                  const std::string& expression, const std::optional<std::string>& timezone,
                                  bool is_active);
  base::Task<json::value> make_run(jobs::Job job, jobs::JobContext& context);

  storage::Database& database_;
  jobs::Crons& crons_;
  Runs& runs_;
  Assistants& assistants_;
  base::Clock& clock_;
  base::Ids& ids_;
};

}  // namespace pharos::runs
