// Threads in a PostgreSQL database: the contract of every saver, and what is special about servers.
#include "platform/storage/postgres/postgres_saver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "core/graph/state_graph.h"
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

/// What may befall a server that has work to do, and what brings it back.
struct Fall {
  std::string name;
  void (postgres::PrivateServer::*how)();
};
void PrintTo(const Fall& fall, std::ostream* out) {  // NOLINT: the name that GoogleTest looks for
  *out << fall.name;
}

struct Counted {
  int steps = 0;
};
BOOST_DESCRIBE_STRUCT(Counted, (), (steps))

constexpr int kThreads = 64;
constexpr int kSteps = 12;

/// Lives as long as the program: the server goes with the thread that started it.
base::Pool& hand() {
  static base::Pool pool("hand", 1);
  return pool;
}

base::Task<void> fall_and_rise(const Fall& fall) {
  const auto how = fall.how;
  auto work = [how] {
    (PostgresServer::shared().*how)();
    PostgresServer::shared().start();
  };
  return base::run_on(hand(), std::move(work));
}

/// Counts to kSteps; in the thread `0` the server falls on the way, while the other threads go on.
graph::Graph<Counted> counting(std::shared_ptr<graph::Saver> saver, const Fall& fall) {
  graph::StateGraph<Counted> g{"counting"};
  g.add_node("count",
             [&fall](const Counted& state, graph::Context& context) -> base::Task<graph::Update<Counted>> {
               if (context.thread_id() == "0" && state.steps == kSteps / 3) co_await fall_and_rise(fall);
               co_return graph::update(&Counted::steps, state.steps + 1);
             });
  g.add_edge(graph::kStart, "count").add_conditional_edges("count", [](const Counted& state) {
    return std::string(state.steps < kSteps ? "count" : graph::kEnd);
  });
  return g.compile({.saver = std::move(saver)});
}

struct PostgresSaverFall : PostgresSaverServer, testing::WithParamInterface<Fall> {};

INSTANTIATE_TEST_SUITE_P(Server, PostgresSaverFall,
                         testing::Values(Fall{"Restart", &postgres::PrivateServer::stop},
                                         Fall{"Crash", &postgres::PrivateServer::crash},
                                         Fall{"KillOfThePostmaster",
                                              &postgres::PrivateServer::kill_postmaster}),
                         [](const auto& info) { return info.param.name; });

TEST_P(PostgresSaverFall, IsWaitedForBySixtyFourThreadsAndLosesNothing) {
  const std::shared_ptr<PostgresSaver> saver = open();
  const auto graph = counting(saver, GetParam());
  graph::testing_support::Loop loop;
  std::vector<std::shared_ptr<graph::testing_support::Started<Counted>>> runs;
  for (int i = 0; i < kThreads; ++i) {
    runs.push_back(loop.start(graph.invoke(Counted{}, {.thread_id = std::to_string(i)})));
  }
  const base::SteadyTime before = clock.now();
  loop.finish();
  EXPECT_LT(clock.now() - before, std::chrono::seconds(15));
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_EQ(runs[static_cast<std::size_t>(i)]->take().steps, kSteps);
    const auto kept = wait(saver->list({.thread_id = std::to_string(i), .path = {}}, {}));
    ASSERT_EQ(kept.size(), kSteps + 2) << "the input, the start and each step, once";
    for (std::size_t newer = 0; newer < kept.size(); ++newer) {
      EXPECT_EQ(kept[newer].checkpoint.step, kSteps - static_cast<int>(newer));
    }
  }
}

/// Somebody else's lock on a thread's row makes what concerns that thread wait in the database.
TEST_F(PostgresSaverServer, AThreadThatWaitsInTheDatabaseHoldsUpNobodyElse) {
  const auto saver = open();
  const graph::ThreadKey other{.thread_id = "other", .path = {}};
  wait(saver->put(thread, checkpoint_of("c1", "", 0, {0, 0}), {}));
  postgres::Connection holder(url);
  holder.execute("BEGIN; SELECT 1 FROM pharos.lines WHERE thread_id = 'thread' FOR UPDATE");
  graph::testing_support::Loop loop;
  const auto put = [&](graph::ThreadKey to, std::string id, std::string parent) -> base::Task<int> {
    co_await saver->put(std::move(to), checkpoint_of(std::move(id), std::move(parent), 0, {0, 0}), {});
    co_return 1;
  };
  const auto waits = loop.start(put(thread, "c2", "c1"));
  loop.settle();
  while (holder.execute("SELECT 1 FROM pg_locks WHERE NOT granted").empty()) {
    poll(nullptr, 0, 1);  // another session's wait has no event to wait for
  }
  wait(saver->put(other, checkpoint_of("o1", "", 0, {0, 0}), {}));
  wait(saver->put(other, checkpoint_of("o2", "o1", 0, {0, 0}), {}));
  loop.settle();
  EXPECT_FALSE(waits->ended());
  holder.execute("COMMIT");
  loop.finish();
  EXPECT_EQ(waits->take(), 1);
  EXPECT_EQ(wait(saver->list(thread, {})).size(), 2U);
}

}  // namespace
}  // namespace pharos::storage
