#include "platform/jobs/worker.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/outcome.h"
#include "platform/jobs/pulse.h"

namespace pharos::jobs {
namespace asio = boost::asio;

namespace {

using storage::Scope;
using storage::Session;

constexpr std::ptrdiff_t kMostAtOnce = 16;  ///< jobs of one claim
constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};

struct Kind {
  Handler handler;
  HandlerOptions options;
};

/// One attempt under way.
struct Run {
  Run(Jobs& jobs, base::Clock& clock, Claimed claimed, const Kind& its_kind, Handler its_handler,
      std::string claimed_by, const asio::any_io_executor& executor)
      : kind(its_kind),
        handler(std::move(its_handler)),
        worker(std::move(claimed_by)),
        context(jobs, clock, std::move(claimed), base::Deadline::in(clock, its_kind.options.time_limit)),
        strand(asio::make_strand(executor)) {}

  const Kind& kind;
  const Handler handler;
  const std::string worker;  ///< the name it was claimed under
  JobContext context;
  asio::strand<asio::any_io_executor> strand;
  asio::cancellation_signal cancel;  ///< used on the strand only
};

using SharedRun = std::shared_ptr<Run>;

base::Task<json::value> call(SharedRun run) {
  co_return co_await run->handler(run->context.job(), run->context);
}

void cut_short(const SharedRun& run, StopReason reason) {
  if (!run->context.stop(reason)) return;
  asio::post(run->strand, [run] { run->cancel.emit(asio::cancellation_type::terminal); });
}

std::function<double()> machine_random() {
  return [generator = std::mt19937_64(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>()(generator);
  };
}

}  // namespace

struct WorkerCore : std::enable_shared_from_this<WorkerCore> {
  WorkerCore(WorkerParts given, WorkerSettings the_settings)
      : parts(std::move(given)), settings(std::move(the_settings)) {
    if (!parts.random) parts.random = machine_random();
  }

  void begin();
  base::Task<void> work_forever();
  base::Task<void> claim_what_fits();
  base::Task<void> compare_with_database();
  base::Task<void> give_back(Lease lease);
  void stop_what_is_late();
  base::SteadyTime next_look() const;
  std::vector<std::string> open_kinds() const;
  void start(Claimed claimed, const std::string& name, Handler handler);
  bool reserve(const JobId& job);
  void let_go(const JobId& job);
  bool is_reserved(const JobId& job) const;
  bool is_reserving() const;
  void set_room(bool is_there);
  base::Task<void> settle(SharedRun run, std::exception_ptr failure, json::value result);
  base::Task<void> drain(base::Duration patience);
  void lose(const std::string& name);
  void tell(const std::string& trouble) const {
    if (settings.on_trouble) settings.on_trouble(trouble);
  }

  WorkerParts parts;
  WorkerSettings settings;
  std::map<std::string, Kind> kinds;
  std::unique_ptr<Pulse> pulse;
  std::unique_ptr<Background> background;

  // Of the background's thread, but for counting.
  std::atomic<bool> stopping = false;  ///< set there, and seen by those who reserve
  bool claiming = false;
  std::vector<SharedRun> running;
  mutable std::mutex mutex;       ///< guards the size of `running` for those who count, and what follows
  bool has_room = false;          ///< nobody waits, and there are slots
  std::multiset<JobId> reserved;  ///< jobs that are begun when they are committed
};

void WorkerCore::begin() {
  background = std::make_unique<Background>();
  const PulseSettings of_pulse{.heartbeat = settings.heartbeat,
                               .lease = settings.lease,
                               .poll = settings.poll,
                               .on_trouble = settings.on_trouble};
  auto on_lost = [weak = weak_from_this()](std::string name) {
    if (const auto core = weak.lock()) {
      asio::post(core->background->executor(), [core, name = std::move(name)] { core->lose(name); });
    }
  };
  pulse = std::make_unique<Pulse>(parts.heartbeats, parts.jobs.hints(), parts.clock, parts.ids, of_pulse,
                                  std::move(on_lost));
  claiming = true;
  background->spawn(work_forever());
  pulse->start();
}

base::Task<void> WorkerCore::work_forever() {
  const Bell work = parts.jobs.hints().work();
  while (!stopping) {
    const std::uint64_t heard = work.rings();
    try {
      co_await compare_with_database();
      stop_what_is_late();
      co_await claim_what_fits();
    } catch (const boost::system::system_error&) {
      break;  // cancelled
    } catch (const std::exception& trouble) {
      set_room(false);
      tell(fmt::format("no jobs are claimed: {}", trouble.what()));
    }
    co_await work.wait(heard, parts.clock, next_look());
  }
  claiming = false;
  work.ring();
}

base::SteadyTime WorkerCore::next_look() const {
  base::SteadyTime next = parts.clock.now() + settings.poll;
  for (const SharedRun& run : running) {
    if (!run->context.should_stop()) next = std::min(next, run->context.deadline().when());
  }
  return next;
}

/// Stops what is to be cancelled; gives back what this worker has without knowing it: a claim whose answer
/// was lost may have been made all the same.
base::Task<void> WorkerCore::compare_with_database() {
  auto read = [name = pulse->name()](Session& session) { return held_by(session, name); };
  const std::vector<HeldJob> held = co_await parts.jobs.database().read(Scope::system(), std::move(read));
  for (const HeldJob& each : held) {
    const auto run = std::ranges::find_if(running, [&each](const SharedRun& known) {
      return known->context.lease().job_id == each.lease.job_id &&
             known->context.lease().epoch == each.lease.epoch;
    });
    if (run == running.end()) {
      if (!is_reserved(each.lease.job_id)) co_await give_back(each.lease);
    } else if (each.cancel_requested) {
      cut_short(*run, StopReason::kCancelled);
    }
  }
}

base::Task<void> WorkerCore::give_back(Lease lease) {
  try {
    auto write = [lease, now = parts.clock.wall_now()](Session& session) { release(session, lease, now); };
    co_await parts.jobs.database().write(Scope::system(), std::move(write), kCommitted);
    tell(fmt::format("the job {} was claimed without an answer: it is given back", lease.job_id));
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kConflict) throw;  // it has ended in the meantime
  }
}

