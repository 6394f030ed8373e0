// What PostgreSQL's plans say about tables that are read from end to end.
#pragma once

#include <string>
#include <string_view>

#include "platform/storage/postgres/connection.h"

namespace pharos::storage::postgres {

/// In words; empty when there is none. A plan for any values, by a planner that reads a whole table only when
/// it has no index to use. Needs a transaction, whose planner is left like that.
std::string whole_table_scans(Connection& connection, std::string_view sql);

}  // namespace pharos::storage::postgres
