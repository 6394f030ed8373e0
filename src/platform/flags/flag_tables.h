// What this room keeps in the database.
#pragma once

#include "platform/storage/room_migrations.h"

namespace pharos::flags {

storage::RoomTables flag_tables();

}  // namespace pharos::flags
