// Workers as their users see them: on threads, against either database.
#include "platform/jobs/worker.h"

#include <array>
#include <atomic>
#include <future>
#include <numeric>

#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include "platform/jobs/queue.h"
#include "platform/jobs/registry.h"
#include "platform/jobs/tests/support.h"
#include "platform/jobs/watch.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

template <class Kind>
struct Workers : Queue<Kind> {
  /// Not started yet.
  std::unique_ptr<Worker> make(WorkerSettings settings = {}) {
    return make(std::move(settings), this->clock);
  }
  std::unique_ptr<Worker> make(WorkerSettings settings, base::Clock& its_clock) {
    settings.on_trouble = [this](const std::string& trouble) {
      const std::lock_guard lock(mutex);
      troubles.push_back(trouble);
    };
    return std::make_unique<Worker>(WorkerParts{.jobs = this->jobs,
                                                .heartbeats = *heartbeats,
                                                .clock = its_clock,
                                                .ids = this->ids,
                                                .handlers = handlers.get_executor(),
                                                .random = [] { return 0.5; }},
                                    std::move(settings));
  }
  /// Everything that is told of a job until it is over.
  std::vector<std::string> follow(const JobId& id) {
    std::vector<std::string> names;
    std::int64_t number = 0;
    while (true) {
      const JobEvents news = wait(watch.next(Scope::system(), id, number));
      for (const JobEvent& event : news.events) {
        EXPECT_EQ(event.number, ++number);
        names.push_back(event.name);
      }
      if (news.is_over) return names;
    }
  }
  /// Waits for an event of that name, after the one of that number.
  void await_event(const JobId& id, const std::string& name, std::int64_t number = 0) {
    while (true) {
      for (const JobEvent& event : wait(watch.next(Scope::system(), id, number)).events) {
        number = event.number;
        if (event.name == name) return;
      }
    }
  }

  base::Pool heart{"heart", 1};
  std::unique_ptr<storage::Database> heartbeats = open(this->url, heart);
  boost::asio::thread_pool handlers{2};
  Watch watch{this->jobs, machine_clock(), {}};
  std::mutex mutex;
  std::vector<std::string> troubles;
};
TYPED_TEST_SUITE(Workers, Kinds);

base::Task<json::value> double_it(Job job, JobContext&) {
  co_return job.input.as_int64() * 2;
}

/// Until it is cancelled. Not asleep by the clock.
base::Task<void> wait_for_nothing(base::Clock& clock) {
  const Bell silent;
  co_await silent.wait(silent.rings(), clock);
}

base::Task<json::value> wait_for_the_end(Job, JobContext& context) {
  co_await context.progress("waiting");
  co_await wait_for_nothing(context.clock());
  throw std::runtime_error("cancelled");
}

TYPED_TEST(Workers, DoWhatIsQueuedWithoutWaitingForTheNextLook) {
  const auto worker = this->make();
  worker->handle("double", double_it);
  worker->start();
  // The clock stands still: only a hint can start them.
  for (int i = 0; i < 10; ++i) {
    const JobId id = this->add(kNora, {.kind = "double", .input = i});
    EXPECT_THAT(this->follow(id), ElementsAre("started", "succeeded"));
    EXPECT_EQ(this->get(id).result, 2 * i);
  }
}

TYPED_TEST(Workers, FindWhatNobodyHintedAt) {
  const auto worker = this->make();
  worker->handle("double", double_it);
  worker->start();
  Jobs others(*this->database, this->clock, this->ids);  // another program's: its hints are not heard
  const JobId id = wait(others.enqueue(kNora, {.kind = "double", .input = 21}));
  auto story = std::async(std::launch::async, [&] { return this->follow(id); });
  while (story.wait_for(0s) != std::future_status::ready) this->tick(kLoops);
  EXPECT_EQ(this->get(id).result, 42);
}

