#include "apps/base/audit_routes.h"

namespace pharos::base_api {

AuditRoutes::AuditRoutes(http::Routes& table, security::AuditLog& log) : log_(log) {
  table.of(*this, "/api/v1")
      .get("/audit", &AuditRoutes::search)
      .needs(security::Permission::kAuditRead)
      .summary("Search the audit log");
}

base::Task<AuditList> AuditRoutes::search(security::Caller caller, http::Query<AuditSearch> wanted) {
  security::AuditQuery query{.action = wanted.action,
                             .actor_id = wanted.actor_id,
                             .before = http::value_of(wanted.before),
                             .limit = wanted.limit,
                             .of_server = wanted.of_server};
  co_return AuditList{.data = co_await log_.search(std::move(caller), std::move(query))};
}

}  // namespace pharos::base_api
