#include "apps/base/cron_routes.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/base/audit_note.h"
#include "platform/http/problem.h"

namespace pharos::base_api {

using base::Code;
using security::Permission;

CronRoutes::CronRoutes(http::Routes& table, jobs::Crons& crons, security::AuditLog& audit,
                       std::vector<std::string> kinds)
    : crons_(crons), audit_(audit), kinds_(std::move(kinds)) {
  auto routes = table.of(*this, "/api/v1");
  const auto scheduling = [](http::Route& route) -> http::Route& {
    return route.needs(Permission::kJobsManage).tag("crons");
  };
  scheduling(routes.post("/crons", &CronRoutes::put).summary("Have a job done again and again").status(201))
      .raises(Code::kConflict);
  scheduling(routes.get("/crons", &CronRoutes::list).summary("List crons"));
  scheduling(routes.patch("/crons/{id}", &CronRoutes::change).summary("Pause a cron, or let it go on"))
      .raises(Code::kNotFound);
  scheduling(routes.remove("/crons/{id}", &CronRoutes::remove).summary("Delete a cron"))
      .raises(Code::kNotFound);
}

base::Task<jobs::Cron> CronRoutes::put(security::Caller caller, WantedCron wanted) {
  if (std::ranges::find(kinds_, wanted.kind.value) == kinds_.end()) {
    throw http::InputError(
        {{.place = "body.kind", .message = fmt::format("must be one of: {}", fmt::join(kinds_, ", "))}});
  }
  jobs::Cron cron = co_await crons_.put(caller.scope(), {.name = wanted.name,
                                                         .expression = wanted.expression,
                                                         .kind = wanted.kind,
                                                         .input = std::move(wanted.input),
                                                         .timezone = http::value_of(wanted.timezone)});
  co_await note_done(audit_, caller, "cron_set", cron.id);
  co_return cron;
}

base::Task<CronList> CronRoutes::list(security::Caller caller) {
  co_return CronList{.data = co_await crons_.list(caller.scope())};
}

base::Task<jobs::Cron> CronRoutes::change(security::Caller caller, http::Path<http::IdKey> key,
                                          CronChange change) {
  jobs::Cron cron = co_await crons_.set_active(caller.scope(), key.id, change.is_active);
  co_await note_done(audit_, caller, change.is_active ? "cron_resumed" : "cron_paused", cron.id);
  co_return cron;
}

base::Task<void> CronRoutes::remove(security::Caller caller, http::Path<http::IdKey> key) {
  co_await crons_.remove(caller.scope(), key.id);
  co_await note_done(audit_, caller, "cron_deleted", key.id);
}

}  // namespace pharos::base_api
