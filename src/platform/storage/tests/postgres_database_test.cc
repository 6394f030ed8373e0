// Tables in a server: whose rows are seen, and what the server may do to those who work.
#include "platform/storage/postgres/postgres_database.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/storage/postgres/connection.h"
#include "platform/storage/tests/support_tables.h"

namespace pharos::storage {
namespace {

using testing::HasSubstr;
using testing_support::kNorth;
using testing_support::kSouth;
using testing_support::note_tables;
using testing_support::PostgresServer;
using testing_support::read_one;
using testing_support::wait;
using testing_support::write_one;

constexpr const char* kAdd = "INSERT INTO notes (id, team_id, title) VALUES ($1, $2, $1)";

struct TablesOnAServer : testing::Test {
  std::unique_ptr<Database> open(const std::string& where) {
    return open_database({.url = where}, testing_support::disk(), clock);
  }
  void execute(const std::string& sql) const { postgres::Connection(url).execute(sql); }
  /// One note of each team.
  void fill() {
    database->apply(note_tables());
    write_one(*database, kNorth, kAdd, "n1", "north");
    write_one(*database, kSouth, kAdd, "s1", "south");
  }
  void end_all_sessions() const {
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()");
  }

  std::string url = PostgresServer::shared().make_database();
  base::SystemClock clock;
  std::unique_ptr<Database> database = open(url);
};

/// Each statement forgets to say whose notes it means.
TEST_F(TablesOnAServer, ShowATeamNothingOfAnotherThoughTheStatementForgetsToAsk) {
  fill();
  const Rows seen = read_one(*database, kNorth, "SELECT id FROM notes");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].text(0), "n1");
  EXPECT_TRUE(
      write_one(*database, kNorth, "UPDATE notes SET title = 'mine' WHERE id = 's1' RETURNING id").empty());
  EXPECT_EQ(write_one(*database, kNorth, "DELETE FROM notes RETURNING id").size(), 1U);
  EXPECT_THROW(write_one(*database, kNorth, kAdd, "n2", "south"), base::Error) << "nor puts anything there";
  EXPECT_EQ(read_one(*database, Scope::system(), "SELECT id FROM notes WHERE title = 's1'").size(), 1U);
}

TEST_F(TablesOnAServer, ShowNobodyNothing) {
  fill();
  EXPECT_TRUE(read_one(*database, Scope{}, "SELECT id FROM notes").empty());
  EXPECT_EQ(read_one(*database, Scope::system(), "SELECT id FROM notes").size(), 2U);
}

TEST_F(TablesOnAServer, ForgetWhoAskedBeforeOnTheSameConnection) {
  fill();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(read_one(*database, Scope::system(), "SELECT id FROM notes").size(), 2U);
    EXPECT_TRUE(read_one(*database, Scope{}, "SELECT id FROM notes").empty());
  }
}

/// A team's name is data, whatever is in it.
TEST_F(TablesOnAServer, TakeATeamByItsNameAndNothingElse) {
  fill();
  for (const std::string name :
       {"x', true), set_config('pharos.system', 'yes", "'; COMMIT; --", "\\'", "a\\"}) {
    const Scope scope{.team_id = name, .user_id = name};
    EXPECT_TRUE(read_one(*database, scope, "SELECT id FROM notes").empty()) << name;
    write_one(*database, scope, kAdd, "of " + name, name);
    EXPECT_EQ(read_one(*database, scope, "SELECT id FROM notes").size(), 1U) << name;
  }
  EXPECT_THROW(read_one(*database, Scope{.team_id = "\xff"}, "SELECT id FROM notes"), base::Error);
}

TEST_F(TablesOnAServer, AreNotThoseOfTheOneWhoWorks) {
  fill();
  EXPECT_EQ(read_one(*database, kNorth, "SELECT CAST(current_user AS text)").at(0).text(0), "pharos_app");
  EXPECT_THROW(write_one(*database, kNorth, "ALTER TABLE notes NO FORCE ROW LEVEL SECURITY"), base::Error);
  EXPECT_THROW(write_one(*database, kNorth, "DELETE FROM room_migrations"), base::Error);
}

