// What is kept for a while, in one program and between replicas.
#include "platform/storage/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/storage/redis/redis_cache.h"
#include "platform/storage/tests/support_redis.h"

namespace pharos::storage {
namespace {

using namespace std::chrono_literals;

struct InTheProgram {
  explicit InTheProgram(testing_support::LoopTest& test) : cache(1000, test.clock) {}
  LocalCache cache;
};
struct InRedis {
  explicit InRedis(testing_support::LoopTest& test)
      : redis({.url = server.url()}, test.io.get_executor(), test.clock), cache(redis, "test:") {}
  redis::PrivateRedis server;
  Redis redis;
  RedisCache cache;
};

template <class Kind>
struct CacheContract : testing_support::LoopTest {
  std::optional<std::string> get(const std::string& key) { return finish(kept.cache.get(key)); }
  void put(const std::string& key, const std::string& value, base::Duration time_to_live = 1h) {
    finish(kept.cache.put(key, value, time_to_live));
  }

  Kind kept{*this};
};
using Kinds = testing::Types<InTheProgram, InRedis>;
TYPED_TEST_SUITE(CacheContract, Kinds);

TYPED_TEST(CacheContract, HasWhatWasPutLast) {
  EXPECT_EQ(this->get("a"), std::nullopt);
  this->put("a", "old");
  this->put("a", "new");
  this->put("b", std::string("\0\r\n", 3));
  EXPECT_EQ(this->get("a"), "new");
  EXPECT_EQ(this->get("b"), std::string("\0\r\n", 3));
}

TYPED_TEST(CacheContract, ForgetsWhatIsRemovedOrNeverWasToStay) {
  this->put("a", "x");
  this->finish(this->kept.cache.remove("a"));
  this->finish(this->kept.cache.remove("a"));
  EXPECT_EQ(this->get("a"), std::nullopt);
  this->put("b", "x");
  this->put("b", "y", 0s);
  EXPECT_EQ(this->get("b"), std::nullopt);
}

struct LocalCacheOfAThousandBytes : CacheContract<InTheProgram> {};

TEST_F(LocalCacheOfAThousandBytes, ForgetsWhenTimeIsUp) {
  put("a", "x", 10s);
  clock.advance(9s);
  EXPECT_EQ(get("a"), "x");
  clock.advance(1s);
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_EQ(kept.cache.bytes(), 0U);
}

TEST_F(LocalCacheOfAThousandBytes, ForgetsWhatWasNotUsedForLongest) {
  for (const char* key : {"a", "b", "c"}) put(key, std::string(300, 'x'));
  get("a");
  put("d", std::string(300, 'x'));
  EXPECT_NE(get("a"), std::nullopt);
  EXPECT_EQ(get("b"), std::nullopt);
  EXPECT_LE(kept.cache.bytes(), 1000U);
  put("large", std::string(2000, 'x'));
  EXPECT_EQ(get("large"), std::nullopt);
  EXPECT_NE(get("a"), std::nullopt) << "nothing made room for what has none";
}

struct CacheInRedis : CacheContract<InRedis> {};

TEST_F(CacheInRedis, GivesEachValueItsTime) {
  put("a", "x", 90s);
  const auto left = finish(kept.redis.ask({"PTTL", "test:a"})).number();
  EXPECT_GT(left, 60'000);
  EXPECT_LE(left, 90'000);
}

TEST_F(CacheInRedis, HasNothingWhileRedisIsAway) {
  put("a", "x");
  kept.server.kill();
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_NO_THROW(put("a", "x"));
}

}  // namespace
}  // namespace pharos::storage
