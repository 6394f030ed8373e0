// /api/v1/items
#pragma once

#include "apps/base/items.h"
#include "platform/http/routes.h"

namespace pharos::base_api {

class ItemRoutes {
 public:
  /// Both outlive it, and it the table's use.
  ItemRoutes(http::Routes& table, Items& items);

 private:
  base::Task<Item> create(security::Caller caller, NewItem item);
  base::Task<http::Listing<Item>> list(security::Caller caller, http::Query<http::Page> page);
  base::Task<Item> read(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<Item> change(security::Caller caller, http::Path<http::IdKey> key, ItemChange change);
  base::Task<void> remove(security::Caller caller, http::Path<http::IdKey> key);

  Items& items_;
};

}  // namespace pharos::base_api
