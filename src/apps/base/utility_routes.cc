#include "apps/base/utility_routes.h"

namespace pharos::base_api {
namespace {

base::Task<void> tick(base::Clock& clock, TicksWanted wanted, http::EventWriter& out) {
  base::SteadyTime next = clock.now();
  for (std::int64_t number = 1; number <= wanted.count; ++number) {
    co_await out.send({.name = "tick", .data = std::to_string(number), .id = std::to_string(number)});
    next += std::chrono::milliseconds(wanted.every_ms);
    if (number < wanted.count) co_await clock.sleep_until(next);
  }
}

}  // namespace

UtilityRoutes::UtilityRoutes(http::Routes& table, base::Clock& clock) : clock_(clock) {
  auto routes = table.of(*this, "/api/v1");
  routes.get("/auth/whoami", &UtilityRoutes::who_am_i).summary("Say who I am").tag("auth");
  routes.get("/utils/ticks", &UtilityRoutes::ticks).summary("Watch a stream of numbers");
}

base::Task<WhoAmI> UtilityRoutes::who_am_i(security::Caller caller) {
  co_return WhoAmI{.user_id = caller.user_id, .team_id = caller.team_id, .role = caller.role};
}

base::Task<http::Events> UtilityRoutes::ticks(security::Caller, http::Query<TicksWanted> wanted) {
  co_return http::Events{
      .write = [this, wanted](http::EventWriter& out) { return tick(clock_, wanted, out); }};
}

}  // namespace pharos::base_api
