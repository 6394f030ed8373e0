#include "server/settings.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/oidc/metadata.h"
#include "platform/outbound/networks.h"

namespace pharos::server {
namespace {

/// Installed, files lie in share/pharos beside bin; in a build tree, in build/ above release/bin.
std::filesystem::path folder_beside_program(const char* name) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto installed = program / ".." / "share" / "pharos" / name;
  return (std::filesystem::exists(installed) ? installed : program / ".." / ".." / name).lexically_normal();
}

/// How long what people have sent is kept, where they do not delete it themselves.
std::map<std::string, std::int64_t> read_days_kept(SettingReader& read) {
  constexpr std::int64_t kMost = 36'500;
  return {
      {"media",
       read.whole("PHAROS_KEEP_MEDIA_DAYS", "days that photos and their reports are kept", 90, 1, kMost)},
      {"runs",
       read.whole("PHAROS_KEEP_RUNS_DAYS", "days that jobs are kept after they have ended", 90, 1, kMost)},
      {"audit", read.whole("PHAROS_KEEP_AUDIT_DAYS", "days that the audit log reaches back", 365, 1, kMost)},
      {"webhooks",
       read.whole("PHAROS_KEEP_WEBHOOKS_DAYS", "days that what webhooks were told is kept", 30, 1, kMost)}};
}

/// Where `pharos graph` looks, too; it need not be there.
constexpr const char* kGraphs = "graphs";

void check_graphs_folder(const std::filesystem::path& folder) {
  if (folder.empty() || folder == kGraphs || std::filesystem::is_directory(folder)) return;
  throw base::Error(
      base::Code::kInvalidInput,
      fmt::format("GRAPHS_FOLDER: '{}' is no folder: name one with graphs in *.yaml files", folder.string()));
}

/// In a build tree, bench/ lies in the source folder, which is above build/.
std::filesystem::path peer_in_source_folder() {
  return (folder_beside_program("models").parent_path().parent_path() / "bench/peer/start.sh");
}

/// Where the XDG base directory specification puts what a program keeps between its runs.
std::string state_folder(const SettingSources& sources) {
  if (const auto state = sources.find("XDG_STATE_HOME")) return state->text + "/pharos";
  if (const auto home = sources.find("HOME")) return home->text + "/.local/state/pharos";
  return {};
}

/// Nothing where no mail server is named.
std::optional<mail::SmtpSettings> read_smtp_settings(SettingReader& read) {
  mail::SmtpSettings smtp;
  smtp.host = read.text("SMTP_HOST", "the mail server; without it links are in the log, in local mode only");
  smtp.port = static_cast<std::uint16_t>(
      read.whole("SMTP_PORT", "its port: usually 587 for starttls, 465 for tls", 587, 1, 65535));
  smtp.security = read.choice("SMTP_SECURITY", "starttls, tls or none", mail::Security::kStarttls);
  smtp.user = read.text("SMTP_USER", "as whom to log in there");
  smtp.password = read.secret("SMTP_PASSWORD", "with which password");
  smtp.from = read.text("EMAILS_FROM_EMAIL", "the address that mails come from");
  smtp.authorities =
      read.text("SMTP_AUTHORITIES", "PEM file of who vouches for it, beside the machine's own");
  if (smtp.host.empty()) return std::nullopt;
  return smtp;
}

/// Nothing where no store is named.
std::optional<storage::S3BlobsSettings> read_s3_settings(SettingReader& read) {
  storage::S3BlobsSettings s3;
  s3.endpoint =
      read.text("S3_ENDPOINT", "https://host[:port] of an S3 store for photos, in place of the data folder");
  s3.bucket = read.text("S3_BUCKET", "which of its buckets, made before");
  s3.prefix = read.text("S3_PREFIX", "what names in the bucket begin with", "pharos/");
  s3.keys.region = read.text("S3_REGION", "the store's region", s3.keys.region);
  s3.keys.access_key = read.text("S3_ACCESS_KEY", "the name of the key to it");
  s3.keys.secret_key = read.secret("S3_SECRET_KEY", "that key");
  if (s3.endpoint.empty()) return std::nullopt;
  return s3;
}

flags::DefaultFlags read_features(SettingReader& read) {
  const std::vector<std::string> parts = read.list(
      "FEATURE_FLAGS", "features that are on unless changed, such as new_reports=on,quick_search=20%");
  try {
    return flags::read_default_flags(parts);
  } catch (const base::Error& error) {
    throw base::Error(error.code(), fmt::format("FEATURE_FLAGS: {}", error.what()));
  }
}

/// Nothing where no provider of identities is named.
std::optional<OidcServeSettings> read_oidc_settings(SettingReader& read) {
  OidcServeSettings oidc;
  oidc.provider.issuer = read.text(
      "OIDC_ISSUER", "the provider of identities that people may log in with, as it writes its name");
  oidc.provider.client_id = read.text("OIDC_CLIENT_ID", "by which that provider knows this server");
  oidc.provider.client_secret =
      read.secret("OIDC_CLIENT_SECRET", "with which this server shows the provider who it is");
  oidc.provider.scopes =
      read.text("OIDC_SCOPES", "what is asked of the provider about people", oidc.provider.scopes);
  oidc.name = read.text("OIDC_NAME", "what people call the provider", "company account");
  for (const std::string& domain :
       read.list("OIDC_ALLOWED_DOMAINS", "domains of e-mail addresses that may log in with it; none: all")) {
    oidc.domains.push_back(base::lower(domain));
  }
  oidc.emails_are_verified =
      read.truth("OIDC_EMAILS_ARE_VERIFIED",
                 "whether the provider says only addresses that are surely people's own", false);
  if (!oidc.provider.issuer.empty()) return oidc;
  if (oidc.provider.client_id.empty() && oidc.provider.client_secret.empty()) return std::nullopt;
  throw base::Error(
      base::Code::kInvalidInput,
      "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are of no use without OIDC_ISSUER: give it, or none of "
      "them");
}

void read_serve_settings(SettingReader& read, const std::filesystem::path& data, ServeSettings& serve) {
  serve.host =
      read.text("PHAROS_HOST", "address to listen on; 0.0.0.0 is every address of this machine", "127.0.0.1");
  serve.port = static_cast<std::uint16_t>(
      read.whole("PHAROS_PORT", "port to listen on; 0 is any free one", 8080, 0, 65535));
  serve.public_url =
      read.text("PHAROS_PUBLIC_URL", "how people reach this server, for links that are sent to them");
  serve.tls_certificate =
      read.text("PHAROS_TLS_CERTIFICATE", "PEM file with the certificate chain; with it, HTTPS");
  serve.tls_key = read.text("PHAROS_TLS_KEY", "PEM file with the certificate's key");
  serve.trusted_proxies =
      read.list("PHAROS_TRUSTED_PROXIES", "addresses whose X-Forwarded-For and -Proto are believed");
  serve.cors_origins =
      read.list("BACKEND_CORS_ORIGINS", "whose pages may call, such as https://app.example.org");
  serve.socket_deflate = read.truth("PHAROS_WEBSOCKET_DEFLATE",
                                    "whether messages of WebSockets are compressed, for memory", false);
  serve.database_url =
      read.text("DATABASE_URL", "sqlite:PATH or postgresql://...; without it a file in the data folder");
  serve.s3 = read_s3_settings(read);
  serve.token_keys =
      read.text("PHAROS_TOKEN_KEYS", "file with the keys that sign access tokens, the same for all replicas",
                (data / "token-keys.json").string());
  serve.password_pepper =
      read.secret("PASSWORD_PEPPER", "a secret that passwords are hashed with, the same for all replicas");
  serve.smtp = read_smtp_settings(read);
  serve.oidc = read_oidc_settings(read);
  serve.only_verified =
      read.truth("REQUIRE_VERIFIED_EMAIL", "whether only who has confirmed their address may log in", false);
  serve.private_networks =
      read.list("PHAROS_PRIVATE_NETWORKS",
                "networks beside the internet that users may have called, such as 10.1.0.0/16");
  serve.plain_http =
      read.truth("PHAROS_PLAIN_HTTP", "whether others' servers may be called by http, not only https", false);
  serve.redis_url = read.text("REDIS_URL", "redis://HOST:PORT, where replicas count calls together");
  serve.replicas = static_cast<int>(
      read.whole("PHAROS_REPLICAS",
                 "how many replicas there are, for their share of limits while Redis is away", 2, 1, 1000));
  serve.rate_limits = read.truth("RATE_LIMIT_ENABLED", "whether calls are counted and limited", true);
  serve.requests_a_minute =
      read.whole("RATE_LIMIT_PER_MINUTE", "calls a person may make in any minute", 100, 1, 1'000'000);
  serve.team_requests_a_minute =
      read.whole("RATE_LIMIT_TEAM_PER_MINUTE", "calls that the people of a team may make together", 1000, 1,
                 100'000'000);
  serve.address_requests_a_minute =
      read.whole("RATE_LIMIT_ADDRESS_PER_MINUTE", "calls that may come from an address, a /64 of IPv6", 3000,
                 1, 100'000'000);
  serve.open_streams =
      read.whole("RATE_LIMIT_STREAMS",
                 "streams of events and WebSockets that a person may have open at once, at each replica", 100,
                 1, 1'000'000);
  serve.days_kept = read_days_kept(read);
  serve.features = read_features(read);
  serve.admin_email =
      read.text("FIRST_SUPERUSER", "who runs this server: an account made at the first start");
  serve.admin_password = read.secret("FIRST_SUPERUSER_PASSWORD", "its password");
  serve.log_level = read.choice("LOG_LEVEL", "debug, info, warning or error", telemetry::LogLevel::kInfo);
}

void check_networks(const std::vector<std::string>& networks) {
  try {
    static_cast<void>(outbound::Networks(networks));
  } catch (const base::Error& error) {
    throw base::Error(error.code(), fmt::format("PHAROS_PRIVATE_NETWORKS: {}", error.what()));
  }
}

void check_smtp(const mail::SmtpSettings& smtp) {
  try {
    smtp.check();
  } catch (const base::Error& error) {
    throw base::Error(
        error.code(),
        fmt::format("SMTP_HOST and its like (EMAILS_FROM_EMAIL, SMTP_SECURITY): {}", error.what()));
  }
}

void check_oidc(const Settings& settings) {
  const OidcServeSettings& oidc = *settings.serve.oidc;
  const auto refuse = [](const std::string& why) { throw base::Error(base::Code::kInvalidInput, why); };
  try {
    oidc::check_issuer(oidc.provider.issuer);
  } catch (const base::Error& error) {
    refuse(fmt::format("OIDC_ISSUER: {}", error.what()));
  }
  if (oidc.provider.client_id.empty()) refuse("OIDC_ISSUER needs OIDC_CLIENT_ID, which the provider gives");
  const std::vector<std::string> scopes = base::split(oidc.provider.scopes, ' ');
  if (std::ranges::find(scopes, "openid") == scopes.end()) {
    refuse("OIDC_SCOPES must have 'openid' among its words, or the provider does not say who somebody is");
  }
  for (const std::string& domain : oidc.domains) {
    if (domain.contains('@') || !domain.contains('.')) {
      refuse(fmt::format("OIDC_ALLOWED_DOMAINS: '{}' is no domain; write it like example.org", domain));
    }
  }
  if (settings.serve.public_url.empty() && !settings.is_local()) {
    refuse("OIDC_ISSUER needs PHAROS_PUBLIC_URL, to which the provider sends people back");
  }
}

void check_serve_settings(const Settings& settings) {
  const ServeSettings& serve = settings.serve;
  const auto refuse = [](const std::string& why) { throw base::Error(base::Code::kInvalidInput, why); };
  if (serve.tls_certificate.empty() != serve.tls_key.empty()) {
    refuse("PHAROS_TLS_CERTIFICATE and PHAROS_TLS_KEY are given together or not at all");
  }
  check_networks(serve.private_networks);
  if (serve.smtp) check_smtp(*serve.smtp);
  if (serve.s3 &&
      (serve.s3->bucket.empty() || serve.s3->keys.access_key.empty() || serve.s3->keys.secret_key.empty())) {
    refuse("S3_ENDPOINT needs S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY besides");
  }
  if (serve.oidc) check_oidc(settings);
  if (serve.only_verified && !serve.smtp && !settings.is_local()) {
    refuse("REQUIRE_VERIFIED_EMAIL needs a mail server (SMTP_HOST), or nobody new could ever log in");
  }
  if (!serve.password_pepper.empty() && serve.password_pepper.size() < 32) {
    refuse("PASSWORD_PEPPER has fewer than 32 characters; `openssl rand -hex 32` makes one");
  }
}

}  // namespace

