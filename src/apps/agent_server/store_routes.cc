#include "apps/agent_server/store_routes.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/memory/personal_store.h"

namespace pharos::agent_server {
namespace {

using security::Permission;

constexpr const char* kTag = "store";
constexpr double kMostMinutes = 100.0 * 366 * 24 * 60;

graph::Namespace labels_of(const Labels& labels) {
  return {labels.begin(), labels.end()};
}
graph::Namespace labels_of(const std::optional<Labels>& labels) {
  return labels ? labels_of(*labels) : graph::Namespace();
}

base::Duration minutes(double count) {
  if (count > 0 && count <= kMostMinutes) {
    return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double, std::ratio<60>>(count));
  }
  throw base::Error(base::Code::kInvalidInput,
                    "body.ttl: must be more than 0 minutes and at most a hundred years; leave it out for an "
                    "item that stays");
}

StoreItemOut out_of(graph::StoreItem item) {
  StoreItemOut out;
  out.space = std::move(item.space);
  out.key = std::move(item.key);
  out.value = std::move(item.value);
  out.created_at = base::iso8601(item.created_at);
  out.updated_at = base::iso8601(item.updated_at);
  return out;
}

}  // namespace

json::value IndexChoice::to_json() const {
  if (!paths) return nullptr;
  return paths->empty() ? json::value(false) : base::to_json(*paths);
}

IndexChoice IndexChoice::from_json(const json::value& from, const std::string& path) {
  if (from.is_null()) return {};
  if (from == json::value(false)) return {.paths = std::vector<std::string>()};
  if (!from.is_array()) {
    throw base::Error(base::Code::kInvalidInput,
                      path + ": must be false, or a list of paths such as [\"text\", \"tags[*]\"]");
  }
  return {.paths = base::from_json<std::vector<std::string>>(from, path)};
}

json::object IndexChoice::schema() {
  return {{"anyOf",
           {{{"const", false}}, {{"type", "array"}, {"items", {{"type", "string"}}}}, {{"type", "null"}}}}};
}

StoreRoutes::StoreRoutes(http::Routes& table, StoreOf store_of) : store_of_(std::move(store_of)) {
  auto routes = table.of(*this, "/store");
  routes.put("/items", &StoreRoutes::put)
      .needs(Permission::kItemsWrite)
      .summary("Put an item into the store")
      .max_body(2 * memory::PersonalStore::kLargestValue)
      .tag(kTag);
  routes.get("/items", &StoreRoutes::read).summary("Read an item of the store").tag(kTag);
  routes.remove("/items", &StoreRoutes::remove)
      .needs(Permission::kItemsWrite)
      .summary("Delete an item of the store")
      .tag(kTag);
  routes.post("/items/search", &StoreRoutes::search).summary("Search the store").tag(kTag);
  routes.post("/namespaces", &StoreRoutes::list_namespaces).summary("List namespaces of the store").tag(kTag);
}

base::Task<void> StoreRoutes::put(security::Caller caller, NewStoreItem item) {
  graph::PutOptions options{.time_to_live = {}, .index = std::move(item.index.paths)};
  if (item.ttl) options.time_to_live = minutes(*item.ttl);
  const std::shared_ptr<graph::Store> store = store_of_(caller.scope());
  co_await store->put(labels_of(item.space), item.key, std::move(item.value), std::move(options));
}

/// Null when there is none: clients take that for "not there" where a 404 would be an exception to them.
base::Task<std::optional<StoreItemOut>> StoreRoutes::read(security::Caller caller,
                                                          http::Query<StoreKeyText> key) {
  const std::shared_ptr<graph::Store> store = store_of_(caller.scope());
  auto item = co_await store->get(base::split(key.space.value, '.'), key.key, key.refresh_ttl);
  if (!item) co_return std::nullopt;
  co_return out_of(std::move(*item));
}

base::Task<void> StoreRoutes::remove(security::Caller caller, StoreKey key) {
  const std::shared_ptr<graph::Store> store = store_of_(caller.scope());
  co_await store->delete_item(labels_of(key.space), key.key);
}

base::Task<FoundItems> StoreRoutes::search(security::Caller caller, ItemSearch wanted) {
  graph::StoreQuery query{.filter = std::move(wanted.filter).value_or(json::object()),
                          .query = wanted.query ? wanted.query->value : "",
                          .limit = static_cast<std::size_t>(wanted.limit.value),
                          .offset = static_cast<std::size_t>(wanted.offset.value),
                          .refresh = wanted.refresh_ttl};
  const std::shared_ptr<graph::Store> store = store_of_(caller.scope());
  FoundItems found;
  for (graph::StoreItem& item :
       co_await store->search(labels_of(wanted.namespace_prefix), std::move(query))) {
    const std::optional<double> score = item.score;
    json::object& out = found.items.emplace_back(base::to_json(out_of(std::move(item))).as_object());
    if (score) out["score"] = *score;
  }
  co_return found;
}

base::Task<FoundNamespaces> StoreRoutes::list_namespaces(security::Caller caller, NamespaceSearch wanted) {
  graph::NamespaceQuery query{
      .prefix = labels_of(wanted.prefix),
      .suffix = labels_of(wanted.suffix),
      .max_depth = wanted.max_depth ? static_cast<std::size_t>(wanted.max_depth->value) : 0,
      .limit = static_cast<std::size_t>(wanted.limit.value),
      .offset = static_cast<std::size_t>(wanted.offset.value)};
  const std::shared_ptr<graph::Store> store = store_of_(caller.scope());
  co_return FoundNamespaces{.namespaces = co_await store->list_namespaces(std::move(query))};
}

}  // namespace pharos::agent_server
