// The store in a PostgreSQL database: the contract of every store, and what is special about servers.
#include "platform/storage/postgres/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/tests/store_contract.h"
#include "platform/storage/tests/support_postgres.h"

namespace pharos::graph::testing_support {

struct PostgresStoreFactory {
  static std::shared_ptr<Store> make(StoreSettings settings) {
    struct Home {
      explicit Home(StoreSettings settings)
          : store({.url = storage::testing_support::PostgresServer::shared().make_database()},
                  storage::testing_support::disk(), clock, std::move(settings)) {}
      base::SystemClock clock;
      storage::PostgresStore store;
    };
    const auto home = std::make_shared<Home>(std::move(settings));
    return storage::testing_support::part_of(home, home->store);
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, StoreContract, PostgresStoreFactory);

}  // namespace pharos::graph::testing_support

namespace pharos::storage {
namespace {

using graph::testing_support::Started;
using graph::testing_support::WordEmbedder;
using testing_support::PostgresServer;
using testing_support::wait;

struct PostgresStoreServer : testing::Test {
  std::unique_ptr<PostgresStore> open(graph::StoreSettings settings = {}) {
    return std::make_unique<PostgresStore>(
        postgres::Settings{.url = url, .patience = std::chrono::seconds(20)}, testing_support::disk(), clock,
        std::move(settings));
  }

  std::string url = PostgresServer::shared().make_database();
  base::SystemClock clock;
};

TEST_F(PostgresStoreServer, HasTheItemsOfTheLastTime) {
  const auto embedder = std::make_shared<WordEmbedder>();
  wait(open({.embedder = embedder})->put({"u"}, "dog", {{"text", "dog"}}));
  wait(open({.embedder = embedder})->put({"u"}, "cat", {{"text", "cat"}}));
  const auto found = wait(open({.embedder = embedder})->search({"u"}, {.query = "cat"}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, "cat");
}

TEST_F(PostgresStoreServer, SearchesMoreItemsThanItReadsAtATime) {
  const auto store = open({.embedder = std::make_shared<WordEmbedder>(), .index = {"text"}});
  graph::testing_support::Loop loop;
  const auto put = [&](int i) -> base::Task<int> {
    co_await store->put({"u", std::to_string(i % 7)}, std::to_string(i),
                        {{"n", i}, {"text", i == 1017 ? "cat" : "dog"}});
    co_return i;
  };
  std::vector<std::shared_ptr<Started<int>>> puts;
  for (int i = 0; i < 1200; ++i) puts.push_back(loop.start(put(i)));
  loop.finish();
  EXPECT_EQ(wait(store->search({}, {.filter = {{"n", {{"$gte", 200}}}}, .limit = 0})).size(), 1000U);
  EXPECT_EQ(wait(store->search({"u"}, {.filter = {{"n", {{"$lt", 700}}}}, .limit = 0})).size(), 700U);
  EXPECT_EQ(wait(store->search({"u"}, {.query = "a cat", .limit = 1})).at(0).key, "1017");
}

TEST_F(PostgresStoreServer, ReadersThatRefreshTheSameItemsDoNotHinderEachOther) {
  const auto store = open({.time_to_live = std::chrono::hours(1)});
  for (int i = 0; i < 20; ++i) wait(store->put({"u"}, std::to_string(i), {}));
  graph::testing_support::Loop loop;
  const auto read = [&]() -> base::Task<int> {
    int found = 0;
    for (int i = 0; i < 5; ++i)
      found += static_cast<int>((co_await store->search({"u"}, {.limit = 0})).size());
    co_return found;
  };
  std::vector<std::shared_ptr<Started<int>>> readers;
  for (int i = 0; i < 64; ++i) readers.push_back(loop.start(read()));
  loop.finish();
  for (const auto& reader : readers) EXPECT_EQ(reader->take(), 100);
}

TEST_F(PostgresStoreServer, ARestartIsWaitedForAndLosesNothing) {
  const auto store = open();
  graph::testing_support::Loop loop;
  constexpr int kWriters = 64;
  constexpr int kPuts = 12;
  const auto write = [&](int number) -> base::Task<int> {
    for (int i = 0; i < kPuts; ++i) {
      co_await store->put({"u", std::to_string(number)}, std::to_string(i), {{"n", i}});
      if (number == 0 && i == kPuts / 3) PostgresServer::shared().crash();
      if (number == 0 && i == kPuts / 3) PostgresServer::shared().start();
    }
    co_return kPuts;
  };
  std::vector<std::shared_ptr<Started<int>>> writers;
  for (int i = 0; i < kWriters; ++i) writers.push_back(loop.start(write(i)));
  const base::SteadyTime before = clock.now();
  loop.finish();
  EXPECT_LT(clock.now() - before, std::chrono::seconds(15));
  for (const auto& writer : writers) EXPECT_EQ(writer->take(), kPuts);
  EXPECT_EQ(wait(store->search({}, {.limit = 0})).size(), std::size_t{kWriters * kPuts});
}

}  // namespace
}  // namespace pharos::storage