/// A machine whose date is set by hand, while its time goes on.
class SetClock final : public base::Clock {
 public:
  explicit SetClock(base::Clock& time) : time_(time) {}
  base::SteadyTime now() const override { return time_.now(); }
  base::WallTime wall_now() const override { return time_.wall_now() + ahead.load(); }
  base::Task<void> sleep_until(base::SteadyTime when) override { return time_.sleep_until(when); }

  std::atomic<std::chrono::hours> ahead{};

 private:
  base::Clock& time_;
};

TYPED_TEST(Workers, DoWhatWasQueuedBeforeTheClockWasSetBack) {
  SetClock machine(this->clock);
  const auto worker = this->make({}, machine);
  worker->handle("double", double_it);
  worker->start();
  this->tick(kLoops);
  while (this->clock.sleepers() < kLoops) std::this_thread::yield();  // it has looked, and not found anything
  machine.ahead = -1h;
  const auto begun = this->clock.now();
  const JobId id = this->add(kNora, {.kind = "double", .input = 21});
  auto story = std::async(std::launch::async, [&] { return this->follow(id); });
  while (story.wait_for(0s) != std::future_status::ready) this->tick(kLoops);
  EXPECT_EQ(this->get(id).result, 42);
  EXPECT_LT(this->clock.now() - begun, 5min);
}

TYPED_TEST(Workers, DoWhatWasQueuedBeforeTheClockWasSetBackAndTheyWereStarted) {
  const JobId id = this->add(kNora, {.kind = "double", .input = 21});
  this->clock.advance(-1h);
  const auto worker = this->make();
  worker->handle("double", double_it);
  worker->start();
  EXPECT_THAT(this->follow(id), ElementsAre("started", "succeeded"));
}

TYPED_TEST(Workers, TellProgressToWhoeverFollows) {
  const auto worker = this->make();
  worker->handle("count", [](Job, JobContext& context) -> base::Task<json::value> {
    for (int i = 1; i <= 20; ++i) co_await context.progress(i);
    co_return "done";
  });
  worker->start();
  const JobId id = this->add(kNora, {.kind = "count"});
  const auto story = this->follow(id);
  EXPECT_EQ(story.size(), 22U);
  // Joined later, at any number, by another program.
  const JobEvents rest = wait(this->jobs.events_after(kNora, id, 20));
  EXPECT_EQ(rest.events.at(0).data, 20);
  EXPECT_TRUE(rest.is_over);
}

TYPED_TEST(Workers, TryAgainAfterAWaitThatGrows) {
  const auto worker = this->make();
  std::atomic<int> calls = 0;
  worker->handle("flaky", [&calls](Job job, JobContext&) -> base::Task<json::value> {
    if (++calls < 3) throw base::Error(base::Code::kUnavailable, "the sea is rough");
    co_return job.attempts;
  });
  worker->start();
  const JobId id = this->add(kNora, {.kind = "flaky"});
  this->await_event(id, "retrying");
  EXPECT_EQ(this->get(id).run_at, "2027-01-15T08:00:00.500Z") << "half of a second, as chance has it here";
  this->skip_to(id);
  this->await_event(id, "retrying", 3);
  EXPECT_EQ(this->get(id).run_at, "2027-01-15T08:00:01.500Z") << "twice as long after it";
  this->skip_to(id);
  EXPECT_THAT(this->follow(id),
              ElementsAre("started", "retrying", "started", "retrying", "started", "succeeded"));
  EXPECT_EQ(this->get(id).result, 3);
}

TYPED_TEST(Workers, DoNotTryAgainWhatThePersonHasToMend) {
  const auto worker = this->make();
  worker->handle("strict", [](Job, JobContext&) -> base::Task<json::value> {
    throw base::Error(base::Code::kInvalidInput, "the photo is empty");
    co_return nullptr;
  });
  worker->start();
  const JobId id = this->add(kNora, {.kind = "strict"});
  EXPECT_THAT(this->follow(id), ElementsAre("started", "failed"));
  EXPECT_EQ(this->get(id).error, (JobError{.code = "invalid_input", .message = "the photo is empty"}));
}

