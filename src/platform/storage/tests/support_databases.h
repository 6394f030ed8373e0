// Both databases under the same words, so that what they promise alike is tested once.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <poll.h>

#include "platform/storage/postgres/postgres_saver.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "platform/storage/tests/support_postgres.h"

namespace pharos::storage::testing_support {

inline base::SystemClock& machine_clock() {
  static base::SystemClock clock;
  return clock;
}

/// A place is a file's name.
struct Sqlite {
  static std::string make_place(const Folder& folder) { return (folder.path() / "threads.db").string(); }
  static std::unique_ptr<graph::Saver> open(const std::string& place, base::Pool& disk) {
    return std::make_unique<SqliteSaver>(place, disk);
  }
  /// The number that a query gives.
  static std::int64_t count(const std::string& place, const std::string& query) {
    sqlite::Connection connection(place);
    sqlite::Statement& statement = connection.statement(query);
    statement.step();
    return statement.number(0);
  }
  static void execute(const std::string& place, const std::string& sql) {
    sqlite::Connection(place).execute(sql);
  }
  static std::uintmax_t bytes(const std::string& place) {
    std::uintmax_t sum = 0;
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(place).parent_path())) {
      sum += file.file_size();
    }
    return sum;
  }
  /// What another program opens the same database with.
  static std::string for_victim(const std::string& place) { return place; }
  /// Returns once nothing that a killed program has asked for is under way any more.
  static void let_settle(const std::string&) {}

  static constexpr const char* kName = "SQLite";
  static constexpr const char* kTables = "";
  static constexpr const char* kNumbers = "json_each(c.value_numbers) u WHERE u.value = v.number";
};

/// A place is a database's URL.
struct Postgres {
  static std::string make_place(const Folder&) { return PostgresServer::shared().make_database(); }
  static std::unique_ptr<graph::Saver> open(const std::string& place, base::Pool& disk) {
    return std::make_unique<PostgresSaver>(postgres::Settings{.url = place}, disk, machine_clock());
  }
  static std::int64_t count(const std::string& place, const std::string& query) {
    return std::stoll(*postgres::Connection(place).execute(query).at(0).at(0));
  }
  static void execute(const std::string& place, const std::string& sql) {
    postgres::Connection(place).execute(sql);
  }
  static std::uintmax_t bytes(const std::string& place) {
    return static_cast<std::uintmax_t>(
        count(place,
              "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n"
              " ON n.oid = c.relnamespace WHERE n.nspname = 'pharos' AND c.relkind = 'r'"));
  }
  static std::string for_victim(const std::string& place) { return place + " application_name=victim"; }
  /// The server finishes what it has begun before it notices that nobody listens.
  static void let_settle(const std::string& place) {
    postgres::Connection watcher(place);
    while (*watcher
                .execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim'"
                         " AND datname = current_database()")
                .at(0)
                .at(0) != "0") {
      poll(nullptr, 0, 1);  // the end of a session has no event to wait for
    }
  }

  static constexpr const char* kName = "PostgreSQL";
  static constexpr const char* kTables = "pharos.";
  static constexpr const char* kNumbers = "unnest(c.value_numbers) AS u (value) WHERE u.value = v.number";
};

inline constexpr std::array kTableNames{"lines", "shapes", "checkpoints", "channel_values", "records"};

template <class Database>
std::int64_t rows(const std::string& place, const std::string& table) {
  return Database::count(place, fmt::format("SELECT count(*) FROM {}{}", Database::kTables, table));
}

/// How many rows there are that nothing leads to, or that lead to nothing; which, in words, when there are
/// any.
template <class Database>
std::string orphans(const std::string& place) {
  std::string found;
  const auto look = [&](const char* what, const std::string& condition) {
    const std::string query = "SELECT count(*) FROM " + condition;
    const std::int64_t count =
        Database::count(place, fmt::format(fmt::runtime(query), fmt::arg("t", Database::kTables),
                                           fmt::arg("numbers", Database::kNumbers)));
    if (count != 0) found += fmt::format("{} {}; ", count, what);
  };
  look("values of no checkpoint",
       "{t}channel_values v WHERE NOT EXISTS (SELECT 1 FROM {t}checkpoints c, {numbers} AND c.line = v.line)"
       " AND NOT EXISTS (SELECT 1 FROM {t}channel_values w WHERE w.line = v.line AND w.onto = v.number)");
  look("deltas onto nothing",
       "{t}channel_values v WHERE v.onto IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {t}channel_values w"
       " WHERE w.line = v.line AND w.number = v.onto)");
  look("records of no checkpoint",
       "{t}records r WHERE NOT EXISTS (SELECT 1 FROM {t}checkpoints c WHERE c.line = r.line"
       " AND c.number = r.checkpoint)");
  look("shapes of no checkpoint",
       "{t}shapes s WHERE NOT EXISTS (SELECT 1 FROM {t}checkpoints c WHERE c.line = s.line"
       " AND c.shape = s.number)");
  look("checkpoints of no shape",
       "{t}checkpoints c WHERE NOT EXISTS (SELECT 1 FROM {t}shapes s WHERE s.line = c.line"
       " AND s.number = c.shape)");
  look("checkpoints of a parent that is gone",
       "{t}checkpoints c WHERE c.parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {t}checkpoints d"
       " WHERE d.line = c.line AND d.number = c.parent)");
  look("empty lines", "{t}lines l WHERE NOT EXISTS (SELECT 1 FROM {t}checkpoints c WHERE c.line = l.id)");
  for (const char* table : {"shapes", "checkpoints", "channel_values", "records"}) {
    look(table,
         fmt::format("{{t}}{} x WHERE NOT EXISTS (SELECT 1 FROM {{t}}lines l WHERE l.id = x.line)", table));
  }
  return found;
}

}  // namespace pharos::storage::testing_support