Settings read_settings(const SettingSources& sources) {
  SettingReader read(sources);
  Settings settings;
  settings.app_env = read.text("APP_ENV", "local, staging, production or test", "local");
  settings.data = read.text("PHAROS_DATA", "folder for what is kept between runs", state_folder(sources));
  settings.models =
      read.text("PHAROS_MODELS", "folder with the model files", folder_beside_program("models").string());
  settings.samples =
      read.text("PHAROS_SAMPLES", "folder with the sample photo", folder_beside_program("samples").string());
  settings.graphs = read.text("GRAPHS_FOLDER", "folder with graphs in files, which are served", kGraphs);
  check_graphs_folder(settings.graphs);
  settings.peer = read.text("PHAROS_PEER", "starts the engine that benchmarks compare with",
                            peer_in_source_folder().string());
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  settings.workers =
      static_cast<int>(read.whole("PHAROS_WORKERS", "threads for models and other computing", cores, 1, 256));
  const mirror::Mode older =
      read.choice("LIFEMIRROR_MODE", "the older name of PHAROS_MODE", mirror::Mode::kProd);
  settings.mode = read.choice("PHAROS_MODE", "prod, dev or mock: how analyses are made", older);
  read_serve_settings(read, settings.data, settings.serve);
  check_serve_settings(settings);
  read.refuse_unknown({});
  settings.entries = std::move(read).entries();
  return settings;
}

}  // namespace pharos::server
