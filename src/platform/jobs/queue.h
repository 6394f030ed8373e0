// The queue's steps from one status to the next, each within somebody's transaction.
//
//            enqueue              claim              succeed, fail, cancel
//   (nothing) ────────► queued ──────────► running ────────────────────────► succeeded │ failed │ cancelled
//                        │  ▲  fail with time left, release, worker gone │        │
//                        │  └──────────────────────────────────────────┘        dead (no attempt left)
//                        └─ cancel ─► cancelled        replay: failed │ cancelled │ dead ─► queued
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/base/clock.h"
#include "platform/jobs/job.h"
#include "platform/storage/session.h"

namespace pharos::jobs {

/// The right to speak for a job: of whoever has claimed it, until somebody else does. Every change that it
/// makes carries its number, so that one who was taken for dead and wakes up again changes nothing.
struct Lease {
  JobId job_id;
  std::int64_t epoch = 0;  ///< raised by each claim
};

struct Claimed {
  Job job;
  Lease lease;
};

/// Gives the id: of the job that is there already when the owner's team has used the key before. Throws
/// base::Error (kInvalidInput) when there is no kind or no attempt.
JobId enqueue(storage::Session& session, const storage::Scope& owner, const NewJob& job, JobId id,
              base::WallTime now);

/// A job that `worker` has from its beginning: as if it had been enqueued, and claimed at once. It has no
/// key. Throws as enqueue does.
Claimed enqueue_claimed(storage::Session& session, const storage::Scope& owner, const NewJob& job, JobId id,
                        const std::string& worker, base::WallTime now);

/// The next job of one of the kinds: of the highest priority that waits; of the team whose turn was longest
/// ago; the one that is due first. Nothing when none is due, or when `worker` is not registered (any more).
std::optional<Claimed> claim(storage::Session& session, const std::string& worker,
                             std::span<const std::string> kinds, base::WallTime now);

/// The lease must still be good: all of these throw base::Error (kConflict) and change nothing otherwise.
/// Nobody else can claim the job before the session's transaction has ended.
void check_lease(storage::Session& session, const Lease& lease);
/// Gives the event's number.
std::int64_t tell_progress(storage::Session& session, const Lease& lease, const json::value& data,
                           base::WallTime now);
/// `then` does what needs answers to what was asked before: those come together with this one's.
void succeed(storage::Session& session, const Lease& lease, const json::value& result, base::WallTime now,
             const std::function<void()>& then = {});
/// Another attempt is made at `retry_at` when one is left; without a time none would help.
void fail(storage::Session& session, const Lease& lease, const JobError& error,
          std::optional<base::WallTime> retry_at, base::WallTime now);
/// It ended because somebody asked for it.
void end_cancelled(storage::Session& session, const Lease& lease, base::WallTime now);
/// Gives it back as if it had not been claimed: the worker has to go.
void release(storage::Session& session, const Lease& lease, base::WallTime now);

/// A queued job ends at once, a running one is asked to. Gives false when it is over already.
bool cancel(storage::Session& session, const JobId& id, base::WallTime now);
/// Queues a job that has ended without success again, with all its attempts. Gives false when it is none.
bool replay(storage::Session& session, const JobId& id, base::WallTime now);

/// What a worker has, as the database knows it.
struct HeldJob {
  Lease lease;
  bool cancel_requested = false;
};
std::vector<HeldJob> held_by(storage::Session& session, const std::string& worker);

/// Is there a running job whose worker is not registered?
bool has_orphans(storage::Session& session);
/// Queues the running jobs of workers that are not registered; what has no attempt left is dead.
std::vector<JobId> requeue_orphans(storage::Session& session, base::WallTime now);

/// What was queued, or put off, later than now was so by a clock that has been set back since: it is due at
/// once. Who asked for a time keeps it. Gives how many.
std::size_t bring_forward(storage::Session& session, base::WallTime now);

}  // namespace pharos::jobs
