// Small things that help to connect a client: who am I, does a stream come through.
#pragma once

#include <string>

#include "core/base/clock.h"
#include "platform/http/routes.h"

namespace pharos::base_api {

/// Who a token or key speaks for, as far as it says itself.
struct WhoAmI {
  std::string user_id;
  std::string team_id;
  security::Role role = security::Role::kUser;
};
BOOST_DESCRIBE_STRUCT(WhoAmI, (), (user_id, team_id, role))

struct TicksWanted {
  http::Whole<1, 3600, 10> count;
  http::Whole<0, 60'000, 1000> every_ms;
};
BOOST_DESCRIBE_STRUCT(TicksWanted, (), (count, every_ms))

class UtilityRoutes {
 public:
  /// Both outlive it, and it the table's use.
  UtilityRoutes(http::Routes& table, base::Clock& clock);

 private:
  base::Task<WhoAmI> who_am_i(security::Caller caller);
  /// A stream of numbers: shows whether proxies pass events on as they come.
  base::Task<http::Events> ticks(security::Caller caller, http::Query<TicksWanted> wanted);

  base::Clock& clock_;
};

}  // namespace pharos::base_api
