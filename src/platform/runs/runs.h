// The runs of whoever asks: making, reading, stopping them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/worker.h"
#include "platform/runs/assistants.h"
#include "platform/runs/run.h"
#include "platform/runs/run_worker.h"
#include "platform/runs/threads.h"
#include "platform/storage/database.h"

namespace pharos::runs {

struct RunQuery {
  std::optional<RunStatus> status;
  std::int64_t limit = 10;
  std::int64_t offset = 0;
};

/// Thread-safe. A scope reaches its user's own runs; others' are not there: base::Error (kNotFound).
class Runs {
 public:
  /// Looks, in the transaction that makes a run, whether that URL can be told of its end; throws when not.
  using ExpectWebhook = std::function<void(storage::Session&, const std::string& url)>;

  /// All must outlive it.
  Runs(storage::Database& database, jobs::Jobs& jobs, Assistants& assistants, base::Clock& clock,
       base::Ids& ids, ExpectWebhook expect_webhook = {})
      : database_(database),
        jobs_(jobs),
        assistants_(assistants),
        clock_(clock),
        ids_(ids),
        expect_webhook_(std::move(expect_webhook)) {}

  /// On a thread; without one, on a thread that is made for it and goes with it. Throws base::Error:
  /// kNotFound when there is no such thread or assistant, kInvalidInput when the thread is busy and the run
  /// is to be rejected then, or when the input does not fit the graph.
  base::Task<Run> create(storage::Scope scope, std::optional<std::string> thread_id, NewRun wanted);
  /// Several without threads, all or none.
  base::Task<std::vector<Run>> create_all(storage::Scope scope, std::vector<NewRun> wanted);
  /// Within somebody's transaction, in whose name it is.
  Run create(storage::Session& session, const std::optional<std::string>& thread_id, const NewRun& wanted);

  /// `thread_id` empty: of whichever thread.
  base::Task<Run> get(storage::Scope scope, std::string thread_id, std::string run_id);
  /// The newest first.
  base::Task<std::vector<Run>> list(storage::Scope scope, std::string thread_id, RunQuery query);
  /// Stops a run that waits or runs; gives false when it was over.
  base::Task<bool> cancel(storage::Scope scope, std::string thread_id, std::string run_id, Ending ending);
  /// All that wait or run, or those of a status; of a thread when one is named. Gives how many.
  base::Task<std::int64_t> cancel_all(storage::Scope scope, std::optional<std::string> thread_id,
                                      std::vector<std::string> run_ids, std::optional<RunStatus> status,
                                      Ending ending);
  /// Throws base::Error (kConflict) when it is under way.
  base::Task<void> remove(storage::Scope scope, std::string thread_id, std::string run_id);

  /// Has the worker do runs, each at most so long, and bring those into the line whose time has come. What
  /// has its turn when it is made begins at once in this worker, when it has room.
  void work_in(jobs::Worker& worker, const RunParts& parts, base::Duration time_limit);
  /// Ends runs whose jobs have ended in another way than by the run, so that their threads go on.
  base::Task<void> sweep();

 private:
  struct Place;

  Place place_for(storage::Session& session, const std::optional<std::string>& given, const NewRun& wanted,
                  const Assistant& assistant, base::WallTime now);
  bool begin(storage::Session& session, const std::string& run_id, RunTurn turn);
  bool stop(storage::Session& session, const storage::Row& run, Ending ending);
  base::Task<json::value> come_due(jobs::Job job, jobs::JobContext& context);

  storage::Database& database_;
  jobs::Jobs& jobs_;
  Assistants& assistants_;
  base::Clock& clock_;
  base::Ids& ids_;
  ExpectWebhook expect_webhook_;
  jobs::Starter starter_;
  std::optional<RunParts> parts_;  ///< of those that begin at once
};

/// A run as its row has it; the columns are those of `runs`, and `is_temporary` of its thread.
Run run_of(const storage::Row& row);
RunRequest request_of(const storage::Row& row);

}  // namespace pharos::runs
