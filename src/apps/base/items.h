// Items: small things that people keep under a title.
#pragma once

#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/http/values.h"
#include "platform/security/caller.h"
#include "platform/storage/database.h"

namespace pharos::base_api {

struct NewItem {
  http::Text<1, 255> title;
  std::optional<http::Text<0, 255>> description;
};
BOOST_DESCRIBE_STRUCT(NewItem, (), (title, description))

/// What is left out stays as it is.
struct ItemChange {
  std::optional<http::Text<1, 255>> title;
  std::optional<http::Text<0, 255>> description;
};
BOOST_DESCRIBE_STRUCT(ItemChange, (), (title, description))

struct Item {
  std::string id;
  std::string title;
  std::optional<std::string> description;
  std::string owner_id;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, title, description, owner_id, created_at))

/// Thread-safe. Each caller has their own: another's item is not there (base::Error, kNotFound).
class Items {
 public:
  /// All outlive it.
  Items(storage::Database& database, const base::Clock& clock, base::Ids& ids)
      : database_(database), clock_(clock), ids_(ids) {}

  base::Task<Item> create(security::Caller caller, NewItem item);
  base::Task<http::Listing<Item>> list(security::Caller caller, http::Page page);
  base::Task<Item> read(security::Caller caller, std::string id);
  base::Task<Item> change(security::Caller caller, std::string id, ItemChange change);
  base::Task<void> remove(security::Caller caller, std::string id);

 private:
  storage::Database& database_;
  const base::Clock& clock_;
  base::Ids& ids_;
};

}  // namespace pharos::base_api
