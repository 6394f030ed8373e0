// What tables promise in either database.
#include "platform/storage/database.h"

#include <thread>

#include <boost/describe.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/tests/support.h"
#include "platform/storage/row_structs.h"
#include "platform/storage/tests/support_tables.h"

namespace pharos::storage {
namespace {

struct Note {
  std::string id;
  std::optional<std::string> shelf_id;
  int pages = 0;
  std::optional<double> weight;
  bool is_open = false;
  Bytes drawing;
};
BOOST_DESCRIBE_STRUCT(Note, (), (id, shelf_id, pages, weight, is_open, drawing))

using base::testing_support::code_of;
using testing::HasSubstr;
using testing_support::kNorth;
using testing_support::note_tables;
using testing_support::read_one;
using testing_support::wait;
using testing_support::write_one;

template <class Kind>
struct Tables : testing::Test {
  std::unique_ptr<Database> open(DatabaseSettings settings = {}) {
    settings.url = url;
    return open_database(std::move(settings), testing_support::disk(), clock);
  }
  std::int64_t count(const std::string& rows) {
    return read_one(*database, Scope::system(), "SELECT count(*) FROM " + rows).at(0).number(0);
  }
  /// What is said when `sql` fails, and the kind of failure.
  template <class... Values>
  std::string failure(base::Code code, const std::string& sql, Values... values) {
    try {
      write_one(*database, kNorth, sql, values...);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "it succeeded";
  }
  void add(const std::string& id, const std::string& title) {
    write_one(*database, kNorth, "INSERT INTO notes (id, team_id, title) VALUES ($1, 'north', $2)", id,
              title);
  }

  testing_support::Folder folder;
  std::string url = Kind::make_url(folder);
  base::SystemClock clock;
  std::unique_ptr<Database> database = [this] {
    auto opened = open();
    opened->apply(note_tables());
    return opened;
  }();
};

using Databases = testing::Types<testing_support::SqliteTables, testing_support::PostgresTables>;
TYPED_TEST_SUITE(Tables, Databases);

TYPED_TEST(Tables, GiveBackWhatWasPutIn) {
  const Bytes drawing{std::string("\0\xff\x80'", 4)};
  write_one(*this->database, kNorth,
            "INSERT INTO notes (team_id, id, title, pages, weight, is_open, drawing)"
            " VALUES ($2, $1, $3, $4, $5, $6, $7)",
            "n1", "north", "It's \\ \"naïve\" $1 🌊", std::int64_t{1} << 62, 0.1, true, drawing);
  const Row row = read_one(*this->database, kNorth, "SELECT * FROM notes WHERE id = $1", "n1").at(0);
  EXPECT_EQ(row.text("title"), "It's \\ \"naïve\" $1 🌊");
  EXPECT_EQ(row.number("pages"), std::int64_t{1} << 62);
  EXPECT_EQ(row.real("weight"), 0.1);
  EXPECT_TRUE(row.truth("is_open"));
  EXPECT_EQ(row.bytes("drawing"), drawing.content);
  EXPECT_EQ(row.text(0), "n1");
  EXPECT_TRUE(row.is_null("shelf_id"));
  EXPECT_EQ(row.optional_text("shelf_id"), std::nullopt);
}

TYPED_TEST(Tables, HaveRowsThatAreStructs) {
  write_one(*this->database, kNorth,
            "INSERT INTO notes (id, team_id, title, pages, weight, is_open, drawing)"
            " VALUES ('n1', 'north', 'One', 7, 0.5, $1, $2)",
            true, Bytes{"ink"});
  const auto notes = read_rows<Note>(read_one(*this->database, kNorth, "SELECT * FROM notes"));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].id, "n1");
  EXPECT_EQ(notes[0].shelf_id, std::nullopt);
  EXPECT_EQ(notes[0].pages, 7);
  EXPECT_EQ(notes[0].weight, 0.5);
  EXPECT_TRUE(notes[0].is_open);
  EXPECT_EQ(notes[0].drawing.content, "ink");
}

TYPED_TEST(Tables, KeepNothingApartFromAnEmptyText) {
  const std::optional<std::int64_t> nothing;
  write_one(*this->database, kNorth,
            "INSERT INTO notes (id, team_id, title, pages, weight, drawing) VALUES ($1, $2, $3, $4, $5, $6)",
            "n1", "north", "", nothing, nullptr, Bytes{});
  const Row row = read_one(*this->database, kNorth, "SELECT title, pages, weight, drawing FROM notes").at(0);
  EXPECT_EQ(row.optional_text(0), "");
  EXPECT_EQ(row.optional_number(1), std::nullopt);
  EXPECT_EQ(row.optional_real(2), std::nullopt);
  EXPECT_EQ(row.optional_bytes(3), "");
}

TYPED_TEST(Tables, SumWholeNumbersToAWholeNumber) {
  for (const char* id : {"a", "b"}) {
    write_one(*this->database, kNorth,
              "INSERT INTO notes (id, team_id, title, pages, weight) VALUES ($1, 'north', $1, 3, 2)", id);
  }
  const Row row =
      read_one(*this->database, kNorth, "SELECT sum(pages), avg(pages), sum(weight) FROM notes").at(0);
  EXPECT_EQ(row.number(0), 6);
  EXPECT_EQ(row.real(1), 3);
  EXPECT_EQ(row.real(2), 4);
}

TYPED_TEST(Tables, SayWhichColumnIsReadWrongly) {
  this->add("n1", "One");
  const Row row = read_one(*this->database, kNorth, "SELECT id, title FROM notes").at(0);
  const auto said = [&row](const Column& column) -> std::string {
    try {
      row.number(column);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_EQ(said("title"), "the column 'title' is read as a number and holds a text");
  EXPECT_EQ(said("name"), "a row has no column 'name': it has id, title");
  EXPECT_EQ(said(2), "a row has no column 2: it has id, title");
}

TYPED_TEST(Tables, TellWhatAStatementHasChanged) {
  this->add("n1", "One");
  this->add("n2", "Two");
  const auto work = [](Session& session) {
    std::vector<std::size_t> changed;
    const auto note = [&] { changed.push_back(session.changed()); };
    session.run("SELECT id FROM notes");
    note();
    session.run("UPDATE notes SET pages = 1 WHERE id <> 'none' RETURNING id");
    note();
    session.run(
        "INSERT INTO notes (id, team_id, title) VALUES ('n1', 'north', 'x') ON CONFLICT (id) DO NOTHING");
    note();
    session.run("DELETE FROM notes WHERE id = $1", "n1");
    note();
    return changed;
  };
  EXPECT_THAT(wait(this->database->write(kNorth, work)), testing::ElementsAre(0, 2, 0, 1));
}

/// The example of README.md.
TYPED_TEST(Tables, AreUsedAsThePageSays) {
  this->add("n1", "One");
  const std::string id = "n1";
  const std::string title = "Two";
  const auto rename = [id, title](Session& session) {
    session.run("UPDATE notes SET title = $1 WHERE id = $2 AND team_id = $3", title, id,
                session.scope().team_id);
    return session.changed() == 1;
  };
  EXPECT_TRUE(wait(this->database->write(kNorth, rename)));
  EXPECT_FALSE(wait(this->database->write(testing_support::kSouth, rename)));
  EXPECT_EQ(this->count("notes WHERE title = 'Two'"), 1);
}

TYPED_TEST(Tables, GiveTheResultOfTheWorkAndKeepWhatItWrote) {
  const auto work = [](Session& session) {
    return session.find("INSERT INTO shelves (id, label) VALUES ($1, $2) RETURNING label", "s1", "top")
        ->text(0);
  };
  EXPECT_EQ(wait(this->database->write(kNorth, work)), "top");
  EXPECT_EQ(read_one(*this->open(), kNorth, "SELECT label FROM shelves").at(0).text(0), "top");
}

TYPED_TEST(Tables, UndoAWorkThatThrows) {
  const auto work = [](Session& session) {
    session.run("INSERT INTO shelves (id, label) VALUES ('s1', 'top')");
    throw base::Error(base::Code::kNotFound, "no such cat");
  };
  EXPECT_THROW(wait(this->database->write(kNorth, work)), base::Error);
  EXPECT_EQ(this->count("shelves"), 0);
}

TYPED_TEST(Tables, UndoAWorkThatHidesAFailure) {
  const auto work = [](Session& session) {
    session.run("INSERT INTO shelves (id, label) VALUES ('s1', 'top')");
    EXPECT_THROW(session.run("INSERT INTO shelves (id, label) VALUES ('s1', 'again')"), base::Error);
    EXPECT_THROW(session.run("SELECT 1"), base::Error) << "there is no going on";
  };
  try {
    wait(this->database->write(kNorth, work));
    ADD_FAILURE() << "it was committed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kConflict);
  }
  EXPECT_EQ(this->count("shelves"), 0);
}

TYPED_TEST(Tables, CarryOutLaterWhatTheNextStatementSees) {
  const auto work = [](Session& session) {
    session.run_later("INSERT INTO shelves (id, label) VALUES ($1, $2)", "s1", "top");
    session.run_later("INSERT INTO shelves (id, label) VALUES ($1, $2)", "s2", "low");
    const auto seen = session.run("SELECT count(*) FROM shelves").front().number(0);
    session.run_later("DELETE FROM shelves WHERE id = $1", "s1");
    return seen;
  };
  EXPECT_EQ(wait(this->database->write(kNorth, work)), 2);
  EXPECT_EQ(this->count("shelves"), 1) << "the last one went with the end";
}

TYPED_TEST(Tables, FailWithWhatWasToBeCarriedOutLater) {
  const auto twice = [](Session& session) {
    session.run_later("INSERT INTO shelves (id, label) VALUES ('s1', 'top')");
    session.run_later("INSERT INTO shelves (id, label) VALUES ('s1', 'again')");
  };
  const auto then_more = [twice](Session& session) {
    twice(session);
    session.run("SELECT 1");
  };
  const auto then_thrown = [twice](Session& session) {
    twice(session);
    throw base::Error(base::Code::kConflict, "enough");
  };
  for (int again = 0; again < 3; ++again) {  // on connections that are used again
    EXPECT_EQ(code_of([&] { wait(this->database->write(kNorth, twice)); }), base::Code::kConflict);
    EXPECT_EQ(code_of([&] { wait(this->database->write(kNorth, then_more)); }), base::Code::kConflict);
    EXPECT_EQ(code_of([&] { wait(this->database->write(kNorth, then_thrown)); }), base::Code::kConflict);
    EXPECT_EQ(this->count("shelves"), 0);
  }
}

/// Each answer is of the state in which its statement was carried out, whenever it is read.
TYPED_TEST(Tables, AnswerLaterWhatWasAskedBefore) {
  constexpr const char* kCount = "SELECT count(*) FROM shelves";
  const auto work = [&](Session& session) {
    Asked before = session.ask(kCount);
    Asked made = session.ask("INSERT INTO shelves (id, label) VALUES ($1, $2) RETURNING label", "s1", "top");
    Asked after = session.ask(kCount);
    Asked unread = session.ask(kCount);
    session.run("DELETE FROM shelves WHERE id = $1", "s1");
    Asked nothing = session.ask("SELECT * FROM shelves");
    EXPECT_FALSE(nothing.row());
    EXPECT_EQ(after.rows().at(0).number(0), 1);
    EXPECT_EQ(before.row().value().number(0), 0);
    return made.row().value().text("label");
  };
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(wait(this->database->write(kNorth, work)), "top");
  }
  EXPECT_EQ(wait(this->database->read(
                kNorth, [&](Session& session) { return session.ask(kCount).rows().at(0).number(0); })),
            0);
}

TYPED_TEST(Tables, FailWithWhatWasAsked) {
  const auto work = [](Session& session) {
    session.run_later("INSERT INTO shelves (id, label) VALUES ('s1', 'top')");
    Asked again = session.ask("INSERT INTO shelves (id, label) VALUES ('s1', 'again') RETURNING id");
    Asked more = session.ask("SELECT 1");
    return more.rows().size() + again.rows().size();
  };
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(code_of([&] { wait(this->database->write(kNorth, work)); }), base::Code::kConflict);
    EXPECT_EQ(this->count("shelves"), 0);
  }
}

TYPED_TEST(Tables, SayWhatIsThereAlready) {
  this->add("n1", "One");
  EXPECT_THAT(this->failure(base::Code::kConflict,
                            "INSERT INTO notes (id, team_id, title) VALUES ('n2', 'north', 'One')"),
              HasSubstr("there already"));
}

TYPED_TEST(Tables, SayWhatRefersToNothing) {
  EXPECT_THAT(
      this->failure(base::Code::kConflict,
                    "INSERT INTO notes (id, team_id, title, shelf_id) VALUES ('n', 'north', 't', 's')"),
      HasSubstr("refers to what is not there"));
}

TYPED_TEST(Tables, RefuseTextsThatAreNone) {
  const std::string sql = "INSERT INTO shelves (id, label) VALUES ('s', $1)";
  EXPECT_THAT(this->failure(base::Code::kInvalidInput, sql, std::string("a\0b", 3)), HasSubstr("UTF-8"));
  EXPECT_THAT(this->failure(base::Code::kInvalidInput, sql, std::string("\xff")), HasSubstr("UTF-8"));
  EXPECT_EQ(this->count("shelves"), 0);
}

TYPED_TEST(Tables, RefuseValuesThatTheStatementDoesNotHave) {
  this->failure(base::Code::kInternal, "INSERT INTO shelves (id, label) VALUES ($1, 'x')", "a", "b");
  this->failure(base::Code::kInternal, "INSERT INTO shelves (id, label) VALUES ($1, $2)", "a");
  this->failure(base::Code::kInternal, "INSERT INTO shelves (id, label) VALUES ($1, 'x')");
  EXPECT_EQ(this->count("shelves"), 0);
}

TYPED_TEST(Tables, RefuseTwoStatementsAtOnce) {
  const std::string insert = "INSERT INTO shelves (id, label) VALUES ('s', 'x')";
  EXPECT_THROW(write_one(*this->database, kNorth, insert + "; DELETE FROM notes"), base::Error);
  EXPECT_EQ(this->count("shelves"), 0);
  write_one(*this->database, kNorth, insert + " ; ");
  EXPECT_EQ(this->count("shelves"), 1);
}

TYPED_TEST(Tables, AreNotChangedByARead) {
  EXPECT_THROW(read_one(*this->database, kNorth, "INSERT INTO shelves (id, label) VALUES ('s', 'x')"),
               base::Error);
  EXPECT_EQ(this->count("shelves"), 0);
}

TYPED_TEST(Tables, AreReadInOneState) {
  const auto work = [this](Session& session) {
    const auto before = session.run("SELECT id FROM shelves").size();
    std::thread([this] {
      write_one(*this->database, kNorth, "INSERT INTO shelves (id, label) VALUES ('s', 'x')");
    }).join();
    return session.run("SELECT id FROM shelves").size() - before;
  };
  EXPECT_EQ(wait(this->database->read(kNorth, work)), 0U);
  EXPECT_EQ(this->count("shelves"), 1);
}

/// Each looks and then writes what it has seen plus one: nobody's step is lost.
TYPED_TEST(Tables, AreWrittenByManyAsIfOneAfterTheOther) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 10;
  this->add("n1", "One");
  write_one(*this->database, kNorth, "UPDATE notes SET pages = 0");
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      for (int time = 0; time < kTimes; ++time) {
        wait(this->database->write(kNorth, [](Session& session) {
          const std::int64_t pages = session.find("SELECT pages FROM notes WHERE id = 'n1'")->number(0);
          session.run("UPDATE notes SET pages = $1 WHERE id = 'n1'", pages + 1);
        }));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(this->count("notes WHERE pages = 40"), 1);
}

TYPED_TEST(Tables, TellOfSlowStatementsWithoutTheirValues) {
  std::vector<std::string> slow;
  const auto database =
      this->open({.slow_after = base::Duration::zero(),
                  .on_slow = [&](const SlowQuery& query) { slow.emplace_back(query.sql); }});
  read_one(*database, kNorth, "SELECT id FROM notes WHERE title = $1", "secret");
  EXPECT_THAT(slow, testing::ElementsAre("SELECT id FROM notes WHERE title = $1"));
}

TYPED_TEST(Tables, EndAStatementThatTakesTooLong) {
  const auto database = this->open({.statement_limit = std::chrono::milliseconds(50)});
  try {
    read_one(*database, kNorth,
             "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000000)"
             " SELECT count(*) FROM n");
    ADD_FAILURE() << "it ended by itself";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("longer than it may"));
  }
  EXPECT_EQ(this->count("shelves"), 0);
}

