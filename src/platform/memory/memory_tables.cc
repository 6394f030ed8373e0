#include "platform/memory/memory_tables.h"

namespace pharos::embedded {
extern const std::string_view _0001_memories_postgres_sql;
extern const std::string_view _0001_memories_sqlite_sql;
}  // namespace pharos::embedded

namespace pharos::memory {

storage::RoomTables memory_tables() {
  return {.room = "memory",
          .migrations = {
              {1, "memories", embedded::_0001_memories_sqlite_sql, embedded::_0001_memories_postgres_sql}}};
}

}  // namespace pharos::memory
