// Every table of the server, room by room.
#pragma once

#include <array>

#include "platform/privacy/inventory.h"
#include "platform/storage/room_migrations.h"

namespace pharos::server {

/// In the order in which they are made.
std::array<storage::RoomTables, 8> all_tables();

/// What becomes of what those tables, and other places, keep of people: personal_data.json.
const privacy::Inventory& personal_data();

}  // namespace pharos::server
