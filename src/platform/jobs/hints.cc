#include "platform/jobs/hints.h"

namespace pharos::jobs {

std::shared_ptr<const Bell> Hints::watch(const JobId& job) {
  std::shared_ptr<const Bell> bell;
  {
    const std::lock_guard lock(mutex_);
    auto& kept = bells_[job];
    bell = kept.lock();
    if (bell) return bell;
    bell = std::make_shared<const Bell>();
    kept = bell;
  }
  watching_.ring();
  return bell;
}

std::vector<JobId> Hints::watched() {
  const std::lock_guard lock(mutex_);
  std::erase_if(bells_, [](const auto& each) { return each.second.expired(); });
  std::vector<JobId> jobs;
  jobs.reserve(bells_.size());
  for (const auto& [job, bell] : bells_) jobs.push_back(job);
  return jobs;
}

void Hints::tell_others(std::function<void(const JobId&)> tell) {
  const std::lock_guard lock(mutex_);
  tell_others_ = std::move(tell);
}

void Hints::tell(const JobId& job) {
  std::function<void(const JobId&)> tell;
  {
    const std::lock_guard lock(mutex_);
    tell = tell_others_;
  }
  if (tell) tell(job);
}

void Hints::changed(const JobId& job) {
  heard(job);
  tell(job);
}

void Hints::added() {
  heard({});
  tell({});
}

void Hints::heard(const JobId& job) {
  if (job.empty()) return work_.ring();
  std::shared_ptr<const Bell> bell;
  {
    const std::lock_guard lock(mutex_);
    const auto found = bells_.find(job);
    if (found != bells_.end()) bell = found->second.lock();
  }
  if (bell) bell->ring();
}

}  // namespace pharos::jobs
