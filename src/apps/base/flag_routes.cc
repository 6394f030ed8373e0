#include "apps/base/flag_routes.h"

#include <string>
#include <utility>

namespace pharos::base_api {
namespace {

std::vector<std::string> texts_of(const std::vector<http::Id>& ids) {
  return {ids.begin(), ids.end()};
}

}  // namespace

FlagRoutes::FlagRoutes(http::Routes& table, flags::Flags& flags) : flags_(flags) {
  auto routes = table.of(*this, "/api/v1");
  routes.get("/flags", &FlagRoutes::mine).summary("List which features I have");
  const auto administering = [](http::Route& route) -> http::Route& {
    return route.needs(security::Permission::kSystemManage).tag("administration");
  };
  administering(
      routes.get("/feature-flags", &FlagRoutes::list).summary("List features, and for whom they are on"));
  administering(
      routes.put("/feature-flags/{name}", &FlagRoutes::put).summary("Say for whom a feature is on"));
  administering(routes.remove("/feature-flags/{name}", &FlagRoutes::remove)
                    .summary("Leave a feature as the settings have it"))
      .raises(base::Code::kNotFound);
}

base::Task<VerdictList> FlagRoutes::mine(security::Caller caller) {
  co_return VerdictList{.data = flags_.all_for(caller)};
}

base::Task<FlagList> FlagRoutes::list(security::Caller caller) {
  co_return FlagList{.data = co_await flags_.list(std::move(caller))};
}

base::Task<flags::Flag> FlagRoutes::put(security::Caller caller, http::Path<FlagKey> key, WantedFlag wanted) {
  co_return co_await flags_.put(std::move(caller), key.name,
                                {.about = wanted.about,
                                 .percent = wanted.percent,
                                 .on_for = texts_of(wanted.on_for),
                                 .off_for = texts_of(wanted.off_for)});
}

base::Task<void> FlagRoutes::remove(security::Caller caller, http::Path<FlagKey> key) {
  co_await flags_.remove(std::move(caller), key.name);
}

}  // namespace pharos::base_api
