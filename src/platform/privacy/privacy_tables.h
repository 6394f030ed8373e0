// What this room keeps in the database.
#pragma once

#include "platform/storage/room_migrations.h"

namespace pharos::privacy {

storage::RoomTables privacy_tables();

}  // namespace pharos::privacy
