#include "server/service.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "apps/agent_server/built_in_graphs.h"
#include "apps/mirror/serving/served_mirror.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "platform/memory/personal_store.h"
#include "platform/security/crypto.h"
#include "platform/security/redis_rate_limits.h"
#include "platform/security/tables/one_time_links.h"
#include "server/blob_store.h"
#include "server/data_folder.h"
#include "server/lazy_embedder.h"
#include "server/sealing_key.h"
#include "server/tables.h"

namespace pharos::server {
namespace {

namespace json = boost::json;

constexpr const char* kDemoEmail = "demo@example.org";
constexpr std::chrono::seconds kFlagsAreFresh{2};
constexpr std::chrono::seconds kGraphsAreFresh{1};
constexpr std::array<double, 10> kSeconds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60};

std::string in_one_line(std::string text) {
  std::ranges::replace_if(text, [](char letter) { return letter == '\n' || letter == '\t'; }, ' ');
  return std::string(base::trim(text));
}

constexpr auto kSlow = std::chrono::milliseconds(200);

/// Calls `use(database)` before it is given; what goes wrong is told with the name of the setting.
template <class Use>
std::unique_ptr<storage::Database> open(const Settings& settings, base::Pool& disk, base::Clock& clock,
                                        const telemetry::Log& log, telemetry::Metrics& metrics, Use use) {
  const std::string& url = settings.serve.database_url;
  const std::string file = (made_folder(settings.data) / Service::kDatabaseFile).string();
  auto on_statement = [&log, &metrics](const storage::SlowQuery& query) {
    metrics.observe("database_statement_duration_seconds", "From a statement to its last row.",
                    std::chrono::duration<double>(query.took).count(), {},
                    {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5});
    if (query.took < kSlow) return;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(query.took);
    log.warning("slow query", {{"sql", query.sql}, {"ms", took.count()}});
  };
  try {
    auto database = storage::open_database({.url = url.empty() ? "sqlite:" + file : url,
                                            .slow_after = base::Duration::zero(),
                                            .on_slow = on_statement},
                                           disk, clock);
    use(*database);
    return database;
  } catch (const base::Error& error) {
    const std::string name = url.empty() ? file : "DATABASE_URL";
    throw base::Error(base::Code::kInvalidInput, fmt::format("{}: {}", name, in_one_line(error.what())));
  }
}

void bring_up_to_date(storage::Database& database) {
  database.apply(all_tables());
}

void leave_as_it_is(storage::Database&) {}

security::CommonPasswords common_passwords(const std::filesystem::path& models) {
  return security::CommonPasswords(models.parent_path() / "data" / "common-passwords.txt.gz");
}

std::unique_ptr<storage::Redis> redis_of(const ServeSettings& settings, jobs::Background& loop,
                                         base::Clock& clock) {
  if (settings.redis_url.empty()) return nullptr;
  return std::make_unique<storage::Redis>(storage::RedisSettings{.url = settings.redis_url}, loop.executor(),
                                          clock);
}

std::unique_ptr<storage::RedisChannels> channels_of(storage::Redis* redis, const ServeSettings& settings,
                                                    jobs::Background& loop, base::Clock& clock) {
  if (redis == nullptr) return nullptr;
  return std::make_unique<storage::RedisChannels>(storage::RedisSettings{.url = settings.redis_url}, *redis,
                                                  loop.executor(), clock);
}

/// Without Redis each process counts for itself.
std::unique_ptr<security::RateLimits> limits_of(storage::Redis* redis, const ServeSettings& settings,
                                                const base::Clock& clock) {
  if (redis == nullptr) return std::make_unique<security::LocalRateLimits>(clock);
  return std::make_unique<security::RedisRateLimits>(
      *redis, security::RedisLimitSettings{.instances = settings.replicas}, clock);
}

outbound::ClientSettings client_settings(const ServeSettings& settings) {
  return {.guard = {.plain_http = settings.plain_http,
                    .private_networks = outbound::Networks(settings.private_networks)}};
}

/// Users choose nothing of what it calls: whoever runs the server has named the provider, which may be in the
/// same house.
outbound::ClientSettings provider_client_settings() {
  return {.guard = {.private_networks = outbound::Networks({"0.0.0.0/0", "::/0"})}};
}

base_api::OidcSettings oidc_settings(const ServeSettings& settings) {
  if (!settings.oidc) return {};
  return {.name = settings.oidc->name,
          .domains = settings.oidc->domains,
          .emails_are_verified = settings.oidc->emails_are_verified};
}

http::ServerSettings server_settings(const ServeSettings& settings) {
  http::ServerSettings server{.host = settings.host,
                              .port = settings.port,
                              .trusted_proxies = settings.trusted_proxies,
                              .socket_deflate = settings.socket_deflate};
  if (!settings.tls_certificate.empty()) server.tls = {settings.tls_certificate, settings.tls_key};
  return server;
}

}  // namespace

