// Threads in a SQLite file: the contract of every saver, and what is special about files.
#include "platform/storage/sqlite/sqlite_saver.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/storage/tests/support.h"

namespace pharos::graph::testing_support {

struct SqliteSaverFactory {
  static std::shared_ptr<Saver> make() {
    struct Home {
      storage::testing_support::Folder folder;
      storage::SqliteSaver saver{folder.path() / "threads.db", storage::testing_support::disk()};
    };
    const auto home = std::make_shared<Home>();
    return storage::testing_support::part_of(home, home->saver);
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, SaverContract, SqliteSaverFactory);

}  // namespace pharos::graph::testing_support

namespace pharos::storage {
namespace {

using graph::ThreadKey;
using testing_support::checkpoint_of;
using testing_support::wait;

struct SqliteSaverFile : testing::Test {
  std::filesystem::path file() const { return folder.path() / "threads.db"; }
  std::unique_ptr<SqliteSaver> open() const {
    return std::make_unique<SqliteSaver>(file(), testing_support::disk());
  }
  void execute(const std::string& sql) const { sqlite::Connection(file()).execute(sql); }
  base::Error refusal() const {
    try {
      open();
    } catch (const base::Error& error) {
      return error;
    }
    return {base::Code::kInternal, "nothing was refused"};
  }

  testing_support::Folder folder;
  ThreadKey thread{.thread_id = "thread", .path = {}};
};

TEST_F(SqliteSaverFile, HasTheThreadsOfTheLastTime) {
  wait(open()->put(thread, checkpoint_of("c1", "", 0, {0, 0}), {}));
  EXPECT_TRUE(wait(open()->get(thread, "c1")).has_value());
}

TEST_F(SqliteSaverFile, MadeByANewerProgramIsRefusedAndLeftAlone) {
  wait(open()->put(thread, checkpoint_of("c1", "", 0, {0, 0}), {}));
  execute("PRAGMA user_version = 99");
  EXPECT_EQ(refusal().code(), base::Code::kUnsupported);
  EXPECT_THAT(refusal().what(), testing::HasSubstr("newer Pharos"));
  execute("PRAGMA user_version = 2");
  EXPECT_TRUE(wait(open()->get(thread, "c1")).has_value());
}

TEST_F(SqliteSaverFile, ThatIsNoDatabaseIsRefused) {
  std::ofstream(file()) << std::string(5000, 'x');
  EXPECT_EQ(refusal().code(), base::Code::kUnsupported);
  EXPECT_THAT(refusal().what(), testing::HasSubstr("threads.db"));
}

TEST_F(SqliteSaverFile, InAFolderThatIsNotThereIsRefused) {
  try {
    const SqliteSaver saver(folder.path() / "none" / "threads.db", testing_support::disk());
    ADD_FAILURE() << "it was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("folder"));
  }
}

TEST_F(SqliteSaverFile, ATextThatCouldNotBeReadBackIsRefused) {
  const auto saver = open();
  std::vector<graph::ChannelValue> changed;
  changed.push_back({.channel = 0, .value = "\xff"});
  EXPECT_THROW(wait(saver->put(thread, checkpoint_of("c1", "", 0, {1, 0}), std::move(changed))), base::Error);
  EXPECT_FALSE(wait(saver->get(thread, "")).has_value());
}

TEST_F(SqliteSaverFile, AFailureBesideOthersTakesNothingOfThemWithIt) {
  const auto saver = open();
  graph::testing_support::Loop loop;
  const auto put = [&](std::string id, std::string parent) -> base::Task<int> {
    co_await saver->put(thread, checkpoint_of(std::move(id), std::move(parent), 0, {0, 0}), {});
    co_return 0;
  };
  const auto first = loop.start(put("c1", ""));
  const auto broken = loop.start(put("c3", "none"));
  const auto second = loop.start(put("c2", "c1"));
  loop.finish();
  EXPECT_NO_THROW(first->take());
  EXPECT_THROW(broken->take(), base::Error);
  EXPECT_NO_THROW(second->take());
  EXPECT_EQ(wait(saver->list(thread, {})).size(), 2U);
}

}  // namespace
}  // namespace pharos::storage
