// Jobs that are done again and again: /api/v1/crons.
#pragma once

#include <string>
#include <vector>

#include "platform/http/routes.h"
#include "platform/jobs/crons.h"
#include "platform/security/audit.h"

namespace pharos::base_api {

struct WantedCron {
  http::Text<1, 100> name;
  http::Text<1, 200> expression;  ///< such as `0 7 * * 1-5`
  http::Text<1, 100> kind;
  boost::json::value input;
  std::optional<http::Text<1, 100>> timezone;  ///< such as Europe/Lisbon; none: UTC
};
BOOST_DESCRIBE_STRUCT(WantedCron, (), (name, expression, kind, input, timezone))

struct CronChange {
  bool is_active = true;
};
BOOST_DESCRIBE_STRUCT(CronChange, (), (is_active))

struct CronList {
  std::vector<jobs::Cron> data;
};
BOOST_DESCRIBE_STRUCT(CronList, (), (data))

class CronRoutes {
 public:
  /// `kinds` are the jobs that people may have done: others are the server's own business. All outlive it,
  /// and it the table's use.
  CronRoutes(http::Routes& table, jobs::Crons& crons, security::AuditLog& audit,
             std::vector<std::string> kinds);

 private:
  /// Makes the caller's cron of that name, or changes it.
  base::Task<jobs::Cron> put(security::Caller caller, WantedCron wanted);
  base::Task<CronList> list(security::Caller caller);
  base::Task<jobs::Cron> change(security::Caller caller, http::Path<http::IdKey> key, CronChange change);
  base::Task<void> remove(security::Caller caller, http::Path<http::IdKey> key);

  jobs::Crons& crons_;
  security::AuditLog& audit_;
  std::vector<std::string> kinds_;
};

}  // namespace pharos::base_api
