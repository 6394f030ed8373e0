// Following jobs from any program: their events as they come, without gaps or repeats.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/jobs/background.h"
#include "platform/jobs/jobs.h"

namespace pharos::jobs {

/// Thread-safe; one of it serves a whole program, however many follow: jobs that others work on are asked
/// for once a second, all together.
class Watch {
 public:
  struct Settings {
    base::Duration poll = std::chrono::seconds(1);
    std::function<void(const std::string&)> on_trouble = {};  ///< called on a thread of its own
  };

  /// Both must outlive it. The system's scope is used to look which jobs have changed.
  Watch(Jobs& jobs, base::Clock& clock, Settings settings);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// What has happened after the event of that number: at once when there is something, else as soon as there
  /// is. With `is_over` and no event when the job has ended and everything has been told. Whoever asks again
  /// with the last number gets the rest, here or in another program. Throws base::Error (kNotFound).
  base::Task<JobEvents> next(storage::Scope scope, JobId job, std::int64_t number);

 private:
  struct Core;

  std::shared_ptr<Core> core_;
  Background background_;
};

}  // namespace pharos::jobs
