#include "server/agent_service.h"

#include <boost/asio/strand.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/memory/personal_store.h"
#include "platform/runs/run_worker.h"
#include "platform/storage/postgres/postgres_saver.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "server/data_folder.h"

namespace pharos::server {
namespace {

/// Most of a run is waiting: for a model, for a person.
constexpr int kRunsAtOnce = 200;
constexpr std::chrono::hours kLongestRun{1};
constexpr const char* kRunFinished = "run.finished";

std::shared_ptr<graph::Saver> open_saver(const AgentServiceParts& parts) {
  const Settings& settings = parts.composition.settings();
  const std::string& url = settings.serve.database_url;
  if (url.starts_with("postgres")) {
    return std::make_shared<storage::PostgresSaver>(storage::postgres::Settings{.url = url}, parts.disk,
                                                    parts.composition.clock());
  }
  return std::make_shared<storage::SqliteSaver>(made_folder(settings.data) / AgentService::kThreadsFile,
                                                parts.disk);
}

}  // namespace

AgentService::AgentService(AgentServiceParts parts)
    : parts_(parts),
      saver_(open_saver(parts)),
      assistants_(parts.database, parts.graphs, parts.composition.clock(), parts.composition.ids()),
      threads_(parts.database, assistants_, saver_, parts.composition.clock(), parts.composition.ids()),
      runs_(parts.database, parts.jobs, assistants_, parts.composition.clock(), parts.composition.ids(),
            [webhooks = &parts.webhooks](storage::Session& session, const std::string& url) {
              webhooks->expect(session, url);
            }),
      crons_(parts.database, parts.crons, runs_, assistants_, parts.composition.clock(),
             parts.composition.ids()),
      assistant_routes_(parts.routes, assistants_),
      thread_routes_(parts.routes, threads_),
      run_routes_(parts.routes, services()),
      cron_routes_(parts.routes, crons_),
      protocol_routes_(parts.routes, services(), parts.database, parts.composition.clock()),
      store_routes_(parts.routes, parts.store_of),
      runs_pool_("runs", parts.composition.settings().workers),
      worker_({.jobs = parts.jobs,
               .heartbeats = parts.heartbeats,
               .clock = parts.composition.clock(),
               .ids = parts.composition.ids(),
               .handlers = runs_pool_.executor()},
              {.slots = kRunsAtOnce, .on_trouble = [log = &parts.log](const std::string& why) {
                 log->warning("runs", {{"trouble", why}});
               }}) {
  jobs::Webhooks* webhooks = &parts.webhooks;
  auto tell = [webhooks](storage::Session& session, const std::string& url, const boost::json::object& run) {
    webhooks->send(session, url, kRunFinished, run);
  };
  runs_.work_in(worker_,
                {.jobs = parts.jobs,
                 .assistants = assistants_,
                 .saver = saver_,
                 .clock = parts.composition.clock(),
                 .store_of = parts.store_of,
                 .tell_webhook = tell},
                kLongestRun);
  crons_.work_in(worker_);
}

agent_server::RunServices AgentService::services() {
  return {.runs = runs_,
          .threads = threads_,
          .assistants = assistants_,
          .jobs = parts_.jobs,
          .watch = parts_.watch,
          .background = parts_.background,
          .ids = parts_.composition.ids(),
          .store_of = parts_.store_of,
          .strand = [this] {
            return boost::asio::any_io_executor(boost::asio::make_strand(runs_pool_.executor()));
          }};
}

void AgentService::start() {
  worker_.start();
}

void AgentService::stop(base::Duration patience) {
  worker_.stop(patience);
}

base::Task<void> AgentService::keep_house() {
  co_await runs_.sweep();
  co_await threads_.sweep();
  co_await memory::sweep_memories(parts_.database, parts_.composition.clock());
}

}  // namespace pharos::server
