// The rooms' tables in a PostgreSQL database: made by the URL's user, used by a role that owns none of them.
#pragma once

#include <span>
#include <vector>

#include "platform/storage/postgres/connection.h"
#include "platform/storage/room_migrations.h"

namespace pharos::storage::postgres {

/// Makes the schema and the role that works, where they are missing.
void prepare_rooms(Connection& owner);
std::vector<PendingMigration> pending_rooms(Connection& owner, std::span<const RoomTables> rooms);
void apply_rooms(Connection& owner, std::span<const RoomTables> rooms);

/// Makes a new connection one that works: the schema, the role. Throws base::Error (kUnsupported) when
/// row-level security would not hold for it.
void become_worker(Connection& connection);

}  // namespace pharos::storage::postgres
