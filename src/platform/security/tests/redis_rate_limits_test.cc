// Limits that replicas share, with a real Redis that is killed, paused and flushed.
#include "platform/security/redis_rate_limits.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "platform/security/tests/support.h"
#include "platform/storage/redis/private_redis.h"

namespace pharos::security {
namespace {
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Tier kHundred{.name = "hundred", .limit = 100, .window = seconds(3600)};
const Tier kSeven{.name = "seven", .limit = 7, .window = seconds(60)};
const Tier kSmoothFive{.name = "smooth", .limit = 5, .window = seconds(60), .kind = Tier::Kind::kSmooth};

struct SharedLimits : testing::Test {
  /// One process of the server; patient, because the machine may be busy.
  struct Replica {
    Replica(SharedLimits& at, base::Clock& redis_clock, RedisLimitSettings settings = {})
        : redis({.url = at.server.url(), .connect_limit = seconds(10), .command_limit = seconds(10)},
                at.loop.get_executor(), redis_clock),
          limits(redis, settings, at.clock) {}

    storage::Redis redis;
    RedisRateLimits limits;
  };

  /// Runs the loop until the task has ended.
  template <class T>
  T wait(base::Task<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, T value) {
      failure = thrown;
      result.emplace(std::move(value));
    });
    while (!result) loop.run_one();
    if (failure) std::rethrow_exception(failure);
    return *std::move(result);
  }
  /// How many of `tries` at the same time are let through.
  int admitted(const std::vector<Replica*>& replicas, int tries, const Tier& tier = kHundred) {
    int count = 0;
    int open = tries;
    for (int i = 0; i < tries; ++i) {
      Replica& replica = *replicas[static_cast<std::size_t>(i) % replicas.size()];
      boost::asio::co_spawn(loop, replica.limits.take({{.tier = &tier, .key = "ada"}}),
                            [&](std::exception_ptr failure, const LimitVerdict& verdict) {
                              EXPECT_EQ(failure, nullptr);
                              count += failure == nullptr && verdict.allowed ? 1 : 0;
                              --open;
                            });
    }
    while (open > 0) loop.run_one();
    return count;
  }

  storage::redis::PrivateRedis server;
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{loop.get_executor()};
  base::SystemClock machine;
  base::ManualClock clock{base::SteadyTime(hours(1000))};
};

TEST_F(SharedLimits, TwoReplicasAdmitTogetherWhatOneWould) {
  Replica first(*this, machine);
  Replica second(*this, machine);
  EXPECT_EQ(admitted({&first, &second}, 200), 100);
  EXPECT_EQ(admitted({&first, &second}, 50), 0);
}

TEST_F(SharedLimits, RedisCountsAsOneProcessWould) {
  Replica replica(*this, machine, {.instead_of_redis_time = &clock});
  int round = 0;
  EXPECT_TRUE(rc::check([&] {
    ++round;
    LocalRateLimits local(clock);
    const std::string who = std::to_string(round);
    const auto steps =
        *rc::gen::container<std::vector<int>>(*rc::gen::inRange(1, 60), rc::gen::inRange(0, 1000));
    for (const int step : steps) {
      clock.advance(milliseconds(step * (step % 7) * 5));
      std::vector<Charge> charges{{.tier = &kSeven, .key = who, .cost = step % 3},
                                  {.tier = &kSmoothFive, .key = who, .cost = step % 2}};
      if (step % 11 == 0) {
        testing_support::wait(local.give_back(charges));
        const auto give = [](RateLimits& limits, std::vector<Charge> what) -> base::Task<int> {
          co_await limits.give_back(std::move(what));
          co_return 0;
        };
        wait(give(replica.limits, charges));
        continue;
      }
      const LimitVerdict here = local.take_now(charges);
      const LimitVerdict there = wait(replica.limits.take(charges));
      RC_ASSERT(here.allowed == there.allowed);
      for (std::size_t i = 0; i < charges.size(); ++i) {
        RC_ASSERT(here.tiers[i].remaining == there.tiers[i].remaining);
        RC_ASSERT(here.tiers[i].retry_after == there.tiers[i].retry_after);
        RC_ASSERT(here.tiers[i].reset == there.tiers[i].reset);
      }
    }
  }));
}

TEST_F(SharedLimits, AKilledRedisLeavesEachItsShare) {
  Replica first(*this, machine);
  Replica second(*this, machine);
  EXPECT_EQ(admitted({&first, &second}, 20), 20);
  server.kill();
  EXPECT_EQ(admitted({&first}, 100), 50);
  EXPECT_EQ(admitted({&second}, 100), 50);
  EXPECT_EQ(admitted({&first, &second}, 20), 0) << "never open";
}

TEST_F(SharedLimits, APausedRedisLeavesEachItsShare) {
  base::ManualClock redis_clock;
  Replica replica(*this, redis_clock);
  EXPECT_EQ(admitted({&replica}, 20), 20);
  server.pause();
  int count = 0;
  int open = 100;
  for (int i = 0; i < 100; ++i) {
    boost::asio::co_spawn(loop, replica.limits.take({{.tier = &kHundred, .key = "ada"}}),
                          [&](std::exception_ptr failure, const LimitVerdict& verdict) {
                            EXPECT_EQ(failure, nullptr);
                            count += verdict.allowed ? 1 : 0;
                            --open;
                          });
  }
  while (open > 0) {
    if (redis_clock.sleepers() > 0) redis_clock.advance(seconds(10));
    loop.run_one_for(milliseconds(1));
  }
  EXPECT_EQ(count, 50);
  server.go_on();
}

TEST_F(SharedLimits, AFlushedRedisCountsAnew) {
  Replica replica(*this, machine);
  EXPECT_EQ(admitted({&replica}, 150), 100);
  wait(replica.redis.ask({"FLUSHALL"}));
  wait(replica.redis.ask({"SCRIPT", "FLUSH"}));
  EXPECT_EQ(admitted({&replica}, 150), 100) << "anew, but not without end";
}

TEST_F(SharedLimits, ARedisWithoutMemoryLeavesEachItsShare) {
  Replica replica(*this, machine);
  EXPECT_EQ(admitted({&replica}, 20), 20);
  wait(replica.redis.ask({"CONFIG", "SET", "maxmemory", "1"}));
  EXPECT_EQ(admitted({&replica}, 100), 50);
  EXPECT_EQ(admitted({&replica}, 20), 0) << "never open";
}

TEST_F(SharedLimits, LeaveNothingBehind) {
  Replica replica(*this, machine);
  EXPECT_EQ(admitted({&replica}, 1, kSeven), 1);
  EXPECT_EQ(admitted({&replica}, 1, kSmoothFive), 1);
  for (const std::string& key : {std::string("seven"), std::string("smooth")}) {
    const std::int64_t left = wait(replica.redis.ask({"PTTL", "{pharos:limits}:" + key + ":ada"})).number();
    EXPECT_GT(left, 0) << key;
    EXPECT_LE(left, 63'000) << key;
  }
}

}  // namespace
}  // namespace pharos::security
