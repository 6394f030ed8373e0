// A worker is killed in the middle of a job: another takes it over, once, and in time.
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <future>

#include <boost/asio/thread_pool.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/jobs/tests/support.h"
#include "platform/jobs/watch.h"
#include "platform/jobs/worker.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;
using testing::ElementsAre;

constexpr const char* kPlace = "PHAROS_VICTIM_URL";

template <class Kind>
struct Kills : Queue<Kind> {
  /// Starts this program anew as a worker.
  void start_victim() {
    const std::string test =
        std::string(testing::UnitTest::GetInstance()->current_test_info()->test_suite_name());
    const std::string filter = "--gtest_filter=" + test + ".DISABLED_IsTheVictim";
    setenv(kPlace, this->url.c_str(), 1);
    victim = fork();
    if (victim != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    execl("/proc/self/exe", "victim", filter.c_str(), "--gtest_also_run_disabled_tests",
          static_cast<char*>(nullptr));
    _exit(1);
  }
  void kill_victim() {
    kill(victim, SIGKILL);
    waitpid(victim, nullptr, 0);
    victim = -1;
  }
  ~Kills() override {
    if (victim > 0) kill_victim();
  }

  pid_t victim = -1;
};
TYPED_TEST_SUITE(Kills, Kinds);

base::Task<json::value> walk(Job, JobContext& context) {
  co_await context.progress("half way");
  co_await context.clock().sleep_until(base::SteadyTime::max());
  co_return nullptr;
}

TYPED_TEST(Kills, DISABLED_IsTheVictim) {
  if (std::getenv(kPlace) == nullptr) GTEST_SKIP();
  const auto shared = open(std::getenv(kPlace));
  base::Ids machine_ids(machine_clock());
  Jobs its_jobs(*shared, machine_clock(), machine_ids);
  boost::asio::thread_pool handlers(1);
  Worker worker({.jobs = its_jobs,
                 .heartbeats = *shared,
                 .clock = machine_clock(),
                 .ids = machine_ids,
                 .handlers = handlers.get_executor()});
  worker.handle("walk", walk);
  worker.start();
  while (true) pause();
}

TYPED_TEST(Kills, InMidJobAreTakenOverWithinFortyFiveSecondsAndFinishedOnce) {
  Watch watch(this->jobs, machine_clock(), {.poll = 20ms});
  const JobId id = this->add(kNora, {.kind = "walk", .run_at = machine_clock().wall_now()});
  this->start_victim();
  const JobEvents before = [&] {
    while (true) {
      JobEvents told = wait(watch.next(kNora, id, 1));
      if (!told.events.empty()) return told;
    }
  }();
  ASSERT_THAT(before.events, testing::SizeIs(1));
  EXPECT_EQ(before.events[0].data, "half way");

  std::atomic<int> finished = 0;
  boost::asio::thread_pool handlers(1);
  Worker survivor({.jobs = this->jobs,
                   .heartbeats = *this->database,
                   .clock = this->clock,
                   .ids = this->ids,
                   .handlers = handlers.get_executor()});
  survivor.handle("walk", [&](Job, JobContext&) -> base::Task<json::value> { co_return ++finished; });
  survivor.start();
  // The victim lives, and its beats are a machine's: within a time that is shorter it keeps what it has.
  const auto pass = [&](int seconds) {
    for (; seconds > 0; --seconds) this->tick(kLoops);
  };
  pass(20);
  EXPECT_EQ(this->get(id).attempts, 1);
  this->kill_victim();
  auto story = std::async(std::launch::async, [&] { return wait(watch.next(kNora, id, 2)); });
  int seconds = 0;
  for (; story.wait_for(0s) != std::future_status::ready && seconds < 60; ++seconds) pass(1);
  EXPECT_LE(20 + seconds, 45) << "since the last beat that was seen";
  story.wait();
  while (this->get(id).status != JobStatus::kSucceeded) pass(1);
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(this->get(id).attempts, 2);
  std::vector<std::string> names;
  for (const JobEvent& event : wait(this->jobs.events_after(kNora, id, 0)).events)
    names.push_back(event.name);
  EXPECT_THAT(names, ElementsAre("started", "progress", "interrupted", "started", "succeeded"));
}

}  // namespace
}  // namespace pharos::jobs
