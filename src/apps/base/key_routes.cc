#include "apps/base/key_routes.h"

namespace pharos::base_api {

KeyRoutes::KeyRoutes(http::Routes& table, security::ApiKeys& keys) : keys_(keys) {
  auto routes = table.of(*this, "/api/v1");
  routes.post("/keys", &KeyRoutes::create).summary("Make a key").status(201);
  routes.get("/keys", &KeyRoutes::list).summary("List keys");
  routes.post("/keys/{id}/rotate", &KeyRoutes::rotate).summary("Replace a key").status(201);
  routes.remove("/keys/{id}", &KeyRoutes::revoke).summary("Revoke a key");
}

base::Task<security::CreatedApiKey> KeyRoutes::create(security::Caller caller, WantedKey wanted) {
  co_return co_await keys_.create(std::move(caller),
                                  {.name = wanted.name,
                                   .scopes = std::move(wanted.scopes),
                                   .expires_in_days = http::value_of(wanted.expires_in_days)});
}

base::Task<KeyList> KeyRoutes::list(security::Caller caller) {
  co_return KeyList{.data = co_await keys_.list(std::move(caller))};
}

base::Task<security::CreatedApiKey> KeyRoutes::rotate(security::Caller caller, http::Path<KeyId> key,
                                                      KeyRotation rotation) {
  co_return co_await keys_.rotate(std::move(caller), key.id, std::chrono::hours(rotation.overlap_hours));
}

base::Task<void> KeyRoutes::revoke(security::Caller caller, http::Path<KeyId> key) {
  co_await keys_.revoke(std::move(caller), key.id);
}

}  // namespace pharos::base_api