TYPED_TEST(Workers, CancelAHandlerThatRuns) {
  const auto worker = this->make();
  worker->handle("wait", wait_for_the_end);
  worker->start();
  const JobId id = this->add(kNora, {.kind = "wait"});
  this->await_event(id, "progress");
  wait(this->jobs.cancel(kNora, id));
  EXPECT_THAT(this->follow(id), ElementsAre("started", "progress", "cancelled"));
  EXPECT_EQ(this->get(id).status, JobStatus::kCancelled);
}

TYPED_TEST(Workers, EndWhatTakesLongerThanItMay) {
  const auto worker = this->make();
  worker->handle("wait", wait_for_the_end, {.time_limit = 1min});
  worker->start();
  const JobId id = this->add(kNora, {.kind = "wait", .max_attempts = 1});
  this->await_event(id, "progress");
  for (int second = 1; second <= 58; ++second) this->tick(kLoops);
  EXPECT_EQ(this->get(id).status, JobStatus::kRunning);
  this->tick(kLoops);
  this->tick(kLoops);
  EXPECT_THAT(this->follow(id), ElementsAre("started", "progress", "dead"));
  EXPECT_EQ(this->get(id).error->code, "timeout");
}

TYPED_TEST(Workers, GiveBackWhatRunsWhenTheyStop) {
  auto worker = this->make();
  worker->handle("wait", wait_for_the_end);
  worker->start();
  const JobId id = this->add(kNora, {.kind = "wait"});
  this->await_event(id, "progress");
  worker->stop(0s);
  const Job job = this->get(id);
  EXPECT_EQ(job.status, JobStatus::kQueued);
  EXPECT_EQ(job.attempts, 0) << "a stop costs no attempt";
  EXPECT_TRUE(this->write([](Session& session) { return read_beats(session); }).empty());
}

TYPED_TEST(Workers, GiveBackWhatTheyClaimAsTheyStop) {
  for (int round = 0; round < 50; ++round) {
    auto worker = this->make();
    worker->handle("wait", wait_for_the_end);
    worker->start();
    const JobId id = this->add(kNora, {.kind = "wait"});
    worker->stop(0s);
    const Job job = this->get(id);
    EXPECT_EQ(job.status, JobStatus::kQueued);
    EXPECT_EQ(job.attempts, 0);
    wait(this->jobs.cancel(kNora, id));
  }
}

/// Begins a job in a transaction of its own, and with it whatever else is done there.
template <class Test>
bool start_in(Test& test, Starter starter, const JobId& id, const std::string& kind,
              const std::function<void()>& beside = {}) {
  return wait(test.database->write(kNora, [=](Session& session) mutable {
    const bool began = starter.start(session, kNora, {.kind = kind, .input = 21, .id = id}, double_it);
    if (beside) beside();
    return began;
  }));
}

TYPED_TEST(Workers, BeginWhatIsMadeWhenTheyHaveRoom) {
  const auto worker = this->make();
  worker->handle("double", wait_for_the_end);  // of those that are claimed
  worker->start();
  const JobId id = this->ids.next();
  while (!start_in(*this, worker->starter(), id, "double"))
    std::this_thread::yield();  // it looks around first
  EXPECT_THAT(this->follow(id), ElementsAre("started", "succeeded"));
  const Job job = this->get(id);
  EXPECT_EQ(job.result, 42);
  EXPECT_EQ(job.attempts, 1);
  EXPECT_EQ(job.user_id, "nora");
  EXPECT_FALSE(start_in(*this, worker->starter(), this->ids.next(), "unheard of"));
}

TYPED_TEST(Workers, BeginNothingWhoseTransactionFails) {
  const auto worker = this->make({.slots = 1});
  worker->handle("double", double_it);
  worker->start();
  const auto fail = [] { throw base::Error(base::Code::kNotFound, "not here"); };
  for (int i = 0; i < 5; ++i) {
    EXPECT_THROW(start_in(*this, worker->starter(), this->ids.next(), "double", fail), base::Error);
  }
  const JobId id = this->ids.next();  // its one slot is free again
  while (!start_in(*this, worker->starter(), id, "double")) std::this_thread::yield();
  this->follow(id);
  EXPECT_EQ(wait(this->jobs.list(Scope::system(), {})).size(), 1U);
}