Service::Service(Composition& parts)
    : parts_(parts),
      settings_(parts.settings().serve),
      log_({.level = settings_.log_level, .json = !parts.settings().is_local()}, parts.clock()),
      disk_("disk", 8),
      hash_("hash", 2),
      beats_("beats", 1),
      database_(open(parts.settings(), disk_, parts.clock(), log_, metrics_, bring_up_to_date)),
      heartbeats_(open(parts.settings(), beats_, parts.clock(), log_, metrics_, leave_as_it_is)),
      blobs_(open_blobs(parts.settings(),
                        {.disk = disk_, .ids = parts.ids(), .clock = parts.clock(), .files = files_})),
      passwords_({.hash = {.pepper = settings_.password_pepper}}, common_passwords(parts.settings().models),
                 hash_),
      tokens_({}, security::load_or_make_keys(settings_.token_keys), parts.clock(), parts.ids()),
      account_parts_{.database = *database_,
                     .passwords = passwords_,
                     .tokens = tokens_,
                     .clock = parts.clock(),
                     .ids = parts.ids()},
      accounts_(account_parts_, {.only_verified = settings_.only_verified}),
      keys_(account_parts_, accounts_.identities()),
      people_(account_parts_, accounts_.identities()),
      teams_(account_parts_, accounts_.identities()),
      audit_(*database_, parts.clock()),
      audit_checkpoints_(*database_, security::load_or_make_keys(settings_.token_keys).signing(),
                         parts.settings().data / "audit-checkpoints.jsonl", parts.clock()),
      redis_(redis_of(settings_, background_, parts.clock())),
      channels_(channels_of(redis_.get(), settings_, background_, parts.clock())),
      limits_(limits_of(redis_.get(), settings_, parts.clock())),
      jobs_(*database_, parts.clock(), parts.ids()),
      watch_(jobs_, parts.clock(), {.on_trouble = [this](const std::string& why) { note_trouble(why); }}),
      client_({.clock = parts.clock(), .resolver = resolver_}, client_settings(settings_)),
      sealing_(load_or_make_sealing_keys(parts.settings().data / "sealing-keys")),
      webhook_calls_(client_),
      webhooks_(jobs_, parts.clock(), parts.ids(), webhook_calls_, &sealing_),
      crons_(jobs_, parts.clock(), parts.ids()),
      flags_(*database_, settings_.features, parts.clock()),
      deletion_({.database = *database_,
                 .blobs = *blobs_,
                 .inventory = personal_data(),
                 .identities = accounts_.identities(),
                 .clock = parts.clock()}),
      exports_({.jobs = jobs_,
                .blobs = *blobs_,
                .inventory = personal_data(),
                .clock = parts.clock(),
                .ids = parts.ids()}),
      consents_(*database_, parts.clock(), parts.ids()),
      holds_(*database_, parts.clock()),
      retention_(*database_, personal_data(), settings_.days_kept, parts.clock()),
      items_(*database_, parts.clock(), parts.ids()),
      media_(*database_, *blobs_, disk_, parts.cpu(), parts.clock(), parts.ids()),
      analyses_(
          *database_, jobs_, webhooks_, media_, [this] { return mirror_parts(); }, parts.settings().mode,
          parts.cpu(), parts.clock()),
      graphs_(parts.settings().graphs, parts.node_kinds(), parts.clock()),
      store_settings_(store_settings()),
      operations_routes_(routes_, *database_, metrics_),
      account_routes_(routes_, accounts_, [this](const base_api::Letter& letter) { post_letter(letter); }),
      session_routes_(routes_, accounts_, settings_.public_url),
      oidc_routes_(routes_, oidc_parts(), oidc_settings(settings_)),
      item_routes_(routes_, items_),
      job_routes_(routes_, jobs_, watch_),
      key_routes_(routes_, keys_),
      people_routes_(routes_, people_, deletion_),
      audit_routes_(routes_, audit_),
      team_routes_(routes_, teams_, [this](const base_api::Letter& letter) { post_letter(letter); }),
      privacy_routes_(routes_,
                      {.deletion = deletion_, .exports = exports_, .consents = consents_, .holds = holds_}),
      flag_routes_(routes_, flags_),
      utility_routes_(routes_, parts.clock()),
      webhook_routes_(routes_, webhooks_, audit_),
      cron_routes_(routes_, crons_, audit_, {mirror::Analyses::kJobKind}),
      mirror_routes_(routes_, media_, analyses_),
      agents_({.composition = parts,
               .log = log_,
               .disk = disk_,
               .database = *database_,
               .heartbeats = *heartbeats_,
               .jobs = jobs_,
               .watch = watch_,
               .crons = crons_,
               .webhooks = webhooks_,
               .background = background_,
               .routes = routes_,
               .graphs = graphs_,
               .store_of = [this](const storage::Scope& scope) { return store_of(scope); }}),
      gate_(accounts_, *limits_,
            {.counts = settings_.rate_limits,
             .requests_a_minute = settings_.requests_a_minute,
             .team_requests_a_minute = settings_.team_requests_a_minute,
             .address_requests_a_minute = settings_.address_requests_a_minute,
             .open_streams = settings_.open_streams,
             .public_url = settings_.public_url}),
      dispatcher_(routes_, gate_, parts.clock(), disk_,
                  {.allowed_origins = settings_.cors_origins,
                   .uploads = {.folder = parts.settings().data / "uploads"}}),
      worker_({.jobs = jobs_,
               .heartbeats = *heartbeats_,
               .clock = parts.clock(),
               .ids = parts.ids(),
               .handlers = job_loop_.executor()},
              {.on_trouble = [this](const std::string& why) { note_trouble(why); }}) {
  graphs_.add(agent_server::echo_graph(parts.clock()));
  graphs_.add(agent_server::chat_graph(parts.clock()));
  graphs_.add(mirror::served_mirror(analyses_, parts.clock()));
  analyses_.work_in(worker_);
  exports_.work_in(worker_);
  if (channels_) {
    hint_relay_ = std::make_unique<jobs::HintRelay>(jobs_.hints(), *channels_, parts.clock(),
                                                    [this](const std::string& why) { note_trouble(why); });
  }
  webhooks_.handle_with(worker_);
  if (settings_.smtp) {
    mail_.emplace("mail", 2);
    smtp_.emplace(*settings_.smtp, *mail_);
    letter_post_.emplace(jobs_, sealing_, *smtp_, parts.clock(), [this] { return address(); });
    letter_post_->handle_with(worker_);
  }
  dispatcher_.on_outcome = [this](const http::Outcome& outcome) { tell(outcome); };
  metrics_.set("app_info", "What program this is.", 1, {{"version", PHAROS_VERSION}});
  metrics_.before_text([this](telemetry::Metrics& metrics) {
    if (server_) {
      metrics.set("http_connections", "Open connections.", static_cast<double>(server_->connections()));
    }
    metrics.set("queue_jobs_running", "Jobs that this program does now.",
                static_cast<double>(worker_.busy()));
    metrics.set("graphs_served", "Graphs that can be run.", static_cast<double>(graphs_.all().size()));
    metrics.set("graph_file_mistakes", "What is wrong with files of graphs.",
                static_cast<double>(graphs_.problems().size()));
    metrics.set("feature_flags_age_seconds", "Since it was last known who has which feature.",
                std::chrono::duration<double>(flags_.age()).count());
  });
}