void WorkerCore::stop_what_is_late() {
  for (const SharedRun& run : running) {
    if (run->context.deadline().passed(parts.clock)) cut_short(run, StopReason::kOutOfTime);
  }
}

std::vector<std::string> WorkerCore::open_kinds() const {
  std::vector<std::string> open;
  for (const auto& [name, kind] : kinds) {
    const auto busy =
        std::ranges::count_if(running, [&](const SharedRun& run) { return &run->kind == &kind; });
    if (kind.options.at_once == 0 || busy < kind.options.at_once) open.push_back(name);
  }
  return open;
}

/// Several in one transaction: where many wait, each would cost one of its own.
base::Task<void> WorkerCore::claim_what_fits() {
  while (!stopping && std::ssize(running) < settings.slots) {
    const std::string name = pulse->name();
    const std::vector<std::string> open = open_kinds();
    if (name.empty() || open.empty()) co_return;
    const bool is_bounded =
        std::ranges::any_of(kinds, [](const auto& each) { return each.second.options.at_once > 0; });
    const auto most =
        is_bounded ? 1 : std::min<std::ptrdiff_t>(settings.slots - std::ssize(running), kMostAtOnce);
    auto work = [name, open, most, now = parts.clock.wall_now()](Session& session) {
      std::vector<Claimed> claimed;
      while (std::ssize(claimed) < most) {
        auto one = claim(session, name, open, now);
        if (!one) break;
        claimed.push_back(*std::move(one));
      }
      return claimed;
    };
    auto claimed = co_await parts.jobs.database().write(Scope::system(), std::move(work), kCommitted);
    for (Claimed& each : claimed) {
      parts.jobs.hints().changed(each.job.id);
      const Handler& handler = kinds.at(each.job.kind).handler;
      start(std::move(each), name, handler);
    }
    if (std::ssize(claimed) < most) {
      set_room(!is_bounded);
      co_return;
    }
  }
  set_room(false);
}

void WorkerCore::start(Claimed claimed, const std::string& name, Handler handler) {
  const Kind& kind = kinds.at(claimed.job.kind);
  const auto run = std::make_shared<Run>(parts.jobs, parts.clock, std::move(claimed), kind,
                                         std::move(handler), name, parts.handlers);
  {
    const std::lock_guard lock(mutex);
    running.push_back(run);
  }
  auto ended = [core = shared_from_this(), run](const std::exception_ptr& failure, json::value result) {
    core->background->spawn(core->settle(run, failure, std::move(result)));
  };
  asio::co_spawn(run->strand, call(run), asio::bind_cancellation_slot(run->cancel.slot(), std::move(ended)));
}

/// The outcome is written until it is written: as long as the database is away nobody else can have the job.
base::Task<void> WorkerCore::settle(SharedRun run, std::exception_ptr failure, json::value result) {
  Outcome outcome = outcome_of(run->context, failure, std::move(result), run->kind.options.retries);
  const base::Duration wait = run->kind.options.backoff(run->context.job().attempts + 1, parts.random());
  bool is_written = run->context.is_finished();
  while (!is_written) {
    try {
      auto write = [outcome, lease = run->context.lease(), wait, now = parts.clock.wall_now()](
                       Session& session) { write_outcome(session, lease, outcome, wait, now); };
      co_await parts.jobs.database().write(Scope::system(), std::move(write), kCommitted);
      is_written = true;
    } catch (const base::Error& trouble) {
      tell(fmt::format("the outcome of job {} is not written: {}", run->context.job().id, trouble.what()));
      // It is another's by now, or will be when this worker has gone.
      is_written = trouble.code() == base::Code::kConflict || stopping;
    }
    if (!is_written) co_await parts.clock.sleep_until(parts.clock.now() + settings.poll);
  }
  bool is_waited_for = stopping;
  {
    const std::lock_guard lock(mutex);
    std::erase(running, run);
    is_waited_for = is_waited_for || !has_room;
  }
  if (!run->context.is_finished()) parts.jobs.hints().changed(run->context.job().id);
  if (is_waited_for) parts.jobs.hints().work().ring();
}

