// Threads in a PostgreSQL database: the contract of every saver, and what is special about servers.
#include "platform/storage/postgres/postgres_saver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/storage/tests/support_postgres.h"

namespace pharos::graph::testing_support {

struct PostgresSaverFactory {
  static std::shared_ptr<Saver> make() {
    struct Home {
      base::SystemClock clock;
      storage::PostgresSaver saver{
          {.url = storage::testing_support::PostgresServer::shared().make_database()},
          storage::testing_support::disk(),
          clock};
    };
    const auto home = std::make_shared<Home>();
    return storage::testing_support::part_of(home, home->saver);
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, SaverContract, PostgresSaverFactory);

}  // namespace pharos::graph::testing_support

namespace pharos::storage {
namespace {

using testing_support::checkpoint_of;
using testing_support::PostgresServer;
using testing_support::wait;

struct PostgresSaverServer : testing::Test {
  std::unique_ptr<PostgresSaver> open() {
    return std::make_unique<PostgresSaver>(
        postgres::Settings{.url = url, .patience = std::chrono::seconds(20)}, testing_support::disk(), clock);
  }
  void execute(const std::string& sql) const { postgres::Connection(url).execute(sql); }

  std::string url = PostgresServer::shared().make_database();
  base::SystemClock clock;
  graph::ThreadKey thread{.thread_id = "thread", .path = {}};
};

TEST_F(PostgresSaverServer, HasTheThreadsOfTheLastTime) {
  wait(open()->put(thread, checkpoint_of("c1", "", 0, {0, 0}), {}));
  EXPECT_TRUE(wait(open()->get(thread, "c1")).has_value());
}

TEST_F(PostgresSaverServer, MadeByANewerProgramIsRefused) {
  open();
  execute("INSERT INTO pharos.migrations (number, name) VALUES (99, 'of the future')");
  try {
    open();
    ADD_FAILURE() << "it was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnsupported);
    EXPECT_THAT(error.what(), testing::HasSubstr("newer Pharos"));
  }
}

TEST_F(PostgresSaverServer, ThatNobodyAnswersForIsSaidAtOnce) {
  url = "host=/nowhere dbname=none";
  try {
    open();
    ADD_FAILURE() << "it was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere"));
  }
}

TEST_F(PostgresSaverServer, AConnectionThatWasEndedIsReplacedUnnoticed) {
  const auto saver = open();
  wait(saver->put(thread, checkpoint_of("c1", "", 0, {0, 0}), {}));
  execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
      " AND pid <> pg_backend_pid()");
  EXPECT_NO_THROW(wait(saver->put(thread, checkpoint_of("c2", "c1", 1, {0, 0}), {})));
  EXPECT_EQ(wait(saver->list(thread, {})).size(), 2U);
}

TEST_F(PostgresSaverServer, ARestartIsWaitedForAndLosesNothing) {
  const auto saver = open();
  graph::testing_support::Loop loop;
  constexpr int kThreads = 64;
  constexpr int kPuts = 12;
  const auto chain = [&](int number) -> base::Task<int> {
    const graph::ThreadKey key{.thread_id = std::to_string(number), .path = {}};
    std::string parent;
    for (int i = 0; i < kPuts; ++i) {
      const std::string id = fmt::format("c{}", i);
      co_await saver->put(key, checkpoint_of(id, parent, i, {0, 0}), {});
      parent = id;
      if (number == 0 && i == kPuts / 3) PostgresServer::shared().crash();
      if (number == 0 && i == kPuts / 3) PostgresServer::shared().start();
    }
    co_return kPuts;
  };
  std::vector<std::shared_ptr<graph::testing_support::Started<int>>> chains;
  for (int i = 0; i < kThreads; ++i) chains.push_back(loop.start(chain(i)));
  const base::SteadyTime before = clock.now();
  loop.finish();
  EXPECT_LT(clock.now() - before, std::chrono::seconds(15));
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_EQ(chains[static_cast<std::size_t>(i)]->take(), kPuts);
    EXPECT_EQ(wait(saver->list({.thread_id = std::to_string(i), .path = {}}, {})).size(), kPuts);
  }
}

}  // namespace
}  // namespace pharos::storage
