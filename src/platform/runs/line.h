// Whose turn it is on a thread: one run at a time, and what becomes of those that come meanwhile. Each within
// somebody's transaction that has locked the thread.
//
//      admit             advance               begin                end
//   ────────► pending ─────────────► (queued) ─────────► running ─────────► success │ error │ timeout │
//   interrupted
//                │  turn: none other queued                                    │
//                └─ stopped: interrupted, or deleted (rollback)                └─ advance: whose turn is next
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/jobs/jobs.h"
#include "platform/runs/run.h"
#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::runs {

/// Runs as jobs: the kind, and how often one is begun anew after its server has died.
inline constexpr const char* kRunJob = "run";
inline constexpr int kMostAttempts = 5;
/// A job that brings a run into the line when its time has come.
inline constexpr const char* kDueRunJob = "run_due";

/// A thread's runs that have not ended, in the order of their turns.
struct WaitingRun {
  std::string id;
  RunStatus status = RunStatus::kPending;
  bool is_queued = false;
};
storage::Asked ask_waiting_runs(storage::Session& session, const std::string& thread_id);
std::vector<WaitingRun> waiting_runs(const storage::Rows& rows);

/// Makes room for a new run, as its strategy says, where others wait. Throws base::Error (kInvalidInput) when
/// it is to be rejected.
void make_room(storage::Session& session, jobs::Jobs& jobs, const std::vector<WaitingRun>& waiting,
               MultitaskStrategy strategy, base::WallTime now);

/// Stops a run: one that waits ends at once, one that runs is asked to. Gives false when it is over.
bool stop_run(storage::Session& session, jobs::Jobs& jobs, const std::string& run_id, Ending ending,
              base::WallTime now);

/// The job of a run that has its turn.
jobs::NewJob run_job(const std::string& run_id);

/// Gives a run its turn: its job is queued, its thread busy.
void queue_run(storage::Session& session, jobs::Jobs& jobs, const std::string& run_id,
               const std::string& thread_id, const storage::Scope& owner, base::WallTime now);

/// Queues the run whose turn it is, if none has it and one waits; else gives false.
bool advance(storage::Session& session, jobs::Jobs& jobs, const std::string& thread_id, base::WallTime now);
/// The same in two steps, of which the first only asks.
storage::Asked ask_next_run(storage::Session& session, const std::string& thread_id, base::WallTime now);
bool queue_next(storage::Session& session, jobs::Jobs& jobs, const std::string& thread_id,
                storage::Asked next, base::WallTime now);

}  // namespace pharos::runs
