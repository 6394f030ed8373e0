// The store in a SQLite file: the contract of every store, and what is special about files.
#include "platform/storage/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/tests/store_contract.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "platform/storage/tests/support.h"

namespace pharos::graph::testing_support {

struct SqliteStoreFactory {
  static std::shared_ptr<Store> make(StoreSettings settings) {
    struct Home {
      explicit Home(StoreSettings settings)
          : store(folder.path() / "store.db", storage::testing_support::disk(), std::move(settings)) {}
      storage::testing_support::Folder folder;
      storage::SqliteStore store;
    };
    const auto home = std::make_shared<Home>(std::move(settings));
    return storage::testing_support::part_of(home, home->store);
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, SqliteStoreFactory);

}  // namespace pharos::graph::testing_support

namespace pharos::storage {
namespace {

using graph::testing_support::Items;
using graph::testing_support::WordEmbedder;
using testing_support::wait;

struct SqliteStoreFile : testing::Test {
  std::filesystem::path file() const { return folder.path() / "store.db"; }
  std::unique_ptr<SqliteStore> open(graph::StoreSettings settings = {}) const {
    return std::make_unique<SqliteStore>(file(), testing_support::disk(), std::move(settings));
  }

  testing_support::Folder folder;
};

TEST_F(SqliteStoreFile, HasTheItemsOfTheLastTime) {
  const auto embedder = std::make_shared<WordEmbedder>();
  wait(open({.embedder = embedder})->put({"u"}, "dog", {{"text", "dog"}}));
  wait(open({.embedder = embedder})->put({"u"}, "cat", {{"text", "cat"}}));
  const auto found = wait(open({.embedder = embedder})->search({"u"}, {.query = "cat"}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, "cat");
}

TEST_F(SqliteStoreFile, VectorsOfAnotherEmbedderAreNotCompared) {
  wait(open({.embedder = std::make_shared<WordEmbedder>("old")})->put({"u"}, "cat", {{"text", "cat"}}));
  const auto store = open({.embedder = std::make_shared<WordEmbedder>("new")});
  EXPECT_FALSE(wait(store->search({}, {.query = "cat"})).at(0).score.has_value());
  wait(store->put({"u"}, "cat", {{"text", "cat"}}));
  EXPECT_TRUE(wait(store->search({}, {.query = "cat"})).at(0).score.has_value());
}

TEST_F(SqliteStoreFile, MayHaveThreadsBesideItems) {
  const auto store = open();
  SqliteSaver saver(file(), testing_support::disk());
  const graph::ThreadKey thread{.thread_id = "thread", .path = {}};
  wait(store->put({"u"}, "k", {}));
  wait(saver.put(thread, testing_support::checkpoint_of("c1", "", 0, {0, 0}), {}));
  EXPECT_TRUE(wait(store->get({"u"}, "k")).has_value());
  EXPECT_TRUE(wait(saver.get(thread, "c1")).has_value());
}

TEST_F(SqliteStoreFile, MadeBeforeThereWereStoresIsBroughtForward) {
  {
    sqlite::Connection old(file());
    old.execute(std::string(sqlite_migrations().front().sql));
    old.execute("PRAGMA user_version = 1");
  }
  const auto store = open();
  wait(store->put({"u"}, "k", {}));
  EXPECT_TRUE(wait(store->get({"u"}, "k")).has_value());
}

TEST_F(SqliteStoreFile, SeveralProgramsWriteAtOnceWithoutAnError) {
  constexpr int kWriters = 64;
  constexpr int kPuts = 5;
  const std::array stores{open(), open(), open()};
  graph::testing_support::Loop loop;
  const auto write = [&](int writer) -> base::Task<int> {
    graph::Store& store = *stores.at(static_cast<std::size_t>(writer) % stores.size());
    for (int i = 0; i < kPuts; ++i) {
      co_await store.put({"u", std::to_string(writer)}, std::to_string(i), {},
                         {.time_to_live = std::chrono::hours(1)});
      co_await store.search({"u", std::to_string(writer)});  // which refreshes
    }
    co_return kPuts;
  };
  std::vector<std::shared_ptr<graph::testing_support::Started<int>>> writers;
  for (int i = 0; i < kWriters; ++i) writers.push_back(loop.start(write(i)));
  loop.finish();
  for (const auto& writer : writers) EXPECT_EQ(writer->take(), kPuts);
  EXPECT_EQ(wait(stores[0]->search({}, {.limit = 0})).size(), std::size_t{kWriters * kPuts});
}

TEST_F(SqliteStoreFile, FiltersHundredsOfItems) {
  const auto store = open();
  graph::testing_support::Loop loop;
  const auto put = [&](int i) -> base::Task<int> {
    co_await store->put({"u", std::to_string(i % 7)}, std::to_string(i), {{"n", i}});
    co_return i;
  };
  std::vector<std::shared_ptr<graph::testing_support::Started<int>>> puts;
  for (int i = 0; i < 700; ++i) puts.push_back(loop.start(put(i)));
  loop.finish();
  EXPECT_EQ(wait(store->search({"u"}, {.filter = {{"n", {{"$gte", 350}}}}, .limit = 0})).size(), 350U);
  EXPECT_EQ(wait(store->search({"u", "3"}, {.filter = {{"n", {{"$lt", 70}}}}, .limit = 0})).size(), 10U);
}

}  // namespace
}  // namespace pharos::storage
