#include "apps/base/item_routes.h"

namespace pharos::base_api {

using security::Permission;

ItemRoutes::ItemRoutes(http::Routes& table, Items& items) : items_(items) {
  auto routes = table.of(*this, "/api/v1");
  routes.post("/items", &ItemRoutes::create)
      .needs(Permission::kItemsWrite)
      .summary("Create an item")
      .status(201);
  routes.get("/items", &ItemRoutes::list).summary("List items");
  routes.get("/items/{id}", &ItemRoutes::read).summary("Read an item");
  routes.put("/items/{id}", &ItemRoutes::change).needs(Permission::kItemsWrite).summary("Change an item");
  routes.remove("/items/{id}", &ItemRoutes::remove).needs(Permission::kItemsWrite).summary("Delete an item");
}

base::Task<Item> ItemRoutes::create(security::Caller caller, NewItem item) {
  co_return co_await items_.create(caller, std::move(item));
}

base::Task<http::Listing<Item>> ItemRoutes::list(security::Caller caller, http::Query<http::Page> page) {
  co_return co_await items_.list(caller, page);
}

base::Task<Item> ItemRoutes::read(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await items_.read(caller, key.id);
}

base::Task<Item> ItemRoutes::change(security::Caller caller, http::Path<http::IdKey> key, ItemChange change) {
  co_return co_await items_.change(caller, key.id, std::move(change));
}

base::Task<void> ItemRoutes::remove(security::Caller caller, http::Path<http::IdKey> key) {
  co_await items_.remove(caller, key.id);
}

}  // namespace pharos::base_api
