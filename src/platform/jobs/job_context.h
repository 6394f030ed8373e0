// What a handler gets beside its job.
#pragma once

#include <atomic>
#include <functional>
#include <type_traits>
#include <utility>

#include "core/base/deadline.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/queue.h"

namespace pharos::jobs {

/// Why a handler is asked to end early.
enum class StopReason {
  kNone,
  kCancelled,   ///< its owner has cancelled the job
  kOutOfTime,   ///< the deadline has passed
  kLeaseLost,   ///< another worker has the job now
  kWorkerStops  ///< the job goes back to the queue
};

/// What a job comes to, and what its last write does once the database has answered what it has asked.
struct LastWrite {
  json::value result;
  std::function<void()> then;
};

/// Lives as long as its handler. What it writes is written under the job's lease: it throws base::Error
/// (kConflict) and changes nothing when another worker has taken the job over.
class JobContext {
 public:
  JobContext(Jobs& jobs, base::Clock& clock, Claimed claimed, base::Deadline deadline);

  const Job& job() const { return claimed_.job; }
  const Lease& lease() const { return claimed_.lease; }
  /// In whose name the work is done.
  storage::Scope scope() const;
  base::Clock& clock() const { return clock_; }
  /// The handler is cancelled when it has passed; what it calls should know it, too.
  base::Deadline deadline() const { return deadline_; }
  /// For handlers that compute and do not wait; what waits is cancelled. Thread-safe.
  StopReason stop_reason() const { return stop_reason_.load(); }
  bool should_stop() const { return stop_reason() != StopReason::kNone; }

  /// Tells whoever follows the job. Durable, and numbered without gaps.
  base::Task<void> progress(json::value data);

  /// Runs `work(session)` in the owner's name, if the lease is still good, in one transaction with that look.
  template <class Work>
  base::Task<std::invoke_result_t<Work&, storage::Session&>> write(Work work,
                                                                   storage::WriteOptions options = {}) {
    auto fenced = [lease = lease(), work = std::move(work)](storage::Session& session) mutable {
      check_lease(session, lease);
      return work(session);
    };
    return jobs_.database().write(scope(), std::move(fenced), options);
  }

  /// The job's last write: it succeeds with what `work(session)` gives, JSON or a LastWrite, in the
  /// transaction of that work. What the handler returns after it is not looked at. Whatever happens, the work
  /// is done once.
  template <class Work>
  base::Task<void> finish(Work work, storage::WriteOptions options = {}) {
    auto fenced = [lease = lease(), work = std::move(work),
                   now = clock_.wall_now()](storage::Session& session) mutable {
      if constexpr (std::is_same_v<std::invoke_result_t<Work&, storage::Session&>, LastWrite>) {
        const LastWrite last = work(session);
        succeed(session, lease, last.result, now, last.then);
      } else {
        succeed(session, lease, json::value(work(session)), now);
      }
    };
    co_await jobs_.database().write(scope(), std::move(fenced), options);
    finished_ = true;
    jobs_.hints().changed(job().id);
  }
  bool is_finished() const { return finished_; }

  /// The first reason counts; gives false when there was one. For the worker.
  bool stop(StopReason reason);

 private:
  Jobs& jobs_;
  base::Clock& clock_;
  Claimed claimed_;
  base::Deadline deadline_;
  std::atomic<StopReason> stop_reason_ = StopReason::kNone;
  bool finished_ = false;
};

}  // namespace pharos::jobs
