// The queue against a small model of it: whatever is asked for in whatever order, both say the same.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "platform/jobs/job_rows.h"
#include "platform/jobs/queue.h"
#include "platform/jobs/registry.h"
#include "platform/jobs/tests/support.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;

/// One request: what, and of which of the things that are there.
struct Request {
  unsigned what = 0;
  unsigned which = 0;
  unsigned how = 0;
};

struct ModelJob {
  std::string id;
  std::string team;
  Priority priority = Priority::kNormal;
  JobStatus status = JobStatus::kQueued;
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 0;
  std::int64_t epoch = 0;
  std::int64_t events = 0;
  bool cancel_requested = false;
  std::string owner;
  base::WallTime run_at;
};

/// Done in one transaction, which is undone at the end.
class Trial {
 public:
  explicit Trial(Session& session) : session_(session) { enter("w1"), enter("w2"); }

  void carry_out(const Request& request) {
    switch (request.what % 11) {
      case 0:
      case 1:
        return add(request);
      case 2:
      case 3:
        return claim(request);
      case 4:
        return with_lease(request, [this](ModelJob& job, const Lease& lease) {
          jobs::succeed(session_, lease, 1, now_);
          end(job, JobStatus::kSucceeded);
        });
      case 5:
        return with_lease(request, [&](ModelJob& job, const Lease& lease) { fail(job, lease, request.how); });
      case 6:
        return with_lease(request, [this](ModelJob& job, const Lease& lease) {
          RC_ASSERT(tell_progress(session_, lease, 1, now_) == ++job.events);
        });
      case 7:
        return with_lease(request, [this](ModelJob& job, const Lease& lease) {
          release(session_, lease, now_);
          --job.attempts;
          requeue(job);
        });
      case 8:
        return cancel_or_replay(request);
      case 9:
        return lose_worker(request.which % 2 == 0 ? "w1" : "w2");
      default:
        now_ += std::chrono::seconds(request.how % 20);
    }
  }

  /// What the tables say is what the model says.
  void compare() {
    for (const ModelJob& job : jobs_) {
      const storage::Row row =
          session_
              .find(fmt::format("SELECT lease_epoch, lease_owner, {} FROM jobs WHERE id = $1", kJobColumns),
                    job.id)
              .value();
      const Job kept = job_of(row);
      RC_ASSERT(base::to_name(kept.status) == base::to_name(job.status));
      RC_ASSERT(kept.attempts == job.attempts);
      RC_ASSERT(kept.cancel_requested == job.cancel_requested);
      RC_ASSERT(kept.finished_at.has_value() == is_over(job.status));
      RC_ASSERT(kept.last_event == job.events);
      RC_ASSERT(row.number("lease_epoch") == job.epoch);
      RC_ASSERT(row.optional_text("lease_owner").value_or("") == job.owner);
      const storage::Row events =
          session_.find("SELECT count(*), coalesce(max(number), 0) FROM job_events WHERE job_id = $1", job.id)
              .value();
      RC_ASSERT(events.number(0) == job.events);
      RC_ASSERT(events.number(1) == job.events);
    }
  }

 private:
  void enter(const std::string& worker) {
    enter_worker(session_, worker, now_);
    alive_.insert(worker);
  }

  void add(const Request& request) {
    ModelJob job{.id = fmt::format("job{:03}", jobs_.size()),
                 .team = fmt::format("team{}", request.which % 3),
                 .priority = static_cast<Priority>(request.how % 3),
                 .max_attempts = 1 + request.how % 2,
                 .run_at = now_ + std::chrono::seconds(request.how % 5 == 0 ? 10 : 0)};
    const NewJob asked{.kind = "k",
                       .priority = job.priority,
                       .run_at = job.run_at,
                       .max_attempts = static_cast<int>(job.max_attempts)};
    enqueue(session_, {.team_id = job.team, .user_id = "u"}, asked, job.id, now_);
    jobs_.push_back(std::move(job));
  }

  /// Priorities first, then turns, then who is due first.
  ModelJob* next() {
    ModelJob* best = nullptr;
    const auto place = [this](const ModelJob& job) {
      return std::tuple(-static_cast<int>(job.priority), turns_[job.team], job.team, job.run_at, job.id);
    };
    for (ModelJob& job : jobs_) {
      if (job.status != JobStatus::kQueued || job.run_at > now_) continue;
      if (best == nullptr || place(job) < place(*best)) best = &job;
    }
    return best;
  }

