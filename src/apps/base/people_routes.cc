#include "apps/base/people_routes.h"

namespace pharos::base_api {

PeopleRoutes::PeopleRoutes(http::Routes& table, security::People& people, privacy::AccountDeletion& deletion)
    : people_(people), deletion_(deletion) {
  auto routes = table.of(*this, "/api/v1");
  const auto administering = [](http::Route& route) -> http::Route& {
    return route.needs(security::Permission::kUsersManage)
        .raises(base::Code::kConflict)
        .tag("administration");
  };
  routes.post("/setup", &PeopleRoutes::set_up)
      .open()
      .limited(http::Limit::kAuth)
      .summary("Become the first who runs the server")
      .status(201)
      .raises(base::Code::kUnauthenticated)
      .tag("administration");
  administering(routes.get("/users", &PeopleRoutes::list).summary("List everybody"));
  administering(
      routes.post("/users", &PeopleRoutes::create).summary("Make an account for somebody").status(201));
  administering(routes.get("/users/{id}", &PeopleRoutes::read).summary("Read somebody's account"));
  administering(routes.patch("/users/{id}", &PeopleRoutes::change).summary("Change somebody's account"));
  administering(routes.remove("/users/{id}", &PeopleRoutes::remove).summary("Delete somebody's account"));
}

base::Task<security::User> PeopleRoutes::set_up(FirstAdmin wanted) {
  co_return co_await people_.make_first_admin(
      wanted.token, {.email = wanted.email, .password = wanted.password, .full_name = {}});
}

base::Task<security::UserPage> PeopleRoutes::list(security::Caller caller, http::Query<http::Page> page) {
  co_return co_await people_.list(std::move(caller), page.skip, page.limit);
}

base::Task<security::User> PeopleRoutes::create(security::Caller caller, WantedPerson wanted) {
  co_return co_await people_.create(std::move(caller), {.email = wanted.email,
                                                        .password = wanted.password,
                                                        .full_name = http::value_of(wanted.full_name),
                                                        .is_active = wanted.is_active,
                                                        .is_superuser = wanted.is_superuser});
}

base::Task<security::User> PeopleRoutes::read(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await people_.get(std::move(caller), key.id);
}

base::Task<security::User> PeopleRoutes::change(security::Caller caller, http::Path<http::IdKey> key,
                                                WantedPersonChange wanted) {
  co_return co_await people_.change(std::move(caller), key.id,
                                    {.email = http::value_of(wanted.email),
                                     .password = http::value_of(wanted.password),
                                     .full_name = http::value_of(wanted.full_name),
                                     .is_active = wanted.is_active,
                                     .is_superuser = wanted.is_superuser});
}

base::Task<void> PeopleRoutes::remove(security::Caller caller, http::Path<http::IdKey> key) {
  co_await deletion_.remove(std::move(caller), key.id);
}

}  // namespace pharos::base_api
