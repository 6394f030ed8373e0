// What those who run a server ask it: is it well, what does it count, what can it do.
#pragma once

#include <mutex>
#include <string>

#include <boost/describe/class.hpp>

#include "platform/http/routes.h"
#include "platform/storage/database.h"
#include "platform/telemetry/metrics.h"

namespace pharos::server {

struct Health {
  std::string status = "ok";
};
BOOST_DESCRIBE_STRUCT(Health, (), (status))

struct OkAnswer {
  bool ok = true;
};
BOOST_DESCRIBE_STRUCT(OkAnswer, (), (ok))

/// Which parts of the Agent Server API there are.
struct ServerFlags {
  bool assistants = true;
  bool crons = true;
  bool langsmith = false;
};
BOOST_DESCRIBE_STRUCT(ServerFlags, (), (assistants, crons, langsmith))

struct ServerInfo {
  std::string name = "pharos";
  std::string version;
  ServerFlags flags;
};
BOOST_DESCRIBE_STRUCT(ServerInfo, (), (name, version, flags))

class OperationsRoutes {
 public:
  /// All outlive it, and it the table's use.
  OperationsRoutes(http::Routes& table, storage::Database& database, telemetry::Metrics& metrics);

 private:
  base::Task<Health> alive();
  base::Task<Health> ready();
  base::Task<OkAnswer> ok();
  base::Task<ServerInfo> info();
  base::Task<http::Response> metrics();
  base::Task<http::Response> openapi();
  base::Task<http::Response> home();
  base::Task<http::Response> docs();
  base::Task<http::Response> docs_style();

  http::Routes& table_;
  storage::Database& database_;
  telemetry::Metrics& metrics_;
  std::string openapi_;  ///< made when first asked for: then the table is whole
  std::string docs_;
  std::once_flag documented_;
};

}  // namespace pharos::server
