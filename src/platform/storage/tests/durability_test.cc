// What both databases promise alike: nothing acknowledged is lost, nothing deleted stays, a chat stays small.
#include <array>
#include <csignal>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "core/base/ids.h"
#include "platform/storage/postgres/postgres_saver.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "platform/storage/tests/support_postgres.h"

namespace pharos::storage {
namespace {

using graph::ThreadKey;
using testing_support::checkpoint_of;
using testing_support::PostgresServer;
using testing_support::wait;

base::SystemClock& machine_clock() {
  static base::SystemClock clock;
  return clock;
}

struct Sqlite {
  static std::string make_place(const testing_support::Folder& folder) {
    return (folder.path() / "threads.db").string();
  }
  static std::unique_ptr<graph::Saver> open(const std::string& place, base::Pool& disk) {
    return std::make_unique<SqliteSaver>(place, disk);
  }
  static std::int64_t count(const std::string& place, const std::string& query) {
    sqlite::Connection connection(place);
    sqlite::Statement& statement = connection.statement(query);
    statement.step();
    return statement.number(0);
  }
  static std::uintmax_t bytes(const std::string& place) {
    std::uintmax_t sum = 0;
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(place).parent_path())) {
      sum += file.file_size();
    }
    return sum;
  }
  static constexpr const char* kTables = "";
  static constexpr const char* kNumbers = "json_each(c.value_numbers) u WHERE u.value = v.number";
};

struct Postgres {
  static std::string make_place(const testing_support::Folder&) {
    return PostgresServer::shared().make_database();
  }
  static std::unique_ptr<graph::Saver> open(const std::string& place, base::Pool& disk) {
    return std::make_unique<PostgresSaver>(postgres::Settings{.url = place}, disk, machine_clock());
  }
  static std::int64_t count(const std::string& place, const std::string& query) {
    return std::stoll(*postgres::Connection(place).execute(query).at(0).at(0));
  }
  static std::uintmax_t bytes(const std::string& place) {
    return static_cast<std::uintmax_t>(
        count(place,
              "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n"
              " ON n.oid = c.relnamespace WHERE n.nspname = 'pharos' AND c.relkind = 'r'"));
  }
  static constexpr const char* kTables = "pharos.";
  static constexpr const char* kNumbers = "unnest(c.value_numbers) AS u (value) WHERE u.value = v.number";
};

template <class Database>
struct Durability : testing::Test {
  std::int64_t rows(const std::string& table) const {
    return Database::count(place, fmt::format("SELECT count(*) FROM {}{}", Database::kTables, table));
  }
  /// Rows that nothing leads to.
  std::int64_t orphans() const {
    const std::string t = Database::kTables;
    return Database::count(
               place, fmt::format("SELECT count(*) FROM {0}channel_values v WHERE NOT EXISTS"
                                  " (SELECT 1 FROM {0}checkpoints c, {1} AND c.line = v.line) AND NOT EXISTS"
                                  " (SELECT 1 FROM {0}channel_values w WHERE w.line = v.line AND w.onto = "
                                  "v.number)",
                                  t, Database::kNumbers)) +
           Database::count(place,
                           fmt::format("SELECT count(*) FROM {0}records r WHERE NOT EXISTS (SELECT 1 FROM"
                                       " {0}checkpoints c WHERE c.line = r.line AND c.number ="
                                       " r.checkpoint)",
                                       t)) +
           Database::count(place,
                           fmt::format("SELECT count(*) FROM {0}shapes s WHERE NOT EXISTS (SELECT 1 FROM"
                                       " {0}checkpoints c WHERE c.line = s.line AND c.shape = s.number)",
                                       t)) +
           Database::count(place, fmt::format("SELECT count(*) FROM {0}lines l WHERE NOT EXISTS"
                                              " (SELECT 1 FROM {0}checkpoints c WHERE c.line = l.id)",
                                              t));
  }
  void put(graph::Saver& saver, const ThreadKey& to, const std::string& id, const std::string& parent,
           const std::string& run, std::uint64_t version, bool is_delta) {
    graph::Checkpoint checkpoint = checkpoint_of(id, parent, 0, {version, 0});
    checkpoint.run_id = run;
    std::vector<graph::ChannelValue> changed;
    changed.push_back({.channel = 0, .value = graph::json::array{id, run}, .is_delta = is_delta});
    wait(saver.put(to, std::move(checkpoint), std::move(changed)));
    wait(saver.put_record(to, id, {.task_id = "t", .node = "a"}));
  }

