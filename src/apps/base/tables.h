// What this room keeps in the database.
#pragma once

#include "platform/storage/room_migrations.h"

namespace pharos::base_api {

storage::RoomTables tables();

}  // namespace pharos::base_api