TYPED_TEST(Workers, BeginNothingBesideThoseWhoWait) {
  const auto worker = this->make({.slots = 1});
  worker->handle("double", double_it);
  worker->handle("wait", wait_for_the_end);
  worker->start();
  const JobId first = this->add(kNora, {.kind = "wait"});
  this->await_event(first, "progress");
  const JobId second = this->add(kNora, {.kind = "double", .input = 1});
  EXPECT_FALSE(start_in(*this, worker->starter(), this->ids.next(), "double"));
  wait(this->jobs.cancel(kNora, first));
  this->follow(second);
}

TYPED_TEST(Workers, HandOverWhatTheyHaveBegunAsTheyStop) {
  for (int round = 0; round < 20; ++round) {
    auto worker = this->make();
    worker->handle("double", double_it);
    worker->start();
    Starter starter = worker->starter();
    const JobId id = this->ids.next();
    while (!start_in(*this, starter, id, "double")) std::this_thread::yield();
    worker->stop(0s);
    const JobStatus status = this->get(id).status;
    EXPECT_TRUE(status == JobStatus::kQueued || status == JobStatus::kSucceeded);
    EXPECT_FALSE(start_in(*this, starter, this->ids.next(), "double")) << "it has stopped";
    worker.reset();
    EXPECT_FALSE(start_in(*this, starter, this->ids.next(), "double")) << "it is gone";
    wait(this->jobs.cancel(kNora, id));
  }
}

TYPED_TEST(Workers, RunNoMoreAtOnceThanTheyMay) {
  const auto worker = this->make({.slots = 3});
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  worker->handle("single",
                 [&](Job, JobContext& context) -> base::Task<json::value> {
                   most = std::max(most.load(), ++now);
                   co_await context.progress("here");
                   --now;
                   co_return nullptr;
                 },
                 {.at_once = 1});
  worker->start();
  std::vector<JobId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(this->add(kNora, {.kind = "single"}));
  for (const JobId& id : ids) this->follow(id);
  EXPECT_EQ(most, 1);
}

/// The effect and the end are one transaction.
TYPED_TEST(Workers, FinishWithTheEffect) {
  const auto worker = this->make();
  worker->handle("chain", [this](Job, JobContext& context) -> base::Task<json::value> {
    co_await context.finish(
        [this](Session& session) { return json::value(this->jobs.enqueue(session, {.kind = "none"})); });
    throw std::runtime_error("too late to matter");
  });
  worker->start();
  const JobId id = this->add(kNora, {.kind = "chain"});
  EXPECT_THAT(this->follow(id), ElementsAre("started", "succeeded"));
  const Job next = wait(this->jobs.get(kNora, std::string(this->get(id).result.as_string())));
  EXPECT_EQ(next.kind, "none");
}

/// One is taken for dead though it lives: its handler is told, its writes are refused, and it goes on.
TYPED_TEST(Workers, ThatWereTakenForDeadLoseWhatTheyHad) {
  const auto worker = this->make();
  std::promise<std::string> refused;
  std::atomic<int> calls = 0;
  worker->handle("wait", [&](Job, JobContext& context) -> base::Task<json::value> {
    if (++calls > 1) co_return "by the second";
    co_await context.progress("waiting");
    co_await wait_for_nothing(context.clock());
    EXPECT_EQ(context.stop_reason(), StopReason::kLeaseLost);
    co_await boost::asio::this_coro::reset_cancellation_state();
    try {
      co_await context.write([](Session&) { return 1; });
      refused.set_value("not refused");
    } catch (const base::Error& error) {
      refused.set_value(error.what());
    }
    co_return "by the first";
  });
  worker->start();
  const JobId id = this->add(kNora, {.kind = "wait"});
  this->await_event(id, "progress");
  this->write([](Session& session) {
    for (const WorkerBeat& each : read_beats(session)) leave_worker(session, each.worker);
  });
  auto said = refused.get_future();
  while (said.wait_for(0s) != std::future_status::ready) this->tick(kLoops);
  EXPECT_THAT(said.get(), HasSubstr("no longer held"));
  auto story = std::async(std::launch::async, [&] { return this->follow(id); });
  while (story.wait_for(0s) != std::future_status::ready) this->tick(kLoops);
  EXPECT_THAT(story.get(), ElementsAre("started", "progress", "interrupted", "started", "succeeded"));
  EXPECT_EQ(this->get(id).result, "by the second");
}

