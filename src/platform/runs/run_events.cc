#include "platform/runs/run_events.h"

#include <utility>

#include "core/base/error.h"
#include "platform/runs/run_journal.h"

namespace pharos::runs {
namespace {

constexpr int kEventsAtOnce = 500;
constexpr auto kLook = std::chrono::seconds(1);

enum class Turn { kToCome, kHasCome, kNever };

Turn turn_of(storage::Session& session, const std::string& run_id) {
  if (session.find("SELECT 1 FROM jobs WHERE id = $1", run_id)) return Turn::kHasCome;
  const auto run = session.find("SELECT status FROM runs WHERE id = $1", run_id);
  return run && run->text(0) == "pending" ? Turn::kToCome : Turn::kNever;
}

}  // namespace

base::Task<bool> wait_for_turn(jobs::Jobs& jobs, storage::Scope scope, std::string run_id) {
  base::SystemClock clock;
  const auto bell = jobs.hints().watch(run_id);
  while (true) {
    const std::uint64_t heard = bell->rings();
    auto look = [run_id](storage::Session& session) { return turn_of(session, run_id); };
    const Turn turn = co_await jobs.database().read(scope, std::move(look));
    if (turn != Turn::kToCome) co_return turn == Turn::kHasCome;
    co_await bell->wait(heard, clock, clock.now() + kLook);
  }
}

base::Task<NewEvents> RunReader::next() {
  NewEvents found;
  while (found.events.empty() && !found.is_over) {
    const jobs::JobEvents page = co_await watch_.next(scope_, run_id_, number_);
    found.is_over = page.is_over;
    for (const jobs::JobEvent& each : page.events) {
      number_ = each.number;
      auto batch = batch_of(each);
      if (!batch) continue;
      std::int64_t id = batch->first_id;
      for (ToldEvent& event : batch->events) {
        if (id > after_) found.events.push_back({.id = id, .event = std::move(event)});
        ++id;
      }
    }
  }
  co_return found;
}

base::Task<std::optional<RunEnd>> wait_for_end(jobs::Watch& watch, jobs::Jobs& jobs, storage::Scope scope,
                                               std::string run_id) {
  if (!co_await wait_for_turn(jobs, scope, run_id)) co_return std::nullopt;
  std::int64_t number = 0;
  for (bool is_over = false; !is_over;) {
    const jobs::JobEvents page = co_await watch.next(scope, run_id, number);
    if (!page.events.empty()) number = page.events.back().number;
    is_over = page.is_over;
  }
  const jobs::Job job = co_await jobs.get(std::move(scope), std::move(run_id));
  if (!job.result.is_object()) co_return std::nullopt;
  co_return base::from_json<RunEnd>(job.result, "a run's result");
}

base::Task<std::int64_t> last_event_id(jobs::Jobs& jobs, storage::Scope scope, std::string run_id) {
  std::int64_t number = 0;
  std::int64_t last = -1;
  while (true) {
    jobs::JobEvents page;
    try {
      page = co_await jobs.events_after(scope, run_id, number, kEventsAtOnce);
    } catch (const base::Error& error) {
      if (error.code() != base::Code::kNotFound) throw;  // its turn has not come
    }
    for (const jobs::JobEvent& each : page.events) {
      number = each.number;
      if (const auto batch = batch_of(each)) last = batch->first_id + std::ssize(batch->events) - 1;
    }
    if (std::ssize(page.events) < kEventsAtOnce) co_return last;
  }
}

}  // namespace pharos::runs