void WorkerCore::set_room(bool is_there) {
  const std::lock_guard lock(mutex);
  has_room = is_there && !stopping;
}

bool WorkerCore::reserve(const JobId& job) {
  const std::lock_guard lock(mutex);
  has_room = has_room && std::ssize(running) + std::ssize(reserved) < settings.slots;
  if (has_room) reserved.insert(job);
  return has_room;
}

void WorkerCore::let_go(const JobId& job) {
  const std::lock_guard lock(mutex);
  reserved.erase(reserved.find(job));
}

bool WorkerCore::is_reserving() const {
  const std::lock_guard lock(mutex);
  return !reserved.empty();
}

bool WorkerCore::is_reserved(const JobId& job) const {
  const std::lock_guard lock(mutex);
  return reserved.contains(job);
}

void WorkerCore::lose(const std::string& name) {
  for (const SharedRun& run : running) {
    if (run->worker == name) cut_short(run, StopReason::kLeaseLost);
  }
}

/// A claim under way when the stop came may still be made: what it brings is waited for like the rest.
base::Task<void> WorkerCore::drain(base::Duration patience) {
  stopping = true;
  set_room(false);
  const Bell work = parts.jobs.hints().work();
  work.ring();
  const base::SteadyTime end = parts.clock.now() + patience;
  while (claiming || !running.empty() || is_reserving()) {
    const std::uint64_t heard = work.rings();
    const bool is_patient = parts.clock.now() < end;
    if (!is_patient) {
      for (const SharedRun& run : running) cut_short(run, StopReason::kWorkerStops);
    }
    co_await work.wait(heard, parts.clock, is_patient ? end : base::SteadyTime::max());
  }
}

/// A place for a job until that is begun, or its transaction has come to nothing.
struct Starter::Reserved {
  Reserved(std::shared_ptr<WorkerCore> the_core, Claimed the_job, std::string the_name, Handler its_handler)
      : core(std::move(the_core)),
        id(the_job.job.id),
        claimed(std::move(the_job)),
        name(std::move(the_name)),
        handler(std::move(its_handler)) {}
  ~Reserved() {
    core->let_go(id);
    if (core->stopping) core->parts.jobs.hints().work().ring();
  }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;

  std::shared_ptr<WorkerCore> core;
  JobId id;
  Claimed claimed;
  std::string name;
  Handler handler;
};

bool Starter::start(Session& session, const Scope& owner, const NewJob& job, Handler handler) {
  const std::shared_ptr<WorkerCore> core = core_.lock();
  const JobId id = job.id.value_or("");
  if (!core || !core->kinds.contains(job.kind) || !core->reserve(id)) return false;
  const auto reserved = std::make_shared<Reserved>(core, Claimed{.job = {.id = id}, .lease = {}},
                                                   core->pulse->name(), std::move(handler));
  if (reserved->name.empty()) return false;
  reserved->claimed = enqueue_claimed(session, owner, job, id, reserved->name, core->parts.clock.wall_now());
  session.after_commit([reserved] {
    asio::post(reserved->core->background->executor(), [reserved] {
      reserved->core->start(std::move(reserved->claimed), reserved->name, std::move(reserved->handler));
    });
  });
  return true;
}

Worker::Worker(WorkerParts parts, WorkerSettings settings)
    : core_(std::make_shared<WorkerCore>(std::move(parts), std::move(settings))) {}

Worker::~Worker() {
  stop(base::Duration::zero());
}

void Worker::handle(std::string kind, Handler handler, HandlerOptions options) {
  core_->kinds.insert_or_assign(std::move(kind),
                                Kind{.handler = std::move(handler), .options = std::move(options)});
}

void Worker::start() {
  core_->begin();
}

void Worker::stop(base::Duration patience) {
  if (!core_->pulse) return;
  core_->background->spawn_and_wait(core_->drain(patience));
  core_->background->stop();
  core_->pulse.reset();
}

Starter Worker::starter() {
  Starter starter;
  starter.core_ = core_;
  return starter;
}

std::size_t Worker::busy() const {
  const std::lock_guard lock(core_->mutex);
  return core_->running.size();
}

}  // namespace pharos::jobs
