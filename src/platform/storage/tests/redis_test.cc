// A real Redis: what is asked is answered, and what befalls it costs the callers little.
#include "platform/storage/redis/redis.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/storage/tests/support_redis.h"

namespace pharos::storage {
namespace {

using namespace std::chrono_literals;
using redis::PrivateRedis;
using testing::HasSubstr;

struct RedisOnItsOwn : testing_support::LoopTest {
  std::unique_ptr<Redis> open(base::Clock& on, const std::string& url) {
    return std::make_unique<Redis>(RedisSettings{.url = url}, io.get_executor(), on);
  }
  RedisReply ask(RedisCommand command) { return finish(start(redis->ask(std::move(command)))); }
  std::string failure(RedisCommand command, base::Code code = base::Code::kUnavailable) {
    return failure_of(start(redis->ask(std::move(command))), code);
  }
  /// Asks a Redis that is silent, until time is up for it.
  std::string failure_by_time() {
    const auto asked = start(redis->ask({"PING"}));
    while (clock.sleepers() == 0) io.run_one();
    while (clock.sleepers() > 0) {
      clock.advance(50ms);
      io.run_for(1ms);
    }
    return failure_of(asked, base::Code::kUnavailable);
  }

  PrivateRedis server;
  std::unique_ptr<Redis> redis = open(clock, server.url());
};

TEST_F(RedisOnItsOwn, KeepsAnyBytes) {
  const std::string content("a\r\nb\0c", 6);
  EXPECT_EQ(ask({"SET", "key", content}).text(), "OK");
  EXPECT_EQ(ask({"GET", "key"}).text(), content);
  EXPECT_TRUE(ask({"GET", "none"}).is_null());
  const std::string large(5'000'000, 'x');
  ask({"SET", "large", large});
  EXPECT_EQ(ask({"GET", "large"}).text(), large);
}

TEST_F(RedisOnItsOwn, AnswersManyAtOnceEachItsOwn) {
  std::vector<std::shared_ptr<testing_support::Asked<RedisReply>>> all;
  for (int i = 0; i < 200; ++i) all.push_back(start(redis->ask({"ECHO", std::to_string(i)})));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(finish(all[static_cast<std::size_t>(i)]).text(), std::to_string(i));
  EXPECT_THAT(ask({"INFO", "clients"}).text(), HasSubstr("connected_clients:1\r\n"));
}

TEST_F(RedisOnItsOwn, TakesSeveralCommandsInOneGo) {
  const auto several = [](Redis& on) -> base::Task<RedisReply> {
    std::vector<RedisCommand> commands;
    commands.push_back({"INCR", "n"});
    commands.push_back({"INCRBY", "n", "10"});
    const auto replies = co_await on.ask_all(std::move(commands));
    co_return RedisReply{replies.at(0).number() * 100 + replies.at(1).number()};
  };
  EXPECT_EQ(finish(start(several(*redis))).number(), 111);
}

TEST_F(RedisOnItsOwn, RunsAScriptThatItHasForgotten) {
  const RedisScript script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  EXPECT_EQ(finish(start(redis->run(script, {"n"}, {"5"}))).number(), 5);
  EXPECT_EQ(finish(start(redis->run(script, {"n"}, {"5"}))).number(), 10);
  EXPECT_THAT(ask({"INFO", "commandstats"}).text(), HasSubstr("cmdstat_eval:calls=1,")) << "it was sent once";
  ask({"SCRIPT", "FLUSH"});
  ask({"FLUSHALL"});
  EXPECT_EQ(finish(start(redis->run(script, {"n"}, {"5"}))).number(), 5);
}

TEST_F(RedisOnItsOwn, SaysWhatItRefusesAndGoesOn) {
  ask({"SET", "key", "text"});
  EXPECT_THAT(failure({"INCR", "key"}, base::Code::kInternal), HasSubstr("not an integer"));
  EXPECT_EQ(ask({"GET", "key"}).text(), "text");
  EXPECT_TRUE(redis->is_reachable());
}

TEST_F(RedisOnItsOwn, ThatIsKilledIsNoticedAndFoundAgain) {
  ask({"PING"});
  server.kill();
  EXPECT_THAT(failure({"PING"}), HasSubstr("Redis at"));
  EXPECT_THAT(failure({"PING"}), HasSubstr("is it running?"));
  server.start();
  EXPECT_EQ(ask({"PING"}).text(), "PONG");
}

TEST_F(RedisOnItsOwn, ThatIsSilentCostsThreeWaitsAndThenOneASecond) {
  ask({"PING"});
  server.pause();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(failure_by_time(), HasSubstr("has not answered in time"));
  EXPECT_FALSE(redis->is_reachable());
  EXPECT_THAT(failure({"PING"}), HasSubstr("left alone")) << "without waiting";
  clock.advance(1s);
  const auto probe = start(redis->ask({"PING"}));
  while (clock.sleepers() == 0) io.run_one();
  EXPECT_THAT(failure({"PING"}), HasSubstr("left alone")) << "one probes, nobody else";
  server.go_on();
  EXPECT_EQ(finish(probe).text(), "PONG");
  EXPECT_TRUE(redis->is_reachable());
  EXPECT_EQ(ask({"PING"}).text(), "PONG");
}

TEST_F(RedisOnItsOwn, GivesALateAnswerToNobodyElse) {
  ask({"SET", "mine", "1"});
  server.pause();
  const auto late = start(redis->ask({"GET", "mine"}));
  while (clock.sleepers() == 0) io.run_one();
  clock.advance(50ms);
  failure_of(late, base::Code::kUnavailable);
  server.go_on();
  EXPECT_EQ(ask({"ECHO", "yours"}).text(), "yours");
}

TEST_F(RedisOnItsOwn, OutOfMemoryIsUnavailable) {
  ask({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_THAT(failure({"SET", "key", "text"}), HasSubstr("OOM"));
}

TEST_F(RedisOnItsOwn, ThatDoesNotKnowThePasswordSaysSo) {
  ask({"CONFIG", "SET", "requirepass", "secret"});
  redis = open(clock, fmt::format("redis://:secret@127.0.0.1:{}/3", server.port()));
  EXPECT_THAT(ask({"CLIENT", "INFO"}).text(), HasSubstr(" db=3 "));
  redis = open(clock, fmt::format("redis://:wrong@127.0.0.1:{}", server.port()));
  const std::string said = failure({"PING"}, base::Code::kInternal);
  EXPECT_THAT(said, HasSubstr("WRONGPASS"));
  EXPECT_THAT(said, testing::Not(HasSubstr("wrong@")));
}

TEST_F(RedisOnItsOwn, ThatNobodyRunsIsSaidAtOnce) {
  redis = open(clock, "unix:/nowhere/redis");
  EXPECT_THAT(failure({"PING"}), HasSubstr("/nowhere/redis: No such file"));
}

/// One caller gives up; the others' answers do not move up.
TEST_F(RedisOnItsOwn, AnswersTheOthersWhenOneGivesUp) {
  ask({"PING"});
  const auto gone = start(redis->ask({"ECHO", "gone"}));
  const auto stays = start(redis->ask({"ECHO", "stays"}));
  while (clock.sleepers() < 2) io.run_one();
  gone->stop.emit(boost::asio::cancellation_type::terminal);
  EXPECT_EQ(finish(stays).text(), "stays");
  EXPECT_EQ(ask({"ECHO", "next"}).text(), "next");
}

}  // namespace
}  // namespace pharos::storage
