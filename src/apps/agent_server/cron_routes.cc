#include "apps/agent_server/cron_routes.h"

#include "core/base/error.h"
#include "core/base/time_text.h"

namespace pharos::agent_server {

using base::Code;

namespace {

std::optional<base::WallTime> time_of(const std::optional<std::string>& said) {
  if (!said) return std::nullopt;
  const auto time = base::parse_iso8601(*said);
  if (!time) throw base::Error(Code::kInvalidInput, "end_time: must be a time such as 2030-01-31T12:00:00Z");
  return time;
}

runs::NewRunCron cron_of(const RunCronCreate& wanted, std::optional<std::string> thread_id) {
  runs::NewRunCron cron;
  cron.run = new_run_of(wanted, thread_id.has_value());
  cron.run.request.deletes_thread = !thread_id && wanted.on_run_completed != OnCompletion::kKeep;
  cron.thread_id = std::move(thread_id);
  cron.schedule = wanted.schedule.value;
  cron.timezone = wanted.timezone;
  cron.ends_at = time_of(wanted.end_time);
  cron.metadata = wanted.metadata.value;
  cron.enabled = wanted.enabled.value_or(true);
  return cron;
}

runs::RunCronQuery query_of(const RunCronSearch& search) {
  runs::RunCronQuery query;
  query.assistant_id = http::value_of(search.assistant_id);
  query.thread_id = http::value_of(search.thread_id);
  query.enabled = search.enabled;
  set_page(query, search);
  return query;
}

}  // namespace

RunCronRoutes::RunCronRoutes(http::Routes& table, runs::RunCrons& crons) : crons_(crons) {
  auto routes = table.of(*this);
  const auto route = [](http::Route& made) -> http::Route& { return made.tag("crons"); };
  route(routes.post("/runs/crons", &RunCronRoutes::create))
      .summary("Have a run made again and again")
      .raises(Code::kConflict)
      .raises(Code::kNotFound);
  route(routes.post("/threads/{thread_id}/runs/crons", &RunCronRoutes::create_on_thread))
      .summary("Have a run made on a thread again and again")
      .raises(Code::kConflict);
  route(routes.post("/runs/crons/search", &RunCronRoutes::search)).summary("Search crons of runs");
  route(routes.post("/runs/crons/count", &RunCronRoutes::count)).summary("Count crons of runs");
  route(routes.get("/runs/crons/{cron_id}", &RunCronRoutes::read)).summary("Read a cron of runs");
  route(routes.patch("/runs/crons/{cron_id}", &RunCronRoutes::change)).summary("Change a cron of runs");
  route(routes.remove("/runs/crons/{cron_id}", &RunCronRoutes::remove)).summary("Delete a cron of runs");
}

base::Task<runs::RunCron> RunCronRoutes::create(security::Caller caller, RunCronCreate wanted) {
  co_return co_await crons_.create(caller.scope(), cron_of(wanted, std::nullopt));
}

base::Task<runs::RunCron> RunCronRoutes::create_on_thread(security::Caller caller, http::Path<ThreadKey> key,
                                                          RunCronCreate wanted) {
  co_return co_await crons_.create(caller.scope(), cron_of(wanted, key.thread_id.value));
}

base::Task<FoundPage> RunCronRoutes::search(security::Caller caller, RunCronSearch search) {
  const runs::RunCronQuery query = query_of(search);
  std::vector<json::object> found;
  for (const runs::RunCron& each : co_await crons_.search(caller.scope(), query)) {
    found.push_back(selected(each, search.select.value_or(std::vector<std::string>())));
  }
  const std::int64_t total = co_await crons_.count(caller.scope(), query);
  co_return page_of(std::move(found), query.offset, total);
}

base::Task<std::int64_t> RunCronRoutes::count(security::Caller caller, RunCronSearch search) {
  co_return co_await crons_.count(caller.scope(), query_of(search));
}

base::Task<runs::RunCron> RunCronRoutes::read(security::Caller caller, http::Path<RunCronKey> key) {
  co_return co_await crons_.get(caller.scope(), key.cron_id);
}

base::Task<runs::RunCron> RunCronRoutes::change(security::Caller caller, http::Path<RunCronKey> key,
                                                RunCronPatch change) {
  co_return co_await crons_.change(caller.scope(), key.cron_id,
                                   {.schedule = http::value_of(change.schedule),
                                    .timezone = change.timezone,
                                    .ends_at = time_of(change.end_time),
                                    .enabled = change.enabled,
                                    .metadata = change.metadata});
}

base::Task<void> RunCronRoutes::remove(security::Caller caller, http::Path<RunCronKey> key) {
  co_await crons_.remove(caller.scope(), key.cron_id);
}

}  // namespace pharos::agent_server
