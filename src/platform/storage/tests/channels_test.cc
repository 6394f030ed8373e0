// Messages on their way to whoever listens, in one program and between replicas.
#include "platform/storage/channels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/storage/local_channels.h"
#include "platform/storage/redis/redis_channels.h"
#include "platform/storage/tests/support_redis.h"

namespace pharos::storage {
namespace {

using namespace std::chrono_literals;
using redis::PrivateRedis;
using testing::ElementsAre;
using Message = std::optional<std::string>;

/// Two ends of the same channels.
struct Local {
  explicit Local(testing_support::LoopTest&) {}
  Channels& here() { return channels; }
  Channels& there() { return channels; }

  LocalChannels channels;
};

/// One of two replicas.
struct Replica {
  Replica(const PrivateRedis& server, testing_support::LoopTest& test)
      : redis({.url = server.url()}, test.io.get_executor(), test.clock),
        channels({.url = server.url()}, redis, test.io.get_executor(), test.clock) {}

  Redis redis;
  RedisChannels channels;
};
struct Shared {
  explicit Shared(testing_support::LoopTest& test) : first(server, test), second(server, test) {}
  Channels& here() { return first.channels; }
  Channels& there() { return second.channels; }

  PrivateRedis server;
  Replica first;
  Replica second;
};

template <class Kind>
struct ChannelsContract : testing_support::LoopTest {
  std::unique_ptr<Listener> listen(const std::string& channel) {
    return finish(ends.there().listen(channel));
  }
  void publish(const std::string& channel, const std::string& message) {
    finish(ends.here().publish(channel, message));
  }
  std::vector<Message> hear(Listener& listener, int count) {
    std::vector<Message> heard;
    for (int i = 0; i < count; ++i) heard.push_back(finish(listener.next()));
    return heard;
  }

  Kind ends{*this};
};

using Kinds = testing::Types<Local, Shared>;
TYPED_TEST_SUITE(ChannelsContract, Kinds);

TYPED_TEST(ChannelsContract, CarryMessagesInOrder) {
  this->publish("run", "too early");
  const auto listener = this->listen("run");
  const std::string bytes("a\r\n\0b", 5);
  for (const std::string& message : {std::string("one"), std::string(), bytes}) this->publish("run", message);
  EXPECT_THAT(this->hear(*listener, 3), ElementsAre("one", "", bytes));
}

TYPED_TEST(ChannelsContract, AreHeardByAllWhoListenAndByNobodyElse) {
  const auto first = this->listen("run");
  auto second = this->listen("run");
  const auto other = this->listen("other");
  this->publish("run", "both");
  EXPECT_THAT(this->hear(*second, 1), ElementsAre("both"));
  second.reset();
  this->publish("run", "one");
  this->publish("other", "else");
  EXPECT_THAT(this->hear(*first, 2), ElementsAre("both", "one"));
  EXPECT_THAT(this->hear(*other, 1), ElementsAre("else"));
}

TYPED_TEST(ChannelsContract, AreHeardAgainByOneWhoComesBack) {
  for (int i = 0; i < 20; ++i) {
    const auto listener = this->listen("run");
    this->publish("run", std::to_string(i));
    EXPECT_THAT(this->hear(*listener, 1), ElementsAre(std::to_string(i)));
  }
}

TYPED_TEST(ChannelsContract, TellOneWhoIsTooSlow) {
  const auto slow = this->listen("run");
  const auto quick = this->listen("run");
  for (int i = 0; i < 1000; ++i) {
    this->publish("run", std::to_string(i));
    EXPECT_EQ(this->finish(quick->next()), std::to_string(i));
  }
  EXPECT_EQ(this->finish(slow->next()), std::nullopt);
  this->publish("run", "now");
  EXPECT_EQ(this->finish(slow->next()), "now");
}

TYPED_TEST(ChannelsContract, AreWaitedForUntilSomebodyGivesUp) {
  const auto listener = this->listen("run");
  const auto waits = this->start(listener->next());
  this->io.poll();
  EXPECT_FALSE(waits->has_ended);
  waits->stop.emit(boost::asio::cancellation_type::terminal);
  EXPECT_THROW(this->finish(waits), boost::system::system_error);
  this->publish("run", "later");
  EXPECT_EQ(this->finish(listener->next()), "later");
}

struct ChannelsOverRedis : testing_support::LoopTest {
  PrivateRedis server;
  Replica here{server, *this};
  Replica there{server, *this};
};

/// What was published while nobody could hear it is told of twice at most, and never not at all.
TEST_F(ChannelsOverRedis, TellThatTheConnectionBrokeAndCarryOn) {
  const auto listener = finish(there.channels.listen("run"));
  server.kill();
  EXPECT_EQ(finish(listener->next()), std::nullopt) << "broken";
  server.start();
  const auto next = start(listener->next());
  while (!next->has_ended) {
    clock.advance(100ms);
    io.run_for(1ms);
  }
  EXPECT_EQ(finish(next), std::nullopt) << "whole again, and what came in between was not heard";
  finish(here.redis.ask({"PUBLISH", "run", "after"}));
  EXPECT_EQ(finish(listener->next()), "after");
}

TEST_F(ChannelsOverRedis, RefuseNobodyWhileRedisIsAway) {
  server.kill();
  const auto listening = start(there.channels.listen("run"));
  while (!listening->has_ended) {
    clock.advance(100ms);
    io.run_for(1ms);
  }
  const auto listener = finish(listening);
  server.start();
  const auto next = start(listener->next());
  while (!next->has_ended) {
    clock.advance(100ms);
    io.run_for(1ms);
  }
  EXPECT_EQ(finish(next), std::nullopt) << "now it is heard";
  finish(here.channels.publish("run", "at last"));
  EXPECT_EQ(finish(listener->next()), "at last");
}

/// A connection that nobody has ended, and on which nothing comes.
TEST_F(ChannelsOverRedis, NoticeASilentRedis) {
  const auto listener = finish(there.channels.listen("run"));
  server.pause();
  const auto next = start(listener->next());
  for (int i = 0; i < 11 && !next->has_ended; ++i) {
    clock.advance(1s);
    io.run_for(5ms);
  }
  ASSERT_TRUE(next->has_ended);
  EXPECT_EQ(finish(next), std::nullopt);
  server.go_on();
}

TEST_F(ChannelsOverRedis, AskRedisForNothingOnceNobodyListens) {
  auto listener = finish(there.channels.listen("run"));
  EXPECT_EQ(finish(here.redis.ask({"PUBLISH", "run", "x"})).number(), 1);
  listener.reset();
  while (finish(here.redis.ask({"PUBLISH", "run", "x"})).number() != 0) io.poll();
}

}  // namespace
}  // namespace pharos::storage