/// Who may not make roles owns the tables and is under the same rule.
TEST_F(TablesOnAServer, OfAUserWhoMayNotMakeRolesAreKeptApartToo) {
  execute("DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  execute("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' OWNER TO plain'; END $$");
  execute("DROP SCHEMA pharos CASCADE");
  std::string plain_url = url;
  plain_url.replace(plain_url.find("user=pharos"), 11, "user=plain");
  database = open(plain_url);
  fill();
  EXPECT_EQ(read_one(*database, kNorth, "SELECT CAST(current_user AS text)").at(0).text(0), "plain");
  EXPECT_EQ(read_one(*database, kNorth, "SELECT id FROM notes").size(), 1U);
}

TEST_F(TablesOnAServer, ThatForgetToBeOwnedAreRefused) {
  const std::vector<RoomTables> rooms{
      {.room = "open", .migrations = {{1, "open", "CREATE TABLE open_notes (id text, team_id text)"}}}};
  try {
    database->apply(rooms);
    ADD_FAILURE() << "they were made";
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'--! owned open_notes'"));
  }
  EXPECT_EQ(database->pending(rooms).size(), 1U);
}

TEST_F(TablesOnAServer, OutliveConnectionsThatWereEnded) {
  fill();
  end_all_sessions();
  EXPECT_EQ(read_one(*database, kNorth, "SELECT id FROM notes").size(), 1U);
  end_all_sessions();
  EXPECT_NO_THROW(write_one(*database, kNorth, kAdd, "n2", "north"));
}

TEST_F(TablesOnAServer, AreWrittenOnceThoughTheConnectionBreaksInTheMiddle) {
  fill();
  const auto tries = std::make_shared<int>(0);
  wait(database->write(kNorth, [this, tries](Session& session) {
    session.run(kAdd, "n2", "north");
    if (++*tries == 1) end_all_sessions();
    session.run(kAdd, "n3", "north");
  }));
  EXPECT_EQ(*tries, 2);
  EXPECT_EQ(read_one(*database, kNorth, "SELECT id FROM notes").size(), 3U);
}

TEST_F(TablesOnAServer, AreReachedAgainAfterARestart) {
  fill();
  PostgresServer::shared().crash();
  PostgresServer::shared().start();
  EXPECT_EQ(read_one(*database, kNorth, "SELECT id FROM notes").size(), 1U);
}

TEST_F(TablesOnAServer, SayWhenTheServerHasBeenAwayForTooLong) {
  fill();
  const auto impatient =
      open_database({.url = url, .patience = std::chrono::milliseconds(100)}, testing_support::disk(), clock);
  PostgresServer::shared().stop();
  try {
    read_one(*impatient, kNorth, "SELECT id FROM notes");
    ADD_FAILURE() << "somebody answered";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("is it running?"));
  }
  PostgresServer::shared().start();
}

TEST_F(TablesOnAServer, AreNotWaitedForBeyondTheDeadline) {
  fill();
  postgres::Connection holder(url);
  holder.execute("BEGIN; UPDATE pharos.notes SET pages = 1");
  const WriteOptions soon{.deadline = base::Deadline::in(clock, std::chrono::milliseconds(100))};
  try {
    wait(database->write(kNorth, [](Session& session) { session.run("UPDATE notes SET pages = 2"); }, soon));
    ADD_FAILURE() << "it got through the lock";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
  }
}

/// A queue's workers take turns on one row without having to come back.
TEST_F(TablesOnAServer, LetCommittedWritesWaitForEachOther) {
  fill();
  const auto tries = std::make_shared<std::atomic<int>>(0);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([this, tries] {
        for (int time = 0; time < 10; ++time) {
          wait(database->write(kNorth,
                               [tries](Session& session) {
                                 ++*tries;
                                 session.run(
                                     "UPDATE notes SET pages = coalesce(pages, 0) + 1 WHERE id = 'n1'");
                               },
                               {.isolation = Isolation::kCommitted}));
        }
      });
    }
  }
  EXPECT_EQ(*tries, 40);
  EXPECT_EQ(read_one(*database, kNorth, "SELECT pages FROM notes").at(0).number(0), 40);
}

}  // namespace
}  // namespace pharos::storage