Service::~Service() {
  stop(base::Duration::zero());
}

std::vector<std::string> Service::pending_migrations(Composition& parts) {
  const telemetry::Log log({}, parts.clock());
  base::Pool disk("disk", 1);
  std::vector<std::string> steps;
  telemetry::Metrics nobody_asks;
  static_cast<void>(
      open(parts.settings(), disk, parts.clock(), log, nobody_asks, [&](storage::Database& database) {
        for (const storage::PendingMigration& each : database.pending(all_tables())) {
          steps.push_back(fmt::format("{} {:04} {}", each.room, each.migration.number, each.migration.name));
        }
      }));
  return steps;
}

void Service::listen() {
  server_.emplace(dispatcher_, parts_.ids(), server_settings(settings_));
}

void Service::start() {
  if (settings_.s3) wait(check_store(*settings_.s3, *blobs_));
  wait(flags_.refresh());
  background_.spawn(follow_flags());
  tell_of_graphs(graphs_.look());
  background_.spawn(follow_graphs());
  background_.spawn(keep_house());
  worker_.start();
  agents_.start();
  cron_ticker_.emplace(crons_, parts_.clock(), [this](const std::string& why) { note_trouble(why); });
  if (server_) server_->start();
}

void Service::stop(base::Duration patience) {
  if (server_) server_->stop(patience);
  cron_ticker_.reset();
  agents_.stop(patience);
  worker_.stop(patience);
  hint_relay_.reset();
  channels_.reset();
  redis_.reset();  // its connection would keep the background running; nobody calls any more
  background_.stop();
}

