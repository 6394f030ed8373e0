#include "platform/runs/run_events.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/base/error.h"
#include "platform/runs/local_end.h"
#include "platform/runs/run_journal.h"

namespace pharos::runs {
namespace {

constexpr auto kLook = std::chrono::seconds(1);

enum class Turn { kToCome, kHasCome, kNever };

Turn turn_of(storage::Session& session, const std::string& run_id) {
  if (session.find("SELECT 1 FROM jobs WHERE id = $1", run_id)) return Turn::kHasCome;
  const auto run = session.find("SELECT status FROM runs WHERE id = $1", run_id);
  return run && run->text(0) == "pending" ? Turn::kToCome : Turn::kNever;
}

/// What is kept of a run by now; nothing of one whose turn has not come.
base::Task<void> read_batches(jobs::Jobs& jobs, storage::Scope scope, std::string run_id,
                              std::function<void(ToldBatch)> use) {
  try {
    co_await read_events(jobs, std::move(scope), std::move(run_id), [&use](const jobs::JobEvent& each) {
      if (auto batch = batch_of(each)) use(*std::move(batch));
    });
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kNotFound) throw;
  }
}

}  // namespace

base::Task<bool> wait_for_turn(jobs::Jobs& jobs, storage::Scope scope, std::string run_id) {
  base::Clock& clock = jobs.clock();
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

/// One that has begun here has a job.
EndWatch::EndWatch(jobs::Jobs& jobs, storage::Scope scope, std::string run_id,
                   std::shared_ptr<const LocalEnd> local_end)
    : jobs_(jobs),
      scope_(std::move(scope)),
      run_id_(std::move(run_id)),
      local_end_(std::move(local_end)),
      bell_(jobs.hints().watch(run_id_)),
      heard_(bell_->rings()),
      stage_(local_end_ && local_end_->has_begun ? Stage::kRuns : Stage::kWaits) {}

EndWatch::Stage EndWatch::look(storage::Session& session) {
  const std::optional<jobs::Job> job = jobs::Jobs::find(session, run_id_);
  if (!job) return turn_of(session, run_id_) == Turn::kToCome ? Stage::kWaits : Stage::kOver;
  if (!jobs::is_over(job->status)) return Stage::kRuns;
  if (job->result.is_object()) end_ = base::from_json<RunEnd>(job->result, "a run's result");
  return Stage::kOver;
}

/// A job that is there rings for all that happens to it: only then there is something to look for.
base::Task<bool> EndWatch::is_over(base::SteadyTime until) {
  base::Clock& clock = jobs_.clock();
  while (true) {
    const std::uint64_t rings = bell_->rings();
    if (local_end_ && !end_) end_ = local_end_->get();
    if (end_) co_return true;
    if (stage_ == Stage::kWaits || rings != heard_) {
      heard_ = rings;
      stage_ =
          co_await jobs_.database().read(scope_, [this](storage::Session& session) { return look(session); });
    }
    if (stage_ == Stage::kOver) co_return true;
    const base::SteadyTime now = clock.now();
    if (now >= until) co_return false;
    co_await bell_->wait(heard_, clock, stage_ == Stage::kWaits ? std::min(until, now + kLook) : until);
  }
}

base::Task<std::int64_t> last_event_id(jobs::Jobs& jobs, storage::Scope scope, std::string run_id) {
  std::int64_t last = -1;
  co_await read_batches(jobs, std::move(scope), std::move(run_id), [&last](const ToldBatch& batch) {
    last = batch.first_id + std::ssize(batch.events) - 1;
  });
  co_return last;
}

base::Task<std::vector<NumberedEvent>> told_so_far(jobs::Jobs& jobs, storage::Scope scope,
                                                   std::string run_id) {
  std::vector<NumberedEvent> told;
  co_await read_batches(jobs, std::move(scope), std::move(run_id), [&told](ToldBatch batch) {
    for (ToldEvent& event : batch.events) {
      told.push_back({.id = batch.first_id++, .event = std::move(event)});
    }
  });
  co_return told;
}

}  // namespace pharos::runs
