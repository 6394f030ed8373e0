// Does what is queued: claims jobs, runs their handlers, writes down what came of them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "platform/jobs/backoff.h"
#include "platform/jobs/job_context.h"
#include "platform/jobs/jobs.h"

namespace pharos::jobs {

struct WorkerCore;

/// Does one attempt of a job and gives its result. What it throws is the attempt's failure: a person's
/// mistake (base::is_users_mistake) is final, anything else is tried again. It may be called again for the
/// same job after having run in part, so what it does outside the database must be keyed by the job's id.
using Handler = std::function<base::Task<json::value>(Job job, JobContext& context)>;

struct HandlerOptions {
  base::Duration time_limit = std::chrono::minutes(30);  ///< of one attempt
  int at_once = 0;  ///< of this kind in this worker; 0: as many as there are slots
  Backoff backoff = full_jitter();
  /// Whether another attempt may help.
  std::function<bool(const std::exception_ptr&)> retries = {};
};

struct WorkerSettings {
  int slots = 4;  ///< jobs at once
  base::Duration poll = std::chrono::seconds(1);
  base::Duration heartbeat = std::chrono::seconds(10);
  base::Duration lease = std::chrono::seconds(30);
  std::function<void(const std::string&)> on_trouble = {};  ///< called on threads of the worker
};

/// What a worker works with. All must outlive it.
struct WorkerParts {
  Jobs& jobs;
  storage::Database& heartbeats;  ///< the same database, with a pool that has nothing else to do
  base::Clock& clock;
  base::Ids& ids;
  boost::asio::any_io_executor handlers;  ///< where handlers run; it runs until stop() has returned
  std::function<double()> random = {};    ///< in [0, 1); the machine's when there is none
};

/// Begins jobs in the transactions that make them. Thread-safe; may outlive its worker.
class Starter {
 public:
  /// No worker's.
  Starter() = default;

  /// Makes a job, whose id is given, which the worker begins as soon as it is committed, with `handler` for
  /// this one attempt: as if it had been enqueued and claimed at once. Gives false, and does nothing, when
  /// the worker has no room now, or others wait for it: the job is to be enqueued then.
  bool start(storage::Session& session, const storage::Scope& owner, const NewJob& job, Handler handler);

 private:
  friend class Worker;
  struct Reserved;

  std::weak_ptr<WorkerCore> core_;
};

/// One of it in each program that works; any number of programs share a queue. Claims and counts on threads
/// of its own: handlers that keep the processor busy delay neither.
class Worker {
 public:
  Worker(WorkerParts parts, WorkerSettings settings = {});
  /// Stops without patience.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Before start().
  void handle(std::string kind, Handler handler, HandlerOptions options = {});
  void start();
  /// Claims nothing more, waits so long for what runs, then cancels it and gives it back to the queue. Blocks
  /// until every handler has ended.
  void stop(base::Duration patience);

  /// Of this worker's jobs.
  Starter starter();
  /// How many handlers run.
  std::size_t busy() const;

 private:
  std::shared_ptr<WorkerCore> core_;
};

}  // namespace pharos::jobs
