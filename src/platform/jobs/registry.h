// Which workers live. Each counts its beats in a row of its own; who sees a count stand still for too long
// deletes the row. Nobody's date is compared with another's, so clocks may be wrong.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "platform/storage/session.h"

namespace pharos::jobs {

void enter_worker(storage::Session& session, const std::string& worker, base::WallTime now);
/// Gives false when it was taken for dead: everything it had is others' by now.
bool beat(storage::Session& session, const std::string& worker);
void leave_worker(storage::Session& session, const std::string& worker);

struct WorkerBeat {
  std::string worker;
  std::int64_t beat = 0;

  bool operator==(const WorkerBeat&) const = default;
};

std::vector<WorkerBeat> read_beats(storage::Session& session);
/// Gives false when it has beaten since, or was deleted by another.
bool remove_dead(storage::Session& session, const WorkerBeat& dead);

/// Looks at the beats again and again, and tells which have stood still for a lease's time. Used by one
/// coroutine.
class Watchman {
 public:
  /// After a time without a look longer than `longest_gap` it begins anew: who could not look cannot say who
  /// was silent.
  Watchman(base::Duration lease, base::Duration longest_gap) : lease_(lease), longest_gap_(longest_gap) {}

  std::vector<WorkerBeat> look(const std::vector<WorkerBeat>& beats, base::SteadyTime now);

 private:
  struct Seen {
    std::int64_t beat = 0;
    base::SteadyTime since;
  };

  base::Duration lease_;
  base::Duration longest_gap_;
  base::SteadyTime last_look_;
  std::map<std::string, Seen> seen_;
};

}  // namespace pharos::jobs
