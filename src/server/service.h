// What `pharos serve` is made of, built in this order and destroyed in the reverse one.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "apps/base/account_routes.h"
#include "apps/base/audit_routes.h"
#include "apps/base/cron_routes.h"
#include "apps/base/flag_routes.h"
#include "apps/base/item_routes.h"
#include "apps/base/job_routes.h"
#include "apps/base/key_routes.h"
#include "apps/base/oidc_routes.h"
#include "apps/base/people_routes.h"
#include "apps/base/privacy_routes.h"
#include "apps/base/session_routes.h"
#include "apps/base/team_routes.h"
#include "apps/base/utility_routes.h"
#include "apps/base/webhook_routes.h"
#include "apps/mirror/serving/mirror_routes.h"
#include "core/base/pool.h"
#include "platform/flags/flags.h"
#include "platform/http/server.h"
#include "platform/jobs/background.h"
#include "platform/jobs/crons.h"
#include "platform/jobs/hint_relay.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/watch.h"
#include "platform/jobs/webhooks.h"
#include "platform/jobs/worker.h"
#include "platform/outbound/client.h"
#include "platform/privacy/retention.h"
#include "platform/runs/graph_catalogue.h"
#include "platform/security/accounts.h"
#include "platform/security/audit.h"
#include "platform/security/rate_limits.h"
#include "platform/security/teams.h"
#include "platform/storage/blobs.h"
#include "platform/storage/cipher.h"
#include "platform/storage/file_system.h"
#include "platform/storage/redis/redis.h"
#include "platform/storage/redis/redis_channels.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "server/agent_service.h"
#include "server/composition.h"
#include "server/gate.h"
#include "server/letter_post.h"
#include "server/operations_routes.h"
#include "server/webhook_calls.h"

namespace pharos::server {

/// A login that was made for trying Pharos out.
struct DemoLogin {
  std::string email;
  std::string password;
};

/// Blocks while it is built: opens the database and brings its tables to the newest form. Throws base::Error
/// with a sentence for whoever starts it. Models are loaded at the first analysis. Commands that look after
/// the server use the same parts, without listening or working.
class Service {
 public:
  /// `parts` must outlive it.
  explicit Service(Composition& parts);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// In the data folder, where DATABASE_URL says nothing else.
  static constexpr const char* kDatabaseFile = "pharos.db";
  /// The steps that building one would take first: `room NNNN name`. Blocks.
  static std::vector<std::string> pending_migrations(Composition& parts);

  /// Takes the port. Throws base::Error when that cannot be.
  void listen();
  /// Works off the queue, and serves when it listens.
  void start();
  /// Lets requests and jobs under way end, up to `patience`; jobs that have not go back to the queue. Blocks.
  void stop(base::Duration patience);

  /// `http://localhost:8080`
  std::string address() const;
  /// Makes the accounts that a first start needs: who runs the server, and locally one for trying it. Blocks.
  std::optional<DemoLogin> prepare_accounts();
  /// Analyses the sample photo for that account, unless it has a report. Returns at once; what fails is in
  /// the log.
  void analyze_sample(const DemoLogin& login);

  security::People& people() { return people_; }
  security::ApiKeys& keys() { return keys_; }
  security::AuditLog& audit() { return audit_; }
  security::AuditCheckpoints& audit_checkpoints() { return audit_checkpoints_; }
  /// Runs something to its end, on this thread.
  template <class T>
  static T wait(base::Task<T> task);

 private:
  mirror::MirrorParts mirror_parts();
  graph::StoreSettings store_settings();
  /// What graphs remember of that person, in that team.
  std::shared_ptr<graph::Store> store_of(const storage::Scope& scope);
  base_api::OidcParts oidc_parts();
  void tell(const http::Outcome& outcome);
  void note_trouble(const std::string& why) const { log_.warning("queue", {{"trouble", why}}); }
  void post_letter(const base_api::Letter& letter);
  base::Task<void> queue_letter(base_api::Letter letter);
  /// What is done again and again: the audit log's ends are signed, what has expired is removed.
  base::Task<void> keep_house();
  base::Task<void> keep_house_once(int minute);
  /// Looks what other replicas' administrators have changed.
  base::Task<void> follow_flags();
  /// Looks what has changed in the folder of graphs.
  base::Task<void> follow_graphs();
  void tell_of_graphs(const std::vector<runs::GraphNews>& news) const;
  base::Task<void> make_account(DemoLogin login, bool is_superuser);
  base::Task<void> analyze_sample_now(DemoLogin login);

