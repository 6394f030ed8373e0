// /store: what graphs remember of whoever asks, as clients of LangGraph read and write it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/agent_server/in_namespace.h"
#include "core/graph/store.h"
#include "platform/http/routes.h"
#include "platform/storage/scope.h"

namespace pharos::agent_server {

/// The items of one person in one team.
using StoreOf = std::function<std::shared_ptr<graph::Store>(const storage::Scope&)>;

/// Which texts of an item it can be found by: as the store has it; none (false); or those at these paths.
struct IndexChoice {
  std::optional<std::vector<std::string>> paths;

  json::value to_json() const;
  static IndexChoice from_json(const json::value& from, const std::string& path);
  static json::object schema();
};

struct NewStoreItem : InNamespace<Labels> {
  http::Text<1, 1000> key;
  json::object value;
  IndexChoice index;
  std::optional<double> ttl;  ///< minutes
};
BOOST_DESCRIBE_STRUCT(NewStoreItem, (InNamespace<Labels>), (key, value, index, ttl))

struct StoreKey : InNamespace<Labels> {
  http::Text<1, 1000> key;
};
BOOST_DESCRIBE_STRUCT(StoreKey, (InNamespace<Labels>), (key))

using DottedLabels = http::Text<1, 10'000>;

/// The same in a query: the namespace's labels with dots between them.
struct StoreKeyText : InNamespace<DottedLabels> {
  http::Text<1, 1000> key;
  std::optional<bool> refresh_ttl;
};
BOOST_DESCRIBE_STRUCT(StoreKeyText, (InNamespace<DottedLabels>), (key, refresh_ttl))

struct StoreItemOut : InNamespace<std::vector<std::string>> {
  std::string key;
  json::object value;
  std::string created_at;
  std::string updated_at;
};
BOOST_DESCRIBE_STRUCT(StoreItemOut, (InNamespace<std::vector<std::string>>),
                      (key, value, created_at, updated_at))

struct ItemSearch {
  std::optional<Labels> namespace_prefix;
  std::optional<json::object> filter;
  http::Whole<1, 1000, 10> limit;
  http::Whole<0, 1'000'000'000> offset;
  std::optional<http::Text<0, 10'000>> query;
  std::optional<bool> refresh_ttl;
};
BOOST_DESCRIBE_STRUCT(ItemSearch, (), (namespace_prefix, filter, limit, offset, query, refresh_ttl))

/// Items as StoreItemOut has them, with their `score` where they were found by their meaning.
struct FoundItems {
  std::vector<json::object> items;
};
BOOST_DESCRIBE_STRUCT(FoundItems, (), (items))

struct NamespaceSearch {
  std::optional<Labels> prefix;
  std::optional<Labels> suffix;
  std::optional<http::Whole<1, 1000>> max_depth;
  http::Whole<1, 1000, 100> limit;
  http::Whole<0, 1'000'000'000> offset;
};
BOOST_DESCRIBE_STRUCT(NamespaceSearch, (), (prefix, suffix, max_depth, limit, offset))

struct FoundNamespaces {
  std::vector<std::vector<std::string>> namespaces;
};
BOOST_DESCRIBE_STRUCT(FoundNamespaces, (), (namespaces))

class StoreRoutes {
 public:
  /// The table outlives neither this nor what `store_of` refers to.
  StoreRoutes(http::Routes& table, StoreOf store_of);

 private:
  base::Task<void> put(security::Caller caller, NewStoreItem item);
  base::Task<std::optional<StoreItemOut>> read(security::Caller caller, http::Query<StoreKeyText> key);
  base::Task<void> remove(security::Caller caller, StoreKey key);
  base::Task<FoundItems> search(security::Caller caller, ItemSearch wanted);
  base::Task<FoundNamespaces> list_namespaces(security::Caller caller, NamespaceSearch wanted);

  StoreOf store_of_;
};

}  // namespace pharos::agent_server