  /// The program that is going to be killed has been given its place, since it can tidy nothing up.
  void SetUp() override {
    if (const char* given = std::getenv("PHAROS_TEST_PLACE")) {
      place = given;
    } else {
      folder = std::make_unique<testing_support::Folder>();
      place = Database::make_place(*folder);
    }
  }

  std::unique_ptr<testing_support::Folder> folder;
  std::string place;
};

using Databases = testing::Types<Sqlite, Postgres>;
TYPED_TEST_SUITE(Durability, Databases);

TYPED_TEST(Durability, DeletingAndPruningLeaveNothingBehind) {
  const auto saver = TypeParam::open(this->place, testing_support::disk());
  for (const char* path : {"", "node:task"}) {
    const ThreadKey thread{.thread_id = "thread", .path = path};
    this->put(*saver, thread, "c1", "", "first", 1, false);
    this->put(*saver, thread, "c2", "c1", "first", 2, true);
    this->put(*saver, thread, "c3", "c2", "second", 3, false);
    this->put(*saver, thread, "c4", "c3", "second", 4, true);
  }
  wait(saver->copy_thread("thread", "copy"));
  wait(saver->delete_run("copy", "second"));
  EXPECT_EQ(this->orphans(), 0);
  EXPECT_EQ(this->rows("channel_values"), 8 + 4);
  wait(saver->prune("thread"));
  EXPECT_EQ(this->orphans(), 0);
  EXPECT_EQ(this->rows("checkpoints"), 2 + 4);
  EXPECT_EQ(this->rows("records"), 2 + 4);
  EXPECT_EQ(this->rows("channel_values"), 4 + 4) << "the latest rests on its snapshot";
  wait(saver->delete_thread("thread"));
  wait(saver->delete_run("copy", "first"));
  for (const char* table : {"lines", "shapes", "checkpoints", "channel_values", "records"}) {
    EXPECT_EQ(this->rows(table), 0) << table;
  }
}

TYPED_TEST(Durability, AChatOfAThousandTurnsTakesAtMostThreeTimesItsText) {
  const auto saver = TypeParam::open(this->place, testing_support::disk());
  const ThreadKey thread{.thread_id = "chat", .path = {}};
  std::mt19937_64 random(3);
  std::size_t payload = 0;
  const auto message = [&] {
    std::string text(800, ' ');
    for (char& letter : text) letter = static_cast<char>('a' + random() % 26);
    payload += text.size();
    return text;
  };
  base::Ids ids(machine_clock(), 5);
  std::string parent;
  std::uint64_t version = 0;
  const auto run_task = [&]() -> base::Task<int> {
    for (int turn = 0; turn < 1000; ++turn) {
      const std::string run = ids.next();
      const std::string asked = message();
      // As the runtime does it: the input waits for the start, is folded in, then the answer is.
      for (int step = 0; step < 3; ++step) {
        graph::Checkpoint checkpoint = checkpoint_of(ids.next(), parent, turn * 3 + step, {version, 0});
        checkpoint.run_id = run;
        checkpoint.metadata = {};
        checkpoint.ran = {step < 2 ? "__start__" : "chat"};
        std::vector<graph::ChannelValue> changed;
        if (step == 0) {
          checkpoint.next = {{.node = "__start__", .is_send = false, .argument = {{"items", {asked}}}}};
        } else {
          checkpoint.versions[0] = ++version;
          graph::json::array one{step == 1 ? asked : message()};
          graph::json::array writes;
          writes.push_back(std::move(one));
          changed.push_back({.channel = 0, .value = std::move(writes), .is_delta = true});
        }
        parent = checkpoint.id;
        co_await saver->put(thread, std::move(checkpoint), std::move(changed));
      }
    }
    co_return 0;
  };
  wait(run_task());
  const std::uintmax_t bytes = TypeParam::bytes(this->place);
  this->RecordProperty("ratio", fmt::format("{:.2f}", double(bytes) / double(payload)));
  EXPECT_LE(double(bytes) / double(payload), 3.0) << bytes << " bytes for " << payload;
  EXPECT_EQ(wait(saver->get(thread, ""))->deltas.at("items").size(), 2000U);
}