TYPED_TEST(Tables, AreNotChangedAfterTheDeadline) {
  const WriteOptions late{.deadline = base::Deadline(this->clock.now())};
  const auto add = [](Session& session) { session.run("INSERT INTO shelves (id, label) VALUES ('s', 'x')"); };
  try {
    wait(this->database->write(kNorth, add, late));
    ADD_FAILURE() << "it was carried out";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
  }
  EXPECT_EQ(this->count("shelves"), 0);
}

TYPED_TEST(Tables, KnowAStatementThatReadsAWholeTable) {
  const auto scans = [this](std::string sql) {
    return wait(this->database->read(
        kNorth, [sql = std::move(sql)](Session& session) { return session.whole_table_scans(sql); }));
  };
  EXPECT_EQ(scans("SELECT title FROM notes WHERE id = $1"), "");
  EXPECT_EQ(scans("SELECT id FROM notes WHERE team_id = $1 ORDER BY title LIMIT $2"), "");
  EXPECT_EQ(scans("UPDATE notes SET pages = $2 WHERE id = $1"), "");
  EXPECT_THAT(scans("SELECT id FROM notes WHERE pages = $1"), HasSubstr("notes"));
  EXPECT_THAT(scans("SELECT label FROM shelves"), HasSubstr("shelves"));
}

