// Runs that are made again and again, over HTTP: /runs/crons.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/agent_server/run_create.h"
#include "apps/agent_server/thread_routes.h"
#include "platform/http/routes.h"
#include "platform/runs/run_crons.h"

namespace pharos::agent_server {

struct RunCronKey {
  http::Id cron_id;
};
BOOST_DESCRIBE_STRUCT(RunCronKey, (), (cron_id))

/// A run, and when it is to be made.
struct RunCronCreate : RunCreate {
  http::Text<1, 200> schedule;
  std::optional<std::string> timezone;
  std::optional<std::string> end_time;
  std::optional<bool> enabled;
  std::optional<OnCompletion> on_run_completed;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(RunCronCreate, (RunCreate), (schedule, timezone, end_time, enabled, on_run_completed))

struct RunCronPatch {
  std::optional<http::Text<1, 200>> schedule;
  std::optional<std::string> timezone;
  std::optional<std::string> end_time;
  std::optional<bool> enabled;
  std::optional<json::object> metadata;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(RunCronPatch, (), (schedule, timezone, end_time, enabled, metadata))

struct RunCronSearch : SearchPage {
  std::optional<http::Text<1, 255>> assistant_id;
  std::optional<http::Id> thread_id;
  std::optional<bool> enabled;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(RunCronSearch, (SearchPage), (assistant_id, thread_id, enabled))

class RunCronRoutes {
 public:
  /// All outlive it, and it the table's use.
  RunCronRoutes(http::Routes& table, runs::RunCrons& crons);

 private:
  base::Task<runs::RunCron> create(security::Caller caller, RunCronCreate wanted);
  base::Task<runs::RunCron> create_on_thread(security::Caller caller, http::Path<ThreadKey> key,
                                             RunCronCreate wanted);
  base::Task<FoundPage> search(security::Caller caller, RunCronSearch search);
  base::Task<std::int64_t> count(security::Caller caller, RunCronSearch search);
  base::Task<runs::RunCron> read(security::Caller caller, http::Path<RunCronKey> key);
  base::Task<runs::RunCron> change(security::Caller caller, http::Path<RunCronKey> key, RunCronPatch change);
  base::Task<void> remove(security::Caller caller, http::Path<RunCronKey> key);

  runs::RunCrons& crons_;
};

}  // namespace pharos::agent_server
