#include "platform/flags/flag_tables.h"

namespace pharos::embedded {
extern const std::string_view _0001_flags_sql;
}  // namespace pharos::embedded

namespace pharos::flags {

storage::RoomTables flag_tables() {
  return {.room = "flags", .migrations = {{1, "flags", embedded::_0001_flags_sql}}};
}

}  // namespace pharos::flags