TYPED_TEST(Tables, HaveStepsThatAreCarriedOutOnce) {
  EXPECT_TRUE(this->database->pending(note_tables()).empty());
  std::vector<RoomTables> rooms = note_tables();
  rooms.at(0).migrations.emplace_back(2, "colours", "ALTER TABLE shelves ADD COLUMN colour text");
  rooms.push_back(
      {.room = "boats",
       .migrations = {{1, "boats", "CREATE TABLE boats (a bigint)", "CREATE TABLE boats (b bigint)"}}});
  ASSERT_EQ(this->database->pending(rooms).size(), 2U);
  EXPECT_EQ(this->database->pending(rooms).at(1).room, "boats");
  this->database->apply(rooms);
  this->database->apply(rooms);
  EXPECT_TRUE(this->database->pending(rooms).empty());
  const std::string column = this->database->engine() == Engine::kSqlite ? "a" : "b";
  EXPECT_EQ(this->count("boats WHERE " + column + " IS NULL"), 0);
}

TYPED_TEST(Tables, AreLeftAloneByAStepThatFails) {
  std::vector<RoomTables> rooms = note_tables();
  rooms.push_back(
      {.room = "boats",
       .migrations = {{1, "boats", "CREATE TABLE boats (a bigint)"}, {2, "bad", "DROP TABLE never_there"}}});
  EXPECT_THROW(this->database->apply(rooms), base::Error);
  EXPECT_EQ(this->database->pending(rooms).size(), 2U);
  rooms.at(1).migrations.pop_back();
  this->database->apply(rooms);
  EXPECT_EQ(this->count("boats"), 0);
}

TYPED_TEST(Tables, OfANewerProgramAreRefused) {
  std::vector<RoomTables> rooms = note_tables();
  rooms.at(0).migrations.clear();
  try {
    this->database->apply(rooms);
    ADD_FAILURE() << "they were taken";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnsupported);
    EXPECT_THAT(error.what(), HasSubstr("use the newer Pharos"));
  }
}

TYPED_TEST(Tables, WithAStepThatIsNotUnderstoodAreRefused) {
  std::vector<RoomTables> rooms{
      {.room = "boats", .migrations = {{1, "boats", "CREATE TABLE boats (a bigint);\n--! onwed boats"}}}};
  EXPECT_THROW(this->database->apply(rooms), base::Error);
  EXPECT_EQ(this->database->pending(rooms).size(), 1U);
}

TEST(DatabaseUrl, ThatIsNoneIsRefusedWithoutItsPassword) {
  base::SystemClock clock;
  try {
    open_database({.url = "mysql://ann:secret@host/db"}, testing_support::disk(), clock);
    ADD_FAILURE() << "it was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kInvalidInput);
    EXPECT_THAT(error.what(), HasSubstr("sqlite:PATH"));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace pharos::storage
