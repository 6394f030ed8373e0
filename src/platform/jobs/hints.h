// What has just happened, told at once to whoever waits for it: in this program, and by a HintRelay in
// others. A hint may be missed: whoever waits for one also looks at the database every second, which is the
// truth.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "platform/jobs/bell.h"
#include "platform/jobs/job.h"

namespace pharos::jobs {

/// Thread-safe.
class Hints {
 public:
  /// Rings when there may be something for a worker to do.
  const Bell& work() const { return work_; }

  /// A job's bell for as long as somebody keeps it.
  std::shared_ptr<const Bell> watch(const JobId& job);
  /// The jobs whose bells somebody keeps.
  std::vector<JobId> watched();
  /// Something happened to the job: rings its bell, if there is one, and tells the other programs.
  void changed(const JobId& job);
  /// There is a job to do: rings for workers, here and in the other programs.
  void added();
  /// Rings here alone, for what was heard of: a job that changed, or, with no id, a job to do.
  void heard(const JobId& job);
  /// Who tells the other programs; called by any thread, must not throw. Nobody is told without.
  void tell_others(std::function<void(const JobId&)> tell);
  /// Rings whenever somebody begins to watch.
  const Bell& watching() const { return watching_; }

 private:
  void tell(const JobId& job);

  Bell work_;
  Bell watching_;
  std::mutex mutex_;
  std::map<JobId, std::weak_ptr<const Bell>> bells_;
  std::function<void(const JobId&)> tell_others_;
};

}  // namespace pharos::jobs