/// A claim that was made though its answer was lost: nobody runs the job, and its worker lives.
TYPED_TEST(Workers, GiveBackWhatTheyDoNotKnowTheyHave) {
  const auto worker = this->make();
  worker->handle("double", double_it);
  worker->start();
  this->follow(this->add(kNora, {.kind = "double", .input = 1}));
  const JobId id = this->write([this](Session& session) {
    const std::string name = read_beats(session).at(0).worker;
    JobId lost = enqueue(session, kNora, {.kind = "double", .input = 2}, "lost", this->clock.wall_now());
    claim(session, name, std::vector<std::string>{"double"}, this->clock.wall_now());
    return lost;
  });
  this->jobs.hints().work().ring();
  EXPECT_THAT(this->follow(id), ElementsAre("started", "interrupted", "started", "succeeded"));
}

/// One program's follower hears hints, another's looks once in a while; both join in the middle.
TYPED_TEST(Workers, AreFollowedFromAnywhereWithoutGapsOrRepeats) {
  constexpr int kEvents = 300;
  const auto worker = this->make();
  worker->handle("count", [](Job, JobContext& context) -> base::Task<json::value> {
    for (int i = 1; i <= kEvents; ++i) co_await context.progress(i);
    co_return nullptr;
  });
  worker->start();
  Jobs others(*this->database, machine_clock(), this->ids);
  Watch elsewhere(others, machine_clock(), {.poll = 10ms});
  const JobId id = this->add(kNora, {.kind = "count"});
  const auto numbers_after = [&id](Watch& from, std::int64_t number) {
    std::vector<std::int64_t> numbers;
    for (JobEvents news; !news.is_over;) {
      news = wait(from.next(kNora, id, numbers.empty() ? number : numbers.back()));
      for (const JobEvent& event : news.events) numbers.push_back(event.number);
    }
    return numbers;
  };
  std::vector<std::future<std::vector<std::int64_t>>> followers;
  for (const std::int64_t number : {0, 7, 150}) {
    followers.push_back(std::async(std::launch::async, numbers_after, std::ref(this->watch), number));
    followers.push_back(std::async(std::launch::async, numbers_after, std::ref(elsewhere), number));
  }
  for (std::size_t i = 0; i < followers.size(); ++i) {
    const std::int64_t first = std::array<std::int64_t, 3>{1, 8, 151}.at(i / 2);
    std::vector<std::int64_t> all(static_cast<std::size_t>(kEvents + 2 - first + 1));
    std::iota(all.begin(), all.end(), first);
    EXPECT_EQ(followers[i].get(), all);
  }
}

/// Two workers, many jobs, several teams: each is done once.
TYPED_TEST(Workers, ShareAQueue) {
  const auto first = this->make();
  const auto second = this->make();
  std::mutex mutex;
  std::map<std::string, int> done;
  for (Worker* worker : {first.get(), second.get()}) {
    worker->handle("note", [&](Job job, JobContext&) -> base::Task<json::value> {
      const std::lock_guard lock(mutex);
      ++done[job.id];
      co_return nullptr;
    });
    worker->start();
  }
  std::vector<JobId> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(this->add(i % 2 == 0 ? kNora : kSam, {.kind = "note"}));
  for (const JobId& id : ids) this->follow(id);
  EXPECT_EQ(done.size(), 40U);
  for (const auto& [id, times] : done) EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace pharos::jobs
