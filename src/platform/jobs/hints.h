// What happens in this program, told at once to others in it. A hint may be missed: whoever waits for one
// also looks at the database every second, which is the truth.
#pragma once

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
  /// Rings the job's bell, if there is one.
  void changed(const JobId& job);
  /// Rings whenever somebody begins to watch.
  const Bell& watching() const { return watching_; }

 private:
  Bell work_;
  Bell watching_;
  std::mutex mutex_;
  std::map<JobId, std::weak_ptr<const Bell>> bells_;
};

}  // namespace pharos::jobs
