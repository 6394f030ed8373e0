// The database goes away in the middle of a job and comes back.
#include <future>

#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include "platform/jobs/tests/support.h"
#include "platform/jobs/watch.h"
#include "platform/jobs/worker.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;

struct Outages : Queue<Postgres> {};

TEST_F(Outages, CostARunningJobNothing) {
  Jobs by_machine_time(*database, machine_clock(), ids);
  Watch watch(by_machine_time, machine_clock(), {.poll = 50ms});
  boost::asio::thread_pool handlers(1);
  Worker worker({.jobs = by_machine_time,
                 .heartbeats = *database,
                 .clock = machine_clock(),
                 .ids = ids,
                 .handlers = handlers.get_executor()},
                {.poll = 50ms, .heartbeat = 100ms});
  const Bell gate;
  worker.handle("wait", [&gate](Job, JobContext& context) -> base::Task<json::value> {
    co_await context.progress("waiting");
    co_await gate.wait(0, context.clock());
    co_return "done";
  });
  worker.start();
  const JobId id = wait(by_machine_time.enqueue(kNora, {.kind = "wait"}));
  while (wait(watch.next(kNora, id, 1)).events.empty()) {
  }
  Postgres::server().crash();
  gate.ring();
  Postgres::server().start();
  EXPECT_FALSE(wait(watch.next(kNora, id, 2)).events.empty());
  const Job job = wait(by_machine_time.get(kNora, id));
  EXPECT_EQ(job.status, JobStatus::kSucceeded);
  EXPECT_EQ(job.attempts, 1);
  const JobId next = wait(by_machine_time.enqueue(kNora, {.kind = "wait"}));
  EXPECT_FALSE(wait(watch.next(kNora, next, 2)).events.empty()) << "and the worker goes on";
}

}  // namespace
}  // namespace pharos::jobs
