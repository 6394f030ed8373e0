// Tables in SQLite on a disk that loses its power or has no room left.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/storage/tests/support_bad_vfs.h"
#include "platform/storage/tests/support_tables.h"

namespace pharos::storage {
namespace {

using testing_support::BadVfs;
using testing_support::kNorth;
using testing_support::note_tables;
using testing_support::read_one;
using testing_support::wait;

struct TablesOnABadDisk : testing::Test {
  std::unique_ptr<Database> open() {
    pool.emplace("disk", 2);
    return open_database({.url = "sqlite:" + (folder->path() / "tables.db").string()}, *pool, clock);
  }

  /// Its threads are done with it then, too.
  void close(std::unique_ptr<Database>& database) {
    database.reset();
    pool.reset();
  }

  /// Writes pairs of notes until that fails; how many pairs were said to be kept.
  static int write_until_it_fails(Database& database, int most) {
    for (int pair = 0; pair < most; ++pair) {
      auto work = [pair](Session& session) {
        for (const char* half : {"a", "b"}) {
          session.run("INSERT INTO notes (id, team_id, title, drawing) VALUES ($1, 'north', $1, $2)",
                      std::to_string(pair) + half, Bytes(std::string(3000, 'x')));
        }
      };
      try {
        wait(database.write(kNorth, work));
      } catch (const base::Error& error) {
        EXPECT_EQ(error.code(), base::Code::kUnavailable) << error.what();
        return pair;
      }
    }
    return most;
  }

  static std::int64_t number_of(Database& database, const std::string& sql) {
    return read_one(database, kNorth, sql).at(0).number(0);
  }

  /// Every pair that was said to be kept is there, and no half of another.
  static void expect_whole(Database& database, int kept) {
    for (int pair = 0; pair < kept; ++pair) {
      ASSERT_EQ(
          number_of(database, fmt::format("SELECT count(*) FROM notes WHERE id IN ('{0}a', '{0}b')", pair)),
          2)
          << "pair " << pair << " of " << kept;
    }
    const std::int64_t notes = number_of(database, "SELECT count(*) FROM notes");
    EXPECT_EQ(notes % 2, 0);
    EXPECT_LE(notes, 2 * (kept + 1));
  }

  BadVfs vfs;
  base::SystemClock clock;
  std::optional<testing_support::Folder> folder;
  std::optional<base::Pool> pool;
};

TEST_F(TablesOnABadDisk, KeepWhatTheySaidTheyKeptThroughALossOfPower) {
  int interrupted = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    folder.emplace();
    auto database = open();
    database->apply(note_tables());
    vfs.lose_power_after(static_cast<int>(random() % 150));
    const int kept = write_until_it_fails(*database, 40);
    interrupted += kept < 40 ? 1 : 0;
    vfs.lose_power_after(0);
    close(database);
    vfs.come_back(random);
    database = open();
    database->apply(note_tables());
    expect_whole(*database, kept);
    EXPECT_EQ(write_until_it_fails(*database, 0), 0);
    close(database);
  }
  EXPECT_GT(interrupted, 20) << "the power went too late to matter";
}

TEST_F(TablesOnABadDisk, SayThatItIsFullAndGoOnWhenItIsNotAnyMore) {
  for (int changes = 0; changes < 60; changes += 3) {
    SCOPED_TRACE(changes);
    folder.emplace();
    auto database = open();
    database->apply(note_tables());
    vfs.be_full_after(changes);
    const int kept = write_until_it_fails(*database, 40);
    EXPECT_LT(kept, 40);
    expect_whole(*database, kept);
    vfs.be_emptied();
    wait(database->write(kNorth, [](Session& session) {
      session.run("INSERT INTO notes (id, team_id, title) VALUES ('after', 'north', 'after')");
    }));
    EXPECT_EQ(number_of(*database, "SELECT count(*) FROM notes WHERE id = 'after'"), 1);
    close(database);
  }
}

}  // namespace
}  // namespace pharos::storage
