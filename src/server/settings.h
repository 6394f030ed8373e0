// What Pharos is told from outside: the only place that knows the names of settings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/mirror/report.h"
#include "platform/flags/default_flags.h"
#include "platform/mail/smtp.h"
#include "platform/oidc/provider_settings.h"
#include "platform/storage/s3/s3_blobs.h"
#include "platform/telemetry/log.h"
#include "server/setting_reader.h"

namespace pharos::server {

/// Signing in with a company's account.
struct OidcServeSettings {
  oidc::ProviderSettings provider;
  std::string name;                  ///< as people know it
  std::vector<std::string> domains;  ///< of addresses that may sign in; none: all
  bool emails_are_verified = false;  ///< the provider says only addresses that it has seen to
};

/// What only a server needs.
struct ServeSettings {
  std::string host;
  std::uint16_t port = 8080;
  std::string tls_certificate;  ///< PEM file; empty: no TLS here
  std::string tls_key;
  std::vector<std::string> trusted_proxies;  ///< addresses
  std::vector<std::string> cors_origins;
  bool socket_deflate = false;
  std::string public_url;    ///< how people reach it, for links in mails; empty: host and port
  std::string database_url;  ///< empty: SQLite in the data folder
  std::optional<storage::S3BlobsSettings> s3;  ///< where photos are kept; nothing: in the data folder
  std::filesystem::path
      token_keys;  ///< file with the keys that sign access tokens, the same for all replicas
  std::optional<mail::SmtpSettings> smtp;     ///< what mails are sent by; nothing: none are
  std::optional<OidcServeSettings> oidc;      ///< where there is a provider of identities
  bool only_verified = false;                 ///< who has not confirmed their address may not log in
  bool plain_http = false;                    ///< others' servers may be called by http
  std::vector<std::string> private_networks;  ///< that may be called although they are not on the internet
  std::string redis_url;                      ///< what replicas count calls in; empty: each counts for itself
  int replicas = 2;  ///< how many there are, about: their shares of a limit while Redis is away
  bool rate_limits = true;
  std::int64_t requests_a_minute = 100;           ///< of a person, or of an address that nobody is known by
  std::int64_t team_requests_a_minute = 1000;     ///< of all people of a team
  std::int64_t address_requests_a_minute = 3000;  ///< of all people at an address
  std::int64_t open_streams = 100;                ///< of a person at once
  std::map<std::string, std::int64_t> days_kept;  ///< by kind, as the inventory of personal data names it
  flags::DefaultFlags features;                   ///< what they are where nobody has changed them
  std::string admin_email;
  std::string admin_password;
  std::string password_pepper;  ///< kept apart from the database; without it hashes cannot be guessed at
  telemetry::LogLevel log_level = telemetry::LogLevel::kInfo;
};

struct Settings {
  std::string app_env;            ///< local, staging, production or test
  std::filesystem::path models;   ///< folder with the model files
  std::filesystem::path samples;  ///< folder with the sample photo
  std::filesystem::path peer;     ///< starts the engine to compare with
  std::filesystem::path graphs;   ///< folder with graphs in files that are served
  std::filesystem::path data;     ///< what is kept between runs; empty when nobody says where
  mirror::Mode mode = mirror::Mode::kProd;
  int workers = 1;  ///< threads of the `cpu` pool
  ServeSettings serve;
  std::vector<SettingEntry> entries;  ///< all of them, for people

  bool is_local() const { return app_env == "local" || app_env == "test"; }
};

/// Throws base::Error (kInvalidInput) that names the setting and what it may be.
Settings read_settings(const SettingSources& sources);

}  // namespace pharos::server
