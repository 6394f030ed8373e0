// Following threads: what is told of their runs, one run after the other, from any program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/runs/run_events.h"

namespace pharos::runs {

/// What is told on a thread is numbered through all its runs: the event with id `i` of a run has the numbers
/// from its first_number + i * kNumbersOfAnEvent, for clients that are told it in several parts.
inline constexpr std::int64_t kNumbersOfAnEvent = 16;

/// A run that has begun, as its thread's followers know it.
struct BegunRun {
  std::string run_id;
  std::string graph_id;
  std::int64_t first_number = 0;

  std::int64_t number_of(std::int64_t event_id) const { return first_number + event_id * kNumbersOfAnEvent; }
};

struct ThreadNews {
  BegunRun run;
  std::vector<NumberedEvent> events;
  bool is_over = false;       ///< the run has ended
  std::optional<RunEnd> end;  ///< how, when somebody knows
};

/// One client's place on a thread. Used by one coroutine.
class ThreadFollower {
 public:
  struct Parts {
    storage::Database& database;
    jobs::Jobs& jobs;
    jobs::Watch& watch;
    base::Clock& clock;
  };

  /// Begins with the run that has the number `since`; without one, with the latest that has begun. The parts
  /// must outlive it.
  ThreadFollower(Parts parts, storage::Scope scope, std::string thread_id, std::optional<std::int64_t> since);

  /// What comes next, of the run under way or of the next one. Waits as long as there is none.
  base::Task<ThreadNews> next();

 private:
  base::Task<std::optional<BegunRun>> find_next();

  Parts parts_;
  storage::Scope scope_;
  std::string thread_id_;
  std::optional<std::int64_t> since_;
  std::optional<BegunRun> run_;
  std::optional<RunReader> reader_;
  std::int64_t last_number_ = 0;  ///< first_number of the last run that was read
};

/// The last run that has begun on a thread.
base::Task<std::optional<BegunRun>> last_run(storage::Database& database, storage::Scope scope,
                                             std::string thread_id);
/// The number of the newest thing that is told on a thread; 0: nothing is.
base::Task<std::int64_t> last_number(storage::Database& database, jobs::Jobs& jobs, storage::Scope scope,
                                     std::string thread_id);

}  // namespace pharos::runs
