#include "platform/runs/run_tables.h"

namespace pharos::embedded {
extern const std::string_view _0001_runs_sql;
extern const std::string_view _0002_fewer_indexes_sql;
}  // namespace pharos::embedded

namespace pharos::runs {

storage::RoomTables run_tables() {
  return {.room = "runs",
          .migrations = {{1, "runs", embedded::_0001_runs_sql},
                         {2, "fewer indexes", embedded::_0002_fewer_indexes_sql}}};
}

}  // namespace pharos::runs
