// A small room's tables, in both databases.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/storage/database.h"
#include "platform/storage/tests/support.h"
#include "platform/storage/tests/support_postgres.h"

namespace pharos::storage::testing_support {

/// What teams write down, and where they keep it.
inline const std::vector<RoomTables>& note_tables() {
  static const std::vector<RoomTables> tables{
      {.room = "notes",
       .migrations = {{1, "notes",
                       "CREATE TABLE shelves (id text PRIMARY KEY NOT NULL, label text NOT NULL);\n"
                       "CREATE TABLE notes (id text PRIMARY KEY NOT NULL, team_id text NOT NULL,"
                       " shelf_id text REFERENCES shelves (id), title text NOT NULL, pages bigint,"
                       " weight double precision, is_open boolean, drawing bytea, UNIQUE (team_id, title));\n"
                       "--! owned notes\n"}}}};
  return tables;
}

struct SqliteTables {
  static std::string make_url(const Folder& folder) {
    return "sqlite:" + (folder.path() / "tables.db").string();
  }
};
struct PostgresTables {
  static std::string make_url(const Folder&) { return PostgresServer::shared().make_database(); }
};

/// One statement in a transaction of its own.
template <class... Values>
Rows write_one(Database& database, const Scope& scope, std::string sql, Values... values) {
  return wait(database.write(
      scope, [sql = std::move(sql), values...](Session& session) { return session.run(sql, values...); }));
}
template <class... Values>
Rows read_one(Database& database, const Scope& scope, std::string sql, Values... values) {
  return wait(database.read(
      scope, [sql = std::move(sql), values...](Session& session) { return session.run(sql, values...); }));
}

inline const Scope kNorth{.team_id = "north", .user_id = "nora"};
inline const Scope kSouth{.team_id = "south", .user_id = "sam"};

}  // namespace pharos::storage::testing_support
