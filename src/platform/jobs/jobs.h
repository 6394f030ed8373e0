// The jobs of whoever asks: what routes and other rooms use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/jobs/hints.h"
#include "platform/jobs/job.h"
#include "platform/storage/database.h"

namespace pharos::jobs {

/// Thread-safe. A scope reaches its user's jobs in its team; without a user the whole team's; the system's
/// every job. Others' are not found.
class Jobs {
 public:
  /// All must outlive it.
  Jobs(storage::Database& database, base::Clock& clock, base::Ids& ids)
      : database_(database), clock_(clock), ids_(ids) {}

  /// Within the transaction of its effect: there is a job if and only if the rest is there. Its owner is the
  /// session's scope. Workers of this program hear of it as soon as it is committed.
  JobId enqueue(storage::Session& session, const NewJob& job);
  /// The same for another owner, in a session of the system.
  JobId enqueue_for(storage::Session& session, const storage::Scope& owner, const NewJob& job);
  /// In a transaction of its own.
  base::Task<JobId> enqueue(storage::Scope owner, NewJob job);

  /// Within somebody's transaction; nothing when there is none. Throws base::Error (kNotFound) when it is
  /// another's.
  static std::optional<Job> find(storage::Session& session, const JobId& id);
  /// Throws base::Error (kNotFound).
  base::Task<Job> get(storage::Scope scope, JobId id);
  base::Task<std::vector<Job>> list(storage::Scope scope, JobQuery query);
  /// A queued job is cancelled at once, a running one when its handler has ended. One that is over stays as
  /// it is.
  base::Task<Job> cancel(storage::Scope scope, JobId id);
  /// Throws base::Error (kConflict) when it has not ended without success.
  base::Task<Job> replay(storage::Scope scope, JobId id);

  /// What has happened after the event of that number, at most `limit` of it: with 0, everything.
  base::Task<JobEvents> events_after(storage::Scope scope, JobId id, std::int64_t number, int limit = 500);

  /// Deletes up to `limit` jobs, of all teams, that ended before that time. Gives how many.
  base::Task<std::size_t> remove_ended(base::WallTime before, int limit = 500);

  Hints& hints() { return hints_; }
  storage::Database& database() { return database_; }
  base::Clock& clock() { return clock_; }

 private:
  storage::Database& database_;
  base::Clock& clock_;
  base::Ids& ids_;
  Hints hints_;
};

}  // namespace pharos::jobs
