// The tables of each room, brought to the newest form: every room counts its own steps.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::storage {

/// One file of a room's migrations/: `NNNN_name.sql`, or `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql`
/// where they cannot be the same. Never changed once it is out.
///
/// Common forms: ids `text`, times `bigint` (microseconds since 1970), bytes `bytea`, truths `boolean`; say
/// `NOT NULL` of primary keys too. A line
///
///     --! owned notes
///
/// after a table with a column `team_id` keeps its rows for their team: PostgreSQL then shows and takes only
/// rows of the team that asks.
struct RoomMigration {
  RoomMigration(int the_number, std::string_view the_name, std::string_view both)
      : RoomMigration(the_number, the_name, both, both) {}
  RoomMigration(int the_number, std::string_view the_name, std::string_view for_sqlite,
                std::string_view for_postgres)
      : number(the_number), name(the_name), sqlite(for_sqlite), postgres(for_postgres) {}

  int number;  ///< from 1, without gaps
  std::string_view name;
  std::string_view sqlite;
  std::string_view postgres;
};

/// What a room keeps in a database. File names must differ between rooms: they are compiled in under them.
struct RoomTables {
  std::string_view room;
  std::vector<RoomMigration> migrations;
};

/// A step that a database does not have yet.
struct PendingMigration {
  std::string_view room;
  RoomMigration migration;
};

/// How far each room has come.
struct RoomForm {
  std::string room;
  int number = 0;
};

/// In the order in which they are to be carried out: room by room as they are given. Throws base::Error:
/// kUnsupported when the database is newer than this program, kInternal when numbers have gaps.
std::vector<PendingMigration> pending_migrations(std::span<const RoomTables> rooms,
                                                 std::span<const RoomForm> forms, std::string_view database);

/// The tables that a migration's text keeps for their teams. Throws base::Error (kInternal) when a line that
/// begins with `--!` says something else.
std::vector<std::string> owned_tables(std::string_view sql);

}  // namespace pharos::storage
