#include "platform/runs/line.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/queue.h"
#include "platform/runs/thread_rows.h"

namespace pharos::runs {
namespace {

using storage::Row;
using storage::Session;

void set_status(Session& session, const std::string& run_id, RunStatus status, base::WallTime now) {
  session.run("UPDATE runs SET status = $2, updated_at = $3 WHERE id = $1", run_id, base::to_name(status),
              storage::time_number(now));
}

void cancel_job(Session& session, jobs::Jobs& jobs, const std::string& id, base::WallTime now) {
  jobs::cancel(session, id, now);
  session.after_commit([&jobs, id] {
    jobs.hints().added();
    jobs.hints().changed(id);
  });
}

}  // namespace

storage::Asked ask_waiting_runs(Session& session, const std::string& thread_id) {
  return session.ask(
      "SELECT id, status, is_queued FROM runs WHERE thread_id = $1 AND status IN ('pending', 'running')"
      " ORDER BY due_at, id",
      thread_id);
}

std::vector<WaitingRun> waiting_runs(const storage::Rows& rows) {
  std::vector<WaitingRun> waiting;
  for (const Row& row : rows) {
    waiting.push_back({.id = row.text("id"),
                       .status = base::from_name<RunStatus>(row.text("status"), "a run's status"),
                       .is_queued = row.truth("is_queued")});
  }
  return waiting;
}

void make_room(Session& session, jobs::Jobs& jobs, const std::vector<WaitingRun>& waiting,
               MultitaskStrategy strategy, base::WallTime now) {
  if (waiting.empty() || strategy == MultitaskStrategy::kEnqueue) return;
  if (strategy == MultitaskStrategy::kReject) {
    throw base::Error(
        base::Code::kInvalidInput,
        "Thread is already running a task. Wait for it to finish or choose a different multitask "
        "strategy.");
  }
  const Ending ending = strategy == MultitaskStrategy::kRollback ? Ending::kRollback : Ending::kInterrupt;
  for (const WaitingRun& each : waiting) stop_run(session, jobs, each.id, ending, now);
}

bool stop_run(Session& session, jobs::Jobs& jobs, const std::string& run_id, Ending ending,
              base::WallTime now) {
  const auto row = session.find("SELECT status, is_queued FROM runs WHERE id = $1", run_id);
  if (!row) return false;
  const auto status = base::from_name<RunStatus>(row->text("status"), "a run's status");
  if (is_over(status)) return false;
  if (row->truth("is_queued")) cancel_job(session, jobs, run_id, now);
  if (status == RunStatus::kRunning) {
    session.run("UPDATE runs SET ending = $2, updated_at = $3 WHERE id = $1", run_id, base::to_name(ending),
                storage::time_number(now));
  } else if (ending == Ending::kRollback) {
    session.run("DELETE FROM runs WHERE id = $1", run_id);
  } else {
    set_status(session, run_id, RunStatus::kInterrupted, now);
  }
  session.after_commit([&jobs, run_id] { jobs.hints().changed(run_id); });
  return true;
}

jobs::NewJob run_job(const std::string& run_id) {
  return {.kind = kRunJob, .max_attempts = 1000, .id = run_id};
}

void queue_run(Session& session, jobs::Jobs& jobs, const std::string& run_id, const std::string& thread_id,
               const storage::Scope& owner, base::WallTime now) {
  session.run_later("UPDATE runs SET is_queued = $2 WHERE id = $1", run_id, true);
  jobs.enqueue_for(session, owner, run_job(run_id));
  set_thread_status(session, thread_id, ThreadStatus::kBusy, storage::time_number(now));
}

storage::Asked ask_next_run(Session& session, const std::string& thread_id, base::WallTime now) {
  return session.ask(
      "SELECT id, team_id, user_id FROM runs WHERE thread_id = $1 AND status = 'pending' AND due_at <= $2"
      " AND NOT EXISTS (SELECT 1 FROM runs other WHERE other.thread_id = runs.thread_id AND other.is_queued"
      " AND other.status IN ('pending', 'running')) ORDER BY due_at, id LIMIT 1",
      thread_id, storage::time_number(now));
}

bool queue_next(Session& session, jobs::Jobs& jobs, const std::string& thread_id, storage::Asked next,
                base::WallTime now) {
  const auto turn = next.row();
  if (!turn) return false;
  const std::string id = turn->text("id");
  queue_run(session, jobs, id, thread_id,
            {.team_id = turn->text("team_id"), .user_id = turn->text("user_id")}, now);
  session.after_commit([&jobs, id] { jobs.hints().changed(id); });
  return true;
}

bool advance(Session& session, jobs::Jobs& jobs, const std::string& thread_id, base::WallTime now) {
  return queue_next(session, jobs, thread_id, ask_next_run(session, thread_id, now), now);
}

}  // namespace pharos::runs
