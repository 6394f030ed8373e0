// What this room keeps in the database.
#pragma once

#include "platform/storage/room_migrations.h"

namespace pharos::security {

storage::RoomTables security_tables();

}  // namespace pharos::security
