// Hints between replicas: nobody looks at the database for an hour, so what is seen was heard.
#include "platform/jobs/hint_relay.h"

#include <future>
#include <mutex>
#include <vector>

#include <gmock/gmock.h>

#include "platform/jobs/tests/support.h"
#include "platform/jobs/watch.h"
#include "platform/jobs/worker.h"
#include "platform/storage/local_channels.h"
#include "platform/storage/redis/private_redis.h"
#include "platform/storage/redis/redis_channels.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;
using storage::redis::PrivateRedis;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr base::Duration kNever = 1h;

/// Channels over Redis, with a loop that turns.
struct Shared {
  explicit Shared(const PrivateRedis& server)
      : redis({.url = server.url()}, loop.executor(), machine_clock()),
        channels({.url = server.url()}, redis, loop.executor(), machine_clock()) {}

  Background loop;
  storage::Redis redis;
  storage::RedisChannels channels;
};

/// Until what happens at the one is heard by the other.
void wait_until_heard(Hints& from, const Hints& by) {
  const std::uint64_t before = by.work().rings();
  while (by.work().rings() == before) {
    from.added();
    std::this_thread::yield();
  }
}

struct Relays : Queue<Sqlite> {
  /// Another program on the same database.
  Jobs others{*database, clock, ids};

  std::unique_ptr<Worker> worker_of(Jobs& its_jobs) {
    auto worker = std::make_unique<Worker>(WorkerParts{.jobs = its_jobs,
                                                       .heartbeats = *database,
                                                       .clock = clock,
                                                       .ids = ids,
                                                       .handlers = handlers.executor(),
                                                       .random = [] { return 0.5; }},
                                           WorkerSettings{});
    worker->handle("greet", [](Job, JobContext& context) -> base::Task<json::value> {
      co_await context.progress("hello");
      co_return nullptr;
    });
    return worker;
  }

  /// A job that is added here, done and followed by the others: the clock stands still.
  std::vector<std::string> done_by_others(storage::Channels& here, storage::Channels& there) {
    const HintRelay from(jobs.hints(), here, clock);
    const HintRelay to(others.hints(), there, clock);
    wait_until_heard(jobs.hints(), others.hints());
    wait_until_heard(others.hints(), jobs.hints());
    Watch watch(jobs, clock, {.poll = kNever});
    const auto worker = worker_of(others);
    worker->start();
    while (clock.sleepers() == 0) std::this_thread::yield();  // it has looked, and found nothing
    const JobId id = add(kNora, {.kind = "greet"});
    std::vector<std::string> names;
    for (JobEvents news; !news.is_over;) {
      news = wait(watch.next(kNora, id, static_cast<std::int64_t>(names.size())));
      for (const JobEvent& event : news.events) names.push_back(event.name);
    }
    return names;
  }

  Background handlers;
};

TEST_F(Relays, LetOthersHearInOneProgram) {
  storage::LocalChannels channels;
  EXPECT_THAT(done_by_others(channels, channels), ElementsAre("started", "progress", "succeeded"));
}

TEST_F(Relays, LetOthersHearOverRedis) {
  const PrivateRedis server;
  Shared here(server);
  Shared there(server);
  EXPECT_THAT(done_by_others(here.channels, there.channels), ElementsAre("started", "progress", "succeeded"));
}

TEST_F(Relays, SayOnceThatNobodyHears) {
  PrivateRedis server;
  Shared shared(server);
  server.kill();
  std::mutex mutex;
  std::vector<std::string> told;
  std::promise<void> first;
  {
    const HintRelay relay(jobs.hints(), shared.channels, clock, [&](const std::string& trouble) {
      const std::lock_guard lock(mutex);
      told.push_back(trouble);
      if (told.size() == 1) first.set_value();
    });
    jobs.hints().added();
    first.get_future().wait();
    for (int i = 0; i < 5; ++i) jobs.hints().added();
  }
  EXPECT_THAT(told, ElementsAre(HasSubstr("look every second")));
}

}  // namespace
}  // namespace pharos::jobs
