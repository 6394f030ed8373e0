// The audit log of the caller's team, and for whoever runs the server its own: /api/v1/audit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/http/routes.h"
#include "platform/security/audit.h"

namespace pharos::base_api {

struct AuditSearch {
  http::Text<0, 100> action;
  http::Text<0, 64> actor_id;
  std::optional<http::Whole<1, 1'000'000'000'000>> before;
  http::Whole<1, 1000, 100> limit;
  bool of_server = false;
};
BOOST_DESCRIBE_STRUCT(AuditSearch, (), (action, actor_id, before, limit, of_server))

struct AuditList {
  std::vector<security::AuditRecord> data;
};
BOOST_DESCRIBE_STRUCT(AuditList, (), (data))

class AuditRoutes {
 public:
  /// Both outlive it, and it the table's use.
  AuditRoutes(http::Routes& table, security::AuditLog& log);

 private:
  base::Task<AuditList> search(security::Caller caller, http::Query<AuditSearch> wanted);

  security::AuditLog& log_;
};

}  // namespace pharos::base_api
