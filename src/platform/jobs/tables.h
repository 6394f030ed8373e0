// The tables of this room.
#pragma once

#include "platform/storage/room_migrations.h"

namespace pharos::jobs {

/// To be handed to storage::Database::apply().
storage::RoomTables job_tables();

}  // namespace pharos::jobs
