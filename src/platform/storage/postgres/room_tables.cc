#include "platform/storage/postgres/room_tables.h"

#include <fmt/format.h>

namespace pharos::storage::postgres {
namespace {

/// One program at a time; the same lock as for the tables of threads, whose schema this is too.
constexpr const char* kBegin =
    "BEGIN; SELECT pg_advisory_xact_lock(7205759403792793); SET LOCAL search_path = pharos";

/// Roles belong to the whole server, where somebody else may make this one now.
constexpr const char* kPrepare = R"(
  CREATE SCHEMA IF NOT EXISTS pharos;
  CREATE TABLE IF NOT EXISTS room_migrations (room text NOT NULL, number bigint NOT NULL, name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (room, number));
  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pharos_app') THEN CREATE ROLE pharos_app NOLOGIN; END IF;
  EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
  END $$;
  DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'pharos_app', 'MEMBER') THEN
      EXECUTE format('GRANT pharos_app TO %I', current_user);
    END IF;
    GRANT USAGE ON SCHEMA pharos TO pharos_app;
  EXCEPTION WHEN insufficient_privilege OR undefined_object THEN NULL;
  END $$)";

/// What is made between these two is for the role that works.
constexpr const char* kBeginGrants = R"(DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pharos_app') THEN
    ALTER DEFAULT PRIVILEGES IN SCHEMA pharos GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO pharos_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA pharos GRANT USAGE ON SEQUENCES TO pharos_app;
  END IF; END $$)";
constexpr const char* kEndGrants = R"(DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pharos_app') THEN
    ALTER DEFAULT PRIVILEGES IN SCHEMA pharos REVOKE ALL ON TABLES FROM pharos_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA pharos REVOKE ALL ON SEQUENCES FROM pharos_app;
  END IF; END $$)";

constexpr const char* kUnowned =
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relnamespace = 'pharos'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'team_id'"
    " AND NOT a.attisdropped AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";

/// The settings are asked for once a statement, not once a row.
constexpr const char* kOwn =
    "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY; ALTER TABLE {0} FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY team ON {0} USING (team_id = (SELECT NULLIF(current_setting('pharos.team', true), ''))"
    " OR (SELECT current_setting('pharos.system', true) = 'yes'))";

std::vector<RoomForm> forms_of(Connection& owner) {
  std::vector<RoomForm> forms;
  for (const Row& row : owner.execute("SELECT room, max(number) FROM pharos.room_migrations GROUP BY room")) {
    forms.push_back({.room = *row.at(0), .number = std::stoi(*row.at(1))});
  }
  return forms;
}

void apply_one(Connection& owner, const PendingMigration& pending) {
  const auto& [room, migration] = pending;
  owner.execute(std::string(migration.postgres));
  for (const std::string& table : owned_tables(migration.postgres)) {
    owner.execute(fmt::format(fmt::runtime(kOwn), table));
  }
  owner.execute(fmt::format("INSERT INTO pharos.room_migrations (room, number, name) VALUES ('{}', {}, '{}')",
                            room, migration.number, migration.name));
}

void check_all_owned(Connection& owner) {
  const Rows rows = owner.execute(kUnowned);
  if (rows.empty()) return;
  throw base::Error(base::Code::kInternal,
                    fmt::format("the table '{0}' has a team_id and shows every team's rows: write "
                                "'--! owned {0}' below it in its migration",
                                *rows.front().at(0)));
}

}  // namespace

void prepare_rooms(Connection& owner) {
  owner.execute(kBegin);
  owner.execute(kPrepare);
  owner.execute("COMMIT");
}

std::vector<PendingMigration> pending_rooms(Connection& owner, std::span<const RoomTables> rooms) {
  return pending_migrations(rooms, forms_of(owner), "the PostgreSQL database");
}

void apply_rooms(Connection& owner, std::span<const RoomTables> rooms) {
  owner.execute(kBegin);
  owner.execute(kBeginGrants);
  for (const PendingMigration& pending : pending_rooms(owner, rooms)) apply_one(owner, pending);
  check_all_owned(owner);
  owner.execute(kEndGrants);
  owner.execute("COMMIT");
}

void become_worker(Connection& connection) {
  connection.execute(
      "SET search_path = pharos; SET idle_in_transaction_session_timeout = '60s';"
      "SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = 'pharos_app'"
      " AND pg_has_role(current_user, oid, 'MEMBER')");
  const Rows rows = connection.execute(
      "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)");
  if (rows.empty()) return;
  throw base::Error(base::Code::kUnsupported,
                    fmt::format("the PostgreSQL user '{}' passes over row-level security: name another in "
                                "DATABASE_URL, or let it make the role 'pharos_app'",
                                *rows.front().at(0)));
}

}  // namespace pharos::storage::postgres