TYPED_TEST(Durability, SixtyFourThreadsWriteAtTheSameTime) {
  const auto saver = TypeParam::open(this->place, testing_support::disk());
  graph::testing_support::Loop loop;
  const auto chain = [&](int number) -> base::Task<int> {
    const ThreadKey key{.thread_id = std::to_string(number), .path = {}};
    std::string parent;
    for (int i = 0; i < 10; ++i) {
      const std::string id = fmt::format("c{}", i);
      co_await saver->put(key, checkpoint_of(id, parent, i, {0, 0}), {});
      co_await saver->put_record(key, id, {.task_id = "t", .node = "a"});
      const auto got = co_await saver->get(key, "");
      if (got->checkpoint.id != id || got->records.size() != 1) co_return -1;
      parent = id;
    }
    co_return 1;
  };
  std::vector<std::shared_ptr<graph::testing_support::Started<int>>> chains;
  for (int i = 0; i < 64; ++i) chains.push_back(loop.start(chain(i)));
  loop.finish();
  for (const auto& each : chains) EXPECT_EQ(each->take(), 1);
}

/// Puts without end and tells of each put on standard output once it has returned. Run by the test below.
TYPED_TEST(Durability, DISABLED_WritesUntilItIsKilled) {
  base::Pool disk("disk", 2);
  const auto saver = TypeParam::open(this->place, disk);
  const ThreadKey thread{.thread_id = "thread", .path = {}};
  std::string parent;
  for (int i = 0;; ++i) {
    const std::string id = fmt::format("c{}", i);
    this->put(*saver, thread, id, parent, "run", static_cast<std::uint64_t>(i) + 1, i % 10 != 0);
    parent = id;
    if (write(STDOUT_FILENO, "!", 1) != 1) return;
  }
}

TYPED_TEST(Durability, AKilledProgramLosesNothingItHasAcknowledged) {
  TypeParam::open(this->place, testing_support::disk());
  const std::string name = testing::UnitTest::GetInstance()->current_test_info()->test_suite_name();
  const std::string filter = "--gtest_filter=" + name + ".DISABLED_WritesUntilItIsKilled";
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    setenv("PHAROS_TEST_PLACE", this->place.c_str(), 1);
    dup2(pipe_ends[1], STDOUT_FILENO);
    execl("/proc/self/exe", "writer", filter.c_str(), "--gtest_also_run_disabled_tests", "--gtest_brief=1",
          static_cast<char*>(nullptr));
    _exit(1);
  }
  close(pipe_ends[1]);
  int acknowledged = 0;
  char byte = 0;
  while (acknowledged < 60 && read(pipe_ends[0], &byte, 1) == 1) acknowledged += byte == '!';
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(pipe_ends[0], &byte, 1) == 1) acknowledged += byte == '!';
  close(pipe_ends[0]);
  ASSERT_GE(acknowledged, 60);
  const auto saver = TypeParam::open(this->place, testing_support::disk());
  const auto kept = wait(saver->list({.thread_id = "thread", .path = {}}, {}));
  EXPECT_GE(kept.size(), static_cast<std::size_t>(acknowledged));
  for (const auto& saved : kept) {
    if (&saved != &kept.front()) EXPECT_EQ(saved.records.size(), 1U) << saved.checkpoint.id;
  }
  EXPECT_EQ(this->orphans(), 0);
}

}  // namespace
}  // namespace pharos::storage
