// What this room keeps in the database.
#pragma once

#include "platform/storage/room_migrations.h"

namespace pharos::runs {

storage::RoomTables run_tables();

}  // namespace pharos::runs