  Composition& parts_;
  const ServeSettings& settings_;
  telemetry::Log log_;
  telemetry::Metrics metrics_;
  base::Pool disk_;
  base::Pool hash_;
  base::Pool beats_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<storage::Database> heartbeats_;
  storage::MachineFiles files_;
  std::unique_ptr<storage::Blobs> blobs_;
  security::Passwords passwords_;
  security::AccessTokens tokens_;
  security::AccountParts account_parts_;
  security::Accounts accounts_;
  security::ApiKeys keys_;
  security::People people_;
  security::Teams teams_;
  security::AuditLog audit_;
  security::AuditCheckpoints audit_checkpoints_;
  jobs::Background background_;
  std::unique_ptr<storage::Redis> redis_;             ///< null without REDIS_URL
  std::unique_ptr<storage::RedisChannels> channels_;  ///< likewise
  std::unique_ptr<security::RateLimits> limits_;
  jobs::Jobs jobs_;
  std::unique_ptr<jobs::HintRelay> hint_relay_;  ///< where there are channels
  jobs::Watch watch_;
  std::optional<base::Pool> mail_;  ///< where there is a mail server
  outbound::SystemResolver resolver_;
  outbound::Client client_;
  std::optional<outbound::Client> provider_client_;  ///< where there is a provider of identities
  std::optional<oidc::Provider> provider_;           ///< likewise
  storage::Cipher sealing_;
  WebhookCalls webhook_calls_;
  jobs::Webhooks webhooks_;
  jobs::Crons crons_;
  flags::Flags flags_;
  privacy::AccountDeletion deletion_;
  privacy::PersonalExports exports_;
  privacy::Consents consents_;
  privacy::LegalHolds holds_;
  privacy::Retention retention_;
  std::optional<mail::Smtp> smtp_;         ///< where there is a mail server
  std::optional<LetterPost> letter_post_;  ///< likewise
  base_api::Items items_;
  mirror::Media media_;
  mirror::Analyses analyses_;
  runs::GraphCatalogue graphs_;
  graph::StoreSettings store_settings_;
  http::Routes routes_;
  OperationsRoutes operations_routes_;
  base_api::AccountRoutes account_routes_;
  base_api::SessionRoutes session_routes_;
  base_api::OidcRoutes oidc_routes_;
  base_api::ItemRoutes item_routes_;
  base_api::JobRoutes job_routes_;
  base_api::KeyRoutes key_routes_;
  base_api::PeopleRoutes people_routes_;
  base_api::AuditRoutes audit_routes_;
  base_api::TeamRoutes team_routes_;
  base_api::PrivacyRoutes privacy_routes_;
  base_api::FlagRoutes flag_routes_;
  base_api::UtilityRoutes utility_routes_;
  base_api::WebhookRoutes webhook_routes_;
  base_api::CronRoutes cron_routes_;
  mirror::MirrorRoutes mirror_routes_;
  AgentService agents_;
  ServerGate gate_;
  http::Dispatcher dispatcher_;
  jobs::Background job_loop_;
  jobs::Worker worker_;
  std::optional<jobs::CronTicker> cron_ticker_;  ///< once it has started
  std::optional<http::Server> server_;
  std::once_flag models_wanted_;
  std::optional<mirror::MirrorParts> mirror_parts_;
};

template <class T>
T Service::wait(base::Task<T> task) {
  boost::asio::io_context loop;
  auto done = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return done.get();
}

}  // namespace pharos::server
