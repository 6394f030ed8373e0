// A worker's sign of life, and its eye on the others'.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/ids.h"
#include "platform/jobs/background.h"
#include "platform/jobs/hints.h"
#include "platform/jobs/registry.h"
#include "platform/storage/database.h"

namespace pharos::jobs {

/// With these a job goes on at most 45 s after its worker was killed: what a worker has is others' when its
/// beat has stood still for a lease's time, seen by those who look at every poll.
struct PulseSettings {
  base::Duration heartbeat = std::chrono::seconds(10);
  base::Duration lease = std::chrono::seconds(30);
  base::Duration poll = std::chrono::seconds(1);
  std::function<void(const std::string&)> on_trouble = {};  ///< called on the pulse's thread
};

/// Beats on a thread of its own. A worker that was taken for dead gets a new name and goes on.
class Pulse {
 public:
  /// `database` should have a pool of its own, so that a beat never stands behind other work. `on_lost` is
  /// called on the pulse's thread when everything that was claimed under a name is lost. All must outlive it.
  Pulse(storage::Database& database, Hints& hints, base::Clock& clock, base::Ids& ids, PulseSettings settings,
        std::function<void(std::string)> on_lost);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  void start();
  /// Takes its name out of the list, if the database answers: what it still has is others' at once. Blocks.
  void stop();
  /// The name to claim under; empty as long as there is none.
  std::string name() const;

 private:
  base::Task<void> beat_forever();
  base::Task<void> beat_once();
  base::Task<void> look_forever();
  base::Task<void> look_once(Watchman& watchman);
  base::Task<void> after_a_wrong_clock(base::WallTime now);
  base::Task<void> leave();
  void rename(std::string name);
  void tell(const std::string& trouble) const;

  storage::Database& database_;
  Hints& hints_;
  base::Clock& clock_;
  base::Ids& ids_;
  PulseSettings settings_;
  std::function<void(std::string)> on_lost_;
  mutable std::mutex mutex_;
  std::string name_;
  std::unique_ptr<Background> background_;
};

}  // namespace pharos::jobs
