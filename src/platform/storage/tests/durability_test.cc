// What both databases promise alike: nothing acknowledged is lost, nothing deleted stays, a chat stays small.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/ids.h"
#include "platform/storage/tests/support_databases.h"

namespace pharos::storage {
namespace {

using graph::ThreadKey;
using testing_support::checkpoint_of;
using testing_support::machine_clock;
using testing_support::Postgres;
using testing_support::Sqlite;
using testing_support::wait;

template <class Database>
struct Durability : testing::Test {
  std::int64_t rows(const std::string& table) const { return testing_support::rows<Database>(place, table); }
  void put(graph::Saver& saver, const ThreadKey& to, const std::string& id, const std::string& parent,
           const std::string& run, std::uint64_t version, bool is_delta) {
    graph::Checkpoint checkpoint = checkpoint_of(id, parent, 0, {version, 0});
    checkpoint.run_id = run;
    std::vector<graph::ChannelValue> changed;
    changed.push_back({.channel = 0, .value = graph::json::array{id, run}});
    if (is_delta) changed[0] = {.channel = 0, .value = {}, .writes = {changed[0].value}, .is_delta = true};
    wait(saver.put(to, std::move(checkpoint), std::move(changed)));
    wait(saver.put_record(to, id, {.task_id = "t", .node = "a"}));
  }

  testing_support::Folder folder;
  std::string place = Database::make_place(folder);
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
  EXPECT_EQ(testing_support::orphans<TypeParam>(this->place), "");
  EXPECT_EQ(this->rows("channel_values"), 8 + 4);
  wait(saver->prune("thread"));
  EXPECT_EQ(testing_support::orphans<TypeParam>(this->place), "");
  EXPECT_EQ(this->rows("checkpoints"), 2 + 4);
  EXPECT_EQ(this->rows("records"), 2 + 4);
  EXPECT_EQ(this->rows("channel_values"), 4 + 4) << "the latest rests on its snapshot";
  wait(saver->delete_thread("thread"));
  wait(saver->delete_run("copy", "first"));
  for (const char* table : testing_support::kTableNames) {
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
          checkpoint.next = {
              {.node = "__start__", .is_send = false, .argument = graph::json::value{{"items", {asked}}}}};
        } else {
          checkpoint.versions[0] = ++version;
          graph::json::array one{step == 1 ? asked : message()};
          changed.push_back(
              {.channel = 0, .value = {}, .writes = {graph::SavedValue(std::move(one))}, .is_delta = true});
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

TYPED_TEST(Durability, AStateOfTenMegabytesComesBackWhole) {
  const auto saver = TypeParam::open(this->place, testing_support::disk());
  const ThreadKey thread{.thread_id = "large", .path = {}};
  const graph::json::value text(std::string(10'000'000, 'x'));  // NOLINT: as large as that
  std::vector<graph::ChannelValue> changed;
  changed.push_back({.channel = 0, .value = text});
  wait(saver->put(thread, checkpoint_of("c1", "", 0, {1, 0}), std::move(changed)));
  const graph::TaskRecord record{
      .task_id = "t", .node = "a", .writes = {{.channel = "x", .overwrite = false, .value = text}}};
  wait(saver->put_record(thread, "c1", record));
  const auto got = wait(saver->get(thread, ""));
  EXPECT_TRUE(got->values.at("items").to_json() == text);
  EXPECT_TRUE(got->records.at(0) == record);
}

TYPED_TEST(Durability, ACheckpointOfAFormatThatNeverWasIsRefusedByName) {
  const auto saver = TypeParam::open(this->place, testing_support::disk());
  const ThreadKey thread{.thread_id = "thread", .path = {}};
  wait(saver->put(thread, checkpoint_of("c1", "", 0, {0, 0}), {}));
  for (const int format : {0, -3, 7}) {
    TypeParam::execute(this->place,
                       fmt::format("UPDATE {}checkpoints SET format = {}", TypeParam::kTables, format));
    try {
      wait(saver->get(thread, "c1"));
      ADD_FAILURE() << "it was read";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kUnsupported);
      EXPECT_THAT(error.what(),
                  testing::HasSubstr(fmt::format("'c1' of thread 'thread' has format {}", format)));
    }
  }
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

}  // namespace
}  // namespace pharos::storage
