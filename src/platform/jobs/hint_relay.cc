#include "platform/jobs/hint_relay.h"

#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::jobs {
namespace {

constexpr const char* kChannel = "jobs";

}  // namespace

struct HintRelay::Core {
  Core(Hints& the_hints, storage::Channels& the_channels, base::Clock& the_clock,
       std::function<void(const std::string&)> trouble)
      : hints(the_hints), channels(the_channels), clock(the_clock), on_trouble(std::move(trouble)) {}

  void add(const JobId& job);
  std::set<JobId> take();
  base::Task<void> send_forever();
  base::Task<void> listen_forever();
  base::Task<void> listen();
  void tell(const base::Error& error);

  Hints& hints;
  storage::Channels& channels;
  base::Clock& clock;
  const std::function<void(const std::string&)> on_trouble;
  Bell bell;
  std::mutex mutex;
  bool is_away = false;     ///< the channels, which is told once; of the background's thread
  std::set<JobId> waiting;  ///< to be published; a job that changes often waits once
};

void HintRelay::Core::add(const JobId& job) {
  {
    const std::lock_guard lock(mutex);
    waiting.insert(job);
  }
  bell.ring();
}

std::set<JobId> HintRelay::Core::take() {
  const std::lock_guard lock(mutex);
  return std::exchange(waiting, {});
}

void HintRelay::Core::tell(const base::Error& error) {
  if (std::exchange(is_away, true) || !on_trouble) return;
  on_trouble(
      fmt::format("hints of jobs do not reach other replicas, which look every second: {}", error.what()));
}

base::Task<void> HintRelay::Core::send_forever() {
  while (true) {
    const std::uint64_t heard = bell.rings();
    const std::set<JobId> changed = take();
    try {
      for (const JobId& job : changed) {
        co_await channels.publish(kChannel, job);
        is_away = false;
      }
    } catch (const base::Error& error) {
      tell(error);
    }
    if (changed.empty()) co_await bell.wait(heard, clock);
  }
}

/// One's own hints come back, too: a second ring costs a look at the database, an address in each message
/// more.
base::Task<void> HintRelay::Core::listen() {
  const std::unique_ptr<storage::Listener> listener = co_await channels.listen(kChannel);
  while (true) {
    const std::optional<std::string> job = co_await listener->next();
    if (job) hints.heard(*job);
  }
}

base::Task<void> HintRelay::Core::listen_forever() {
  while (true) {
    try {
      co_await listen();
    } catch (const base::Error& error) {
      tell(error);
    }
    co_await clock.sleep_until(clock.now() + std::chrono::seconds(1));
  }
}

HintRelay::HintRelay(Hints& hints, storage::Channels& channels, base::Clock& clock,
                     std::function<void(const std::string&)> on_trouble)
    : hints_(hints), core_(std::make_shared<Core>(hints, channels, clock, std::move(on_trouble))) {
  hints_.tell_others([core = core_](const JobId& job) { core->add(job); });
  background_.spawn(core_->send_forever());
  background_.spawn(core_->listen_forever());
}

HintRelay::~HintRelay() {
  hints_.tell_others({});
  background_.stop();
}

}  // namespace pharos::jobs
