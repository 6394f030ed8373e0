#include "platform/jobs/tables.h"

namespace pharos::embedded {
extern const std::string_view _0001_jobs_sql;
}  // namespace pharos::embedded

namespace pharos::jobs {

storage::RoomTables job_tables() {
  return {.room = "jobs", .migrations = {{1, "jobs", embedded::_0001_jobs_sql}}};
}

}  // namespace pharos::jobs