std::string Service::address() const {
  if (!settings_.public_url.empty()) return settings_.public_url;
  const bool is_here =
      settings_.host == "127.0.0.1" || settings_.host == "0.0.0.0" || settings_.host == "localhost";
  return fmt::format("{}://{}:{}", settings_.tls_certificate.empty() ? "http" : "https",
                     is_here ? "localhost" : settings_.host, server_->port());
}

base_api::OidcParts Service::oidc_parts() {
  if (settings_.oidc) {
    provider_client_.emplace(outbound::ClientParts{.clock = parts_.clock(), .resolver = resolver_},
                             provider_client_settings());
    provider_.emplace(settings_.oidc->provider, *provider_client_, parts_.clock());
  }
  return {.accounts = accounts_,
          .provider = provider_ ? &*provider_ : nullptr,
          .cipher = sealing_,
          .clock = parts_.clock(),
          .address = [this] { return address(); }};
}

mirror::MirrorParts Service::mirror_parts() {
  std::call_once(models_wanted_, [this] { mirror_parts_.emplace(parts_.mirror_parts()); });
  return *mirror_parts_;
}

graph::StoreSettings Service::store_settings() {
  auto load = [this]() -> std::shared_ptr<graph::TextEmbedder> {
    try {
      return parts_.store_embedder();
    } catch (const base::Error& error) {
      throw base::Error(
          base::Code::kUnavailable,
          fmt::format("items cannot be found by their meaning here ({}); put them with \"index\": "
                      "false, and search by filter",
                      error.what()));
    }
  };
  return {.clock = &parts_.clock(), .embedder = std::make_shared<LazyEmbedder>(load, parts_.cpu())};
}

std::shared_ptr<graph::Store> Service::store_of(const storage::Scope& scope) {
  return std::make_shared<memory::PersonalStore>(*database_, scope, store_settings_);
}

/// One line of the log and two numbers for each request.
void Service::tell(const http::Outcome& outcome) {
  const std::string route = outcome.route == nullptr ? "none" : outcome.route->pattern();
  const std::string method(http::method_name(outcome.request.method));
  const double seconds = std::chrono::duration<double>(outcome.time).count();
  metrics_.count("http_requests_total", "Requests answered.",
                 {{"route", route}, {"method", method}, {"status", std::to_string(outcome.status)}});
  metrics_.observe("http_request_duration_seconds", "From a request's head to its answer.", seconds,
                   {{"route", route}}, {kSeconds.begin(), kSeconds.end()});
  const auto level = outcome.status >= 500 ? telemetry::LogLevel::kError : telemetry::LogLevel::kDebug;
  if (!log_.says(level)) return;
  json::object fields{{"method", method},
                      {"path", outcome.request.path},
                      {"status", outcome.status},
                      {"ms", seconds * 1000},
                      {"correlation_id", outcome.request.id}};
  if (outcome.caller) fields["user_id"] = outcome.caller->user_id;
  if (outcome.failure) {
    try {
      std::rethrow_exception(outcome.failure);
    } catch (const std::exception& failure) {
      fields["failure"] = failure.what();
    } catch (...) {
      fields["failure"] = "something that is no exception";
    }
  }
  log_.write(level, "request", std::move(fields));
}

/// Without a mail server the log of somebody's own machine is as good a place; elsewhere it is none.
void Service::post_letter(const base_api::Letter& letter) {
  if (letter_post_) {
    background_.spawn(queue_letter(letter));
  } else if (parts_.settings().is_local()) {
    log_.info(letter.about, {{"to", letter.to}, {"at", address() + letter.path}, {"with", letter.token}});
  } else {
    log_.warning("a letter is not sent: there is no mail server (SMTP_HOST)", {{"about", letter.about}});
  }
}

base::Task<void> Service::queue_letter(base_api::Letter letter) {
  try {
    co_await letter_post_->queue(std::move(letter));
  } catch (const base::Error& error) {
    log_.error("a letter is lost", {{"failure", error.what()}});
  }
}

base::Task<void> Service::follow_flags() {
  for (bool was_told = false;;) {
    co_await parts_.clock().sleep_until(parts_.clock().now() + kFlagsAreFresh);
    try {
      co_await flags_.refresh();
      was_told = false;
    } catch (const base::Error& error) {
      if (!was_told) log_.warning("features are as they were", {{"failure", error.what()}});
      was_told = true;
    }
  }
}

