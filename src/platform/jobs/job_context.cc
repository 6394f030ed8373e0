#include "platform/jobs/job_context.h"

namespace pharos::jobs {

JobContext::JobContext(Jobs& jobs, base::Clock& clock, Claimed claimed, base::Deadline deadline)
    : jobs_(jobs), clock_(clock), claimed_(std::move(claimed)), deadline_(deadline) {}

storage::Scope JobContext::scope() const {
  if (job().team_id.empty()) return storage::Scope::system();
  return {.team_id = job().team_id, .user_id = job().user_id};
}

base::Task<void> JobContext::progress(json::value data) {
  auto work = [lease = lease(), data = std::move(data), now = clock_.wall_now()](storage::Session& session) {
    return tell_progress(session, lease, data, now);
  };
  co_await jobs_.database().write(storage::Scope::system(), std::move(work),
                                  {.isolation = storage::Isolation::kCommitted});
  jobs_.hints().changed(job().id);
}

bool JobContext::stop(StopReason reason) {
  auto none = StopReason::kNone;
  return stop_reason_.compare_exchange_strong(none, reason);
}

}  // namespace pharos::jobs
