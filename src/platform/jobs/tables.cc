#include "platform/jobs/tables.h"

namespace pharos::embedded {
extern const std::string_view _0001_jobs_sql;
extern const std::string_view _0002_crons_sql;
extern const std::string_view _0003_webhooks_sql;
extern const std::string_view _0004_cron_time_zones_sql;
}  // namespace pharos::embedded

namespace pharos::jobs {

storage::RoomTables job_tables() {
  return {.room = "jobs",
          .migrations = {{1, "jobs", embedded::_0001_jobs_sql},
                         {2, "crons", embedded::_0002_crons_sql},
                         {3, "webhooks", embedded::_0003_webhooks_sql},
                         {4, "cron time zones", embedded::_0004_cron_time_zones_sql}}};
}

}  // namespace pharos::jobs
