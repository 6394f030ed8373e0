#include "platform/privacy/privacy_tables.h"

namespace pharos::embedded {
extern const std::string_view _0001_privacy_sql;
}  // namespace pharos::embedded

namespace pharos::privacy {

storage::RoomTables privacy_tables() {
  return {.room = "privacy", .migrations = {{1, "privacy", embedded::_0001_privacy_sql}}};
}

}  // namespace pharos::privacy
