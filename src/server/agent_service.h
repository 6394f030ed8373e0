// The Agent Server's parts, built in this order: graphs, assistants, threads, runs and what they answer to.
#pragma once

#include <memory>

#include "apps/agent_server/assistant_routes.h"
#include "apps/agent_server/cron_routes.h"
#include "apps/agent_server/protocol_routes.h"
#include "apps/agent_server/run_routes.h"
#include "apps/agent_server/store_routes.h"
#include "apps/agent_server/thread_routes.h"
#include "core/base/pool.h"
#include "core/graph/saver.h"
#include "platform/http/routes.h"
#include "platform/jobs/background.h"
#include "platform/jobs/watch.h"
#include "platform/jobs/webhooks.h"
#include "platform/jobs/worker.h"
#include "platform/runs/run_crons.h"
#include "platform/runs/runs.h"
#include "platform/runs/threads.h"
#include "platform/telemetry/log.h"
#include "server/composition.h"

namespace pharos::server {

/// What of the service the agents' parts use; all outlive them.
struct AgentServiceParts {
  Composition& composition;
  const telemetry::Log& log;
  base::Pool& disk;
  storage::Database& database;
  storage::Database& heartbeats;
  jobs::Jobs& jobs;
  jobs::Watch& watch;
  jobs::Crons& crons;
  jobs::Webhooks& webhooks;
  jobs::Background& background;
  http::Routes& routes;
  const runs::GraphSource& graphs;
  agent_server::StoreOf store_of;  ///< what nodes remember, and what `/store` shows
};

class AgentService {
 public:
  /// Blocks while it opens the threads. Throws base::Error (kInvalidInput) that names the setting.
  explicit AgentService(AgentServiceParts parts);

  /// In the data folder, where DATABASE_URL says nothing else.
  static constexpr const char* kThreadsFile = "runs.db";

  /// Works off runs.
  void start();
  /// Lets runs under way end, up to `patience`; those that have not go back to the queue. Blocks.
  void stop(base::Duration patience);
  /// What is done every minute: threads that have outlived their time go, and so does what is left of others.
  base::Task<void> keep_house();

 private:
  agent_server::RunServices services();

  AgentServiceParts parts_;
  std::shared_ptr<graph::Saver> saver_;
  runs::Assistants assistants_;
  runs::Threads threads_;
  runs::Runs runs_;
  runs::RunCrons crons_;
  agent_server::AssistantRoutes assistant_routes_;
  agent_server::ThreadRoutes thread_routes_;
  agent_server::RunRoutes run_routes_;
  agent_server::RunCronRoutes cron_routes_;
  agent_server::ProtocolRoutes protocol_routes_;
  agent_server::StoreRoutes store_routes_;
  base::Pool runs_pool_;  ///< where graphs run, beside those who answer requests
  jobs::Worker worker_;
};

}  // namespace pharos::server
