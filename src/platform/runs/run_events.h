// Following runs: what is told of them, from any program, without gaps or repeats.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/jobs/watch.h"
#include "platform/runs/run_worker.h"
#include "platform/runs/told.h"

namespace pharos::runs {

/// One event, and what a client that comes back names it by.
struct NumberedEvent {
  std::int64_t id = 0;
  ToldEvent event;
};

struct NewEvents {
  std::vector<NumberedEvent> events;
  bool is_over = false;  ///< the last of them is the run's last
};

/// One client's place in a run. Used by one coroutine.
class RunReader {
 public:
  /// Begins after the event of that id; -1: with the first. The watch must outlive it.
  RunReader(jobs::Watch& watch, storage::Scope scope, std::string run_id, std::int64_t after = -1)
      : watch_(watch), scope_(std::move(scope)), run_id_(std::move(run_id)), after_(after) {}

  /// What comes next: at once when there is something, else as soon as there is. Throws base::Error
  /// (kNotFound), of a run whose turn has not come, too.
  base::Task<NewEvents> next();

 private:
  jobs::Watch& watch_;
  storage::Scope scope_;
  std::string run_id_;
  std::int64_t after_;
  std::int64_t number_ = 0;  ///< of the last event of the job that was read
};

/// Waits until a run has something to follow: it has none before its turn has come. Gives false when it ends,
/// or is deleted, before.
base::Task<bool> wait_for_turn(jobs::Jobs& jobs, storage::Scope scope, std::string run_id);

/// Waits for a run's end, as often as it is asked to. Used by one coroutine; `jobs` must outlive it.
class EndWatch {
 public:
  /// `local_end` is what the run was made with.
  EndWatch(jobs::Jobs& jobs, storage::Scope scope, std::string run_id,
           std::shared_ptr<const LocalEnd> local_end = nullptr);

  /// Gives whether the run is over, as soon as it is, at the latest then. Throws base::Error (kNotFound) when
  /// the run is another's.
  base::Task<bool> is_over(base::SteadyTime until = base::SteadyTime::max());
  /// How it ended, once it is over; nothing when nobody knows any more.
  const std::optional<RunEnd>& end() const { return end_; }

 private:
  enum class Stage { kWaits, kRuns, kOver };

  Stage look(storage::Session& session);

  jobs::Jobs& jobs_;
  storage::Scope scope_;
  std::string run_id_;
  std::shared_ptr<const LocalEnd> local_end_;
  std::shared_ptr<const jobs::Bell> bell_;
  std::uint64_t heard_ = 0;
  Stage stage_ = Stage::kWaits;
  std::optional<RunEnd> end_;
};

/// The id of the last event that has been told; -1: none.
base::Task<std::int64_t> last_event_id(jobs::Jobs& jobs, storage::Scope scope, std::string run_id);
/// All that has been told by now.
base::Task<std::vector<NumberedEvent>> told_so_far(jobs::Jobs& jobs, storage::Scope scope,
                                                   std::string run_id);

}  // namespace pharos::runs
