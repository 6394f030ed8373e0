#include "platform/jobs/pulse.h"

#include <utility>

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/queue.h"

namespace pharos::jobs {
namespace {

using storage::Scope;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};

struct Look {
  std::vector<WorkerBeat> beats;
  bool has_orphans = false;
};

Look look(Session& session) {
  Look seen{.beats = read_beats(session)};
  seen.has_orphans = has_orphans(session);
  return seen;
}

}  // namespace

Pulse::Pulse(storage::Database& database, Hints& hints, base::Clock& clock, base::Ids& ids,
             PulseSettings settings, std::function<void(std::string)> on_lost)
    : database_(database),
      hints_(hints),
      clock_(clock),
      ids_(ids),
      settings_(std::move(settings)),
      on_lost_(std::move(on_lost)) {}

Pulse::~Pulse() {
  stop();
}

void Pulse::start() {
  background_ = std::make_unique<Background>();
  background_->spawn(beat_forever());
  background_->spawn(look_forever());
}

void Pulse::stop() {
  if (!background_) return;
  background_->stop();
  background_ = std::make_unique<Background>();
  background_->spawn_and_wait(leave());
  background_.reset();
}

std::string Pulse::name() const {
  const std::lock_guard lock(mutex_);
  return name_;
}

void Pulse::rename(std::string name) {
  const std::lock_guard lock(mutex_);
  name_ = std::move(name);
}

void Pulse::tell(const std::string& trouble) const {
  if (settings_.on_trouble) settings_.on_trouble(trouble);
}

base::Task<void> Pulse::beat_forever() {
  while (true) {
    base::Duration pause = settings_.heartbeat;
    try {
      co_await beat_once();
    } catch (const boost::system::system_error&) {
      throw;  // cancelled
    } catch (const std::exception& trouble) {
      tell(fmt::format("the worker's heartbeat failed: {}", trouble.what()));
      pause = std::min(pause, settings_.poll);
    }
    co_await clock_.sleep_until(clock_.now() + pause);
  }
}

base::Task<void> Pulse::beat_once() {
  std::string name = this->name();
  if (!name.empty()) {
    auto one_beat = [name](Session& session) { return beat(session, name); };
    if (co_await database_.write(Scope::system(), std::move(one_beat), kCommitted)) co_return;
    tell(fmt::format("the worker {} was taken for dead: it goes on under a new name", name));
    rename("");
    on_lost_(std::move(name));
  }
  std::string fresh = ids_.next();
  auto enter = [fresh, now = clock_.wall_now()](Session& session) { enter_worker(session, fresh, now); };
  co_await database_.write(Scope::system(), std::move(enter), kCommitted);
  rename(std::move(fresh));
  hints_.work().ring();
}

base::Task<void> Pulse::look_forever() {
  Watchman watchman(settings_.lease, 5 * settings_.poll);
  base::WallTime last = base::WallTime::max();  // so that what happened while nobody worked is seen
  while (true) {
    try {
      co_await look_once(watchman);
      const base::WallTime now = clock_.wall_now();
      if (now < last) co_await after_a_wrong_clock(now);
      last = now;
    } catch (const boost::system::system_error&) {
      throw;  // cancelled
    } catch (const std::exception& trouble) {
      tell(fmt::format("dead workers are not looked for: {}", trouble.what()));
    }
    co_await clock_.sleep_until(clock_.now() + settings_.poll);
  }
}

base::Task<void> Pulse::look_once(Watchman& watchman) {
  const Look seen = co_await database_.read(Scope::system(), look);
  std::vector<WorkerBeat> dead = watchman.look(seen.beats, clock_.now());
  if (dead.empty() && !seen.has_orphans) co_return;
  auto take_over = [dead = std::move(dead), now = clock_.wall_now()](Session& session) {
    for (const WorkerBeat& each : dead) remove_dead(session, each);
    return requeue_orphans(session, now);
  };
  const std::vector<JobId> taken =
      co_await database_.write(Scope::system(), std::move(take_over), kCommitted);
  for (const JobId& job : taken) {
    tell(fmt::format("the worker that had the job {} has gone", job));
    hints_.changed(job);
  }
  hints_.work().ring();
}

base::Task<void> Pulse::after_a_wrong_clock(base::WallTime now) {
  auto mend = [now](Session& session) { return bring_forward(session, now); };
  if (co_await database_.write(Scope::system(), std::move(mend), kCommitted) > 0) hints_.work().ring();
}

base::Task<void> Pulse::leave() {
  const std::string name = this->name();
  if (name.empty()) co_return;
  try {
    auto leave = [name](Session& session) { leave_worker(session, name); };
    co_await database_.write(Scope::system(), std::move(leave), kCommitted);
    rename("");
  } catch (const base::Error& trouble) {
    tell(fmt::format("the worker {} could not sign off: {}", name, trouble.what()));
  }
}

}  // namespace pharos::jobs
