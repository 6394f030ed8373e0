#include "platform/jobs/watch.h"

#include <algorithm>
#include <map>
#include <span>

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::jobs {

struct Watch::Core {
  Core(Jobs& the_jobs, base::Clock& the_clock, Settings given)
      : jobs(the_jobs), clock(the_clock), settings(std::move(given)) {}

  base::Task<void> poll_forever();
  base::Task<void> poll_once();

  Jobs& jobs;
  base::Clock& clock;
  Settings settings;
  std::map<JobId, std::int64_t> known;  ///< the last event of each watched job; of the poll's coroutine
};

namespace {

constexpr std::size_t kAtOnce = 100;

/// `IN` with a hundred places whatever is asked for, so that there is one statement.
std::string last_events_statement() {
  std::string places = "$1";
  for (std::size_t i = 2; i <= kAtOnce; ++i) places += fmt::format(", ${}", i);
  return fmt::format("SELECT id, last_event FROM jobs WHERE id IN ({})", places);
}

std::map<JobId, std::int64_t> last_events(storage::Session& session, std::span<const JobId> ids) {
  static const std::string sql = last_events_statement();
  std::map<JobId, std::int64_t> last;
  for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
    std::vector<storage::Value> values;
    for (std::size_t i = 0; i < kAtOnce; ++i) values.emplace_back(ids[std::min(begin + i, ids.size() - 1)]);
    for (const storage::Row& row : session.run_values(sql, values)) last[row.text(0)] = row.number(1);
  }
  return last;
}

}  // namespace

/// A job is rung for when it is seen first, too: its bell may be younger than what it waits for.
base::Task<void> Watch::Core::poll_once() {
  auto work = [ids = jobs.hints().watched()](storage::Session& session) { return last_events(session, ids); };
  std::map<JobId, std::int64_t> now =
      co_await jobs.database().read(storage::Scope::system(), std::move(work));
  for (const auto& [job, last] : now) {
    const auto before = known.find(job);
    if (before == known.end() || before->second != last) jobs.hints().heard(job);
  }
  known = std::move(now);
}

base::Task<void> Watch::Core::poll_forever() {
  while (true) {
    const std::uint64_t heard = jobs.hints().watching().rings();
    if (jobs.hints().watched().empty()) {
      known.clear();
      co_await jobs.hints().watching().wait(heard, clock);
    }
    co_await clock.sleep_until(clock.now() + settings.poll);
    try {
      co_await poll_once();
    } catch (const boost::system::system_error&) {
      throw;  // cancelled
    } catch (const std::exception& trouble) {
      if (settings.on_trouble) settings.on_trouble(fmt::format("jobs are not watched: {}", trouble.what()));
    }
  }
}

Watch::Watch(Jobs& jobs, base::Clock& clock, Settings settings)
    : core_(std::make_shared<Core>(jobs, clock, std::move(settings))) {
  background_.spawn(core_->poll_forever());
}

Watch::~Watch() {
  background_.stop();
}

base::Task<JobEvents> Watch::next(storage::Scope scope, JobId job, std::int64_t number) {
  const std::shared_ptr<Core> core = core_;
  const auto bell = core->jobs.hints().watch(job);
  while (true) {
    const std::uint64_t heard = bell->rings();
    JobEvents found = co_await core->jobs.events_after(scope, job, number);
    if (!found.events.empty() || found.is_over) co_return found;
    co_await bell->wait(heard, core->clock);
  }
}

}  // namespace pharos::jobs
