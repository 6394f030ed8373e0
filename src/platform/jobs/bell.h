// Coroutines of any executor that wait until something may have happened.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace pharos::jobs {

/// Who waits says how many rings they have heard, so that none is lost between a look and the wait:
///
///     const auto heard = bell.rings();
///     …look, and find nothing…
///     co_await bell.wait(heard, clock, until);
///
/// Thread-safe. Waits may outlast the bell's owner: what they need is kept alive by them.
class Bell {
 public:
  Bell();

  std::uint64_t rings() const;
  /// Wakes everybody who waits.
  void ring() const;
  /// Until it rings more often than `heard`, or until the time has come; throws boost::system::system_error
  /// (operation_aborted) from the next co_await when the coroutine is cancelled. The clock must outlive it.
  base::Task<void> wait(std::uint64_t heard, base::Clock& clock,
                        base::SteadyTime until = base::SteadyTime::max()) const;

 private:
  struct Core;

  std::shared_ptr<Core> core_;
};

}  // namespace pharos::jobs