  void claim(const Request& request) {
    const std::string worker = request.which % 2 == 0 ? "w1" : "w2";
    ModelJob* expected = alive_.contains(worker) ? next() : nullptr;
    const std::vector<std::string> kinds{"k"};
    const auto claimed = jobs::claim(session_, worker, kinds, now_);
    RC_ASSERT(claimed.has_value() == (expected != nullptr));
    if (!claimed) return;
    RC_ASSERT(claimed->job.id == expected->id);
    expected->status = JobStatus::kRunning;
    expected->owner = worker;
    ++expected->attempts;
    ++expected->epoch;
    ++expected->events;
    turns_[expected->team] = ++last_turn_;
    RC_ASSERT(claimed->lease.epoch == expected->epoch);
    leases_.push_back(claimed->lease);
  }

  /// Uses a lease that was given at some time; only one that is still good may change anything.
  template <class Use>
  void with_lease(const Request& request, Use use) {
    if (leases_.empty()) return;
    const Lease lease = leases_[request.which % leases_.size()];
    ModelJob& job = *std::ranges::find(jobs_, lease.job_id, &ModelJob::id);
    const bool is_good = job.status == JobStatus::kRunning && job.epoch == lease.epoch;
    const ModelJob before = job;
    const auto refused = code_of([&] { use(job, lease); });
    RC_ASSERT(refused == (is_good ? std::nullopt : std::optional(base::Code::kConflict)));
    if (refused) job = before;
  }

  void fail(ModelJob& job, const Lease& lease, unsigned how) {
    const bool may_retry = how % 3 != 0;
    const base::WallTime retry_at = now_ + std::chrono::seconds(how % 10);
    jobs::fail(session_, lease, {}, may_retry ? std::optional(retry_at) : std::nullopt, now_);
    if (may_retry && job.cancel_requested) {
      end(job, JobStatus::kCancelled);
    } else if (may_retry && job.attempts < job.max_attempts) {
      job.run_at = retry_at;
      requeue(job);
    } else {
      end(job, may_retry ? JobStatus::kDead : JobStatus::kFailed);
    }
  }

  void cancel_or_replay(const Request& request) {
    if (jobs_.empty()) return;
    ModelJob& job = jobs_[request.which % jobs_.size()];
    if (request.how % 2 == 0) {
      RC_ASSERT(jobs::cancel(session_, job.id, now_) == !is_over(job.status));
      if (job.status == JobStatus::kRunning) job.cancel_requested = true;
      if (job.status == JobStatus::kQueued) end(job, JobStatus::kCancelled);
      return;
    }
    const bool can_be = is_over(job.status) && job.status != JobStatus::kSucceeded;
    RC_ASSERT(jobs::replay(session_, job.id, now_) == can_be);
    if (!can_be) return;
    job.attempts = 0;
    job.cancel_requested = false;
    job.run_at = now_;
    requeue(job);
  }

  void lose_worker(const std::string& worker) {
    leave_worker(session_, worker);
    for (ModelJob& job : jobs_) {
      if (job.status != JobStatus::kRunning || job.owner != worker) continue;
      if (job.cancel_requested) {
        end(job, JobStatus::kCancelled);
      } else if (job.attempts < job.max_attempts) {
        requeue(job);
      } else {
        end(job, JobStatus::kDead);
      }
    }
    requeue_orphans(session_, now_);
    RC_ASSERT(!has_orphans(session_));
    enter(worker);
  }

  static void requeue(ModelJob& job) {
    job.status = JobStatus::kQueued;
    job.owner.clear();
    ++job.events;
  }
  static void end(ModelJob& job, JobStatus status) {
    job.status = status;
    job.owner.clear();
    ++job.events;
  }

  Session& session_;
  base::WallTime now_{std::chrono::seconds(1'800'000'000)};
  std::vector<ModelJob> jobs_;
  std::vector<Lease> leases_;
  std::set<std::string> alive_;
  std::map<std::string, int> turns_;
  int last_turn_ = 0;
};

struct Undo {};

template <class Kind>
struct Model : Queue<Kind> {};
TYPED_TEST_SUITE(Model, Kinds);

TYPED_TEST(Model, SaysWhatTheTablesSay) {
  const auto request = rc::gen::build<Request>(rc::gen::set(&Request::what, rc::gen::inRange(0U, 11U)),
                                               rc::gen::set(&Request::which, rc::gen::inRange(0U, 12U)),
                                               rc::gen::set(&Request::how, rc::gen::inRange(0U, 60U)));
  EXPECT_TRUE(rc::check([&] {
    const auto requests = *rc::gen::container<std::vector<Request>>(request);
    const auto work = [&](Session& session) {
      Trial trial(session);
      for (const Request& each : requests) trial.carry_out(each);
      trial.compare();
      throw Undo();
    };
    try {
      this->write(work);
    } catch (const Undo&) {
    }
  }));
}

}  // namespace
}  // namespace pharos::jobs
