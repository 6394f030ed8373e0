#include "platform/runs/run_events.h"

#include <utility>

#include "platform/runs/run_journal.h"

namespace pharos::runs {
namespace {

constexpr int kEventsAtOnce = 500;

}  // namespace

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
    const jobs::JobEvents page = co_await jobs.events_after(scope, run_id, number, kEventsAtOnce);
    for (const jobs::JobEvent& each : page.events) {
      number = each.number;
      if (const auto batch = batch_of(each)) last = batch->first_id + std::ssize(batch->events) - 1;
    }
    if (std::ssize(page.events) < kEventsAtOnce) co_return last;
  }
}

}  // namespace pharos::runs
