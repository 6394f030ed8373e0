// What this room keeps in the database.
#pragma once

#include "platform/storage/room_migrations.h"

namespace pharos::memory {

storage::RoomTables memory_tables();

}  // namespace pharos::memory