base::Task<void> Service::follow_graphs() {
  for (;;) {
    co_await parts_.clock().sleep_until(parts_.clock().now() + kGraphsAreFresh);
    tell_of_graphs(co_await base::run_on(disk_, [this] { return graphs_.look(); }));
  }
}

void Service::tell_of_graphs(const std::vector<runs::GraphNews>& news) const {
  for (const runs::GraphNews& each : news) {
    log_.write(each.is_trouble ? telemetry::LogLevel::kWarning : telemetry::LogLevel::kInfo, each.what,
               {{each.is_trouble ? "where" : "graph", each.about}});
  }
}

base::Task<void> Service::keep_house() {
  for (int minute = 0;; ++minute) {
    try {
      co_await keep_house_once(minute);
    } catch (const base::Error& error) {
      log_.warning("housekeeping", {{"failure", error.what()}});
    }
    co_await parts_.clock().sleep_until(parts_.clock().now() + std::chrono::minutes(1));
  }
}

base::Task<void> Service::keep_house_once(int minute) {
  co_await audit_checkpoints_.write();
  co_await deletion_.carry_out();
  co_await agents_.keep_house();
  if (minute % 60 != 0) co_return;
  co_await retention_.forget();
  // A chain is kept whole or cut: whoever's data is held is in one of them.
  if (!co_await holds_.are_any()) {
    co_await audit_.trim(parts_.clock().wall_now() -
                         std::chrono::hours(24 * settings_.days_kept.at("audit")));
  }
  auto forget = [now = storage::time_number(parts_.clock())](storage::Session& session) {
    security::forget_sessions(session, now - storage::micros(std::chrono::hours(24 * 30)));
    security::forget_attempts(session, now);
    security::forget_one_time_links(session, now);
  };
  co_await database_->write(storage::Scope::system(), std::move(forget));
}

std::optional<DemoLogin> Service::prepare_accounts() {
  if (!settings_.admin_email.empty() && !settings_.admin_password.empty()) {
    wait(make_account({.email = settings_.admin_email, .password = settings_.admin_password}, true));
  }
  if (!parts_.settings().is_local()) return std::nullopt;
  // Random, and kept beside what it opens: whoever can read the one can read the other.
  const std::filesystem::path file = parts_.settings().data / "demo-password";
  if (!std::filesystem::exists(file))
    base::write_file(file, security::hex(security::random_bytes(10)) + "\n");
  std::filesystem::permissions(file,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  DemoLogin login{.email = kDemoEmail, .password = std::string(base::trim(base::read_file(file)))};
  wait(make_account(login, true));
  return login;
}

base::Task<void> Service::make_account(DemoLogin login, bool is_superuser) {
  auto look = [email = login.email](storage::Session& session) {
    return security::find_user_by_email(session, email).has_value();
  };
  if (co_await database_->read(storage::Scope::system(), std::move(look))) co_return;
  const security::User user =
      co_await accounts_.sign_up({.email = login.email, .password = login.password, .full_name = {}});
  auto raise = [id = user.id, is_superuser,
                now = storage::time_number(parts_.clock())](storage::Session& session) {
    security::set_superuser(session, id, is_superuser);
    security::set_verified(session, id, now);
  };
  co_await database_->write(storage::Scope::system(), std::move(raise));
}

void Service::analyze_sample(const DemoLogin& login) {
  server_->spawn(analyze_sample_now(login), [this](const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log_.error("the sample photo was not analysed", {{"failure", error.what()}});
    }
  });
}

base::Task<void> Service::analyze_sample_now(DemoLogin login) {
  const security::Tokens tokens =
      co_await accounts_.log_in({.email = login.email, .password = login.password}, {});
  const security::Caller caller = co_await accounts_.identify(tokens.access_token);
  if ((co_await analyses_.list(caller, {})).total == 0) {
    const auto photo = parts_.settings().samples / "astronaut.png";
    const mirror::Medium medium =
        co_await media_.add(caller, photo.filename().string(), base::read_file(photo));
    const mirror::Report report =
        co_await analyses_.analyze(caller.scope(), {.media_id = {medium.id}, .bio = {}, .consent = {}});
    log_.info("the sample photo is analysed",
              {{"report", report.report_id}, {"ms", report.timings_ms.at("total")}});
  }
  co_await accounts_.log_out(caller);
}

}  // namespace pharos::server
