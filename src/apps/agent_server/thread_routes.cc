#include "apps/agent_server/thread_routes.h"

#include "apps/agent_server/thread_state.h"
#include "core/base/error.h"
#include "core/graph/command.h"

namespace pharos::agent_server {

using base::Code;

namespace {

runs::ThreadQuery query_of(const ThreadSearch& search) {
  runs::ThreadQuery query;
  query.ids = search.ids;
  query.status = search.status;
  query.metadata = search.metadata.value;
  query.values = search.values.value;
  set_page(query, search);
  return query;
}

/// An update without values writes nothing.
std::optional<json::object> values_of(const json::value& said, const std::string& place) {
  if (said.is_null()) return std::nullopt;
  if (said.is_object()) return said.get_object();
  throw base::Error(Code::kInvalidInput, place + ": must be an object of the state's fields, or null");
}

/// Clients call the beginning by another name than the runtime.
std::string node_of(const std::optional<std::string>& said) {
  if (said == "__input__") return std::string(graph::kStart);
  return said.value_or("");
}

std::vector<runs::SuperStep> steps_of(const ThreadCreate& wanted) {
  std::vector<runs::SuperStep> steps;
  if (!wanted.supersteps) return steps;
  for (const StateStep& step : *wanted.supersteps) {
    runs::SuperStep& made = steps.emplace_back();
    for (const StateEdit& edit : step.updates) {
      made.edits.push_back({.values = values_of(edit.values, "body.supersteps").value_or(json::object()),
                            .as_node = node_of(edit.as_node)});
    }
  }
  return steps;
}

runs::HistoryQuery history_query(const HistoryWish& wish) {
  runs::HistoryQuery query;
  query.limit = static_cast<std::size_t>(wish.limit ? std::int64_t{*wish.limit} : 10);
  query.before = checkpoint_id_of(wish.before, "body.before");
  query.checkpoint_id = checkpoint_id_of(wish.checkpoint, "body.checkpoint");
  query.metadata = wish.metadata.value;
  return query;
}

std::vector<json::object> states_json(const std::vector<runs::ThreadState>& history) {
  std::vector<json::object> states;
  for (const runs::ThreadState& each : history) states.push_back(state_json(each));
  return states;
}

}  // namespace

json::object thread_json(const runs::Thread& thread, const std::vector<std::string>& select) {
  json::object object = selected(thread, select);
  if (!thread.error) object.erase("error");
  if (!thread.values) object.erase("values");
  return object;
}

ThreadRoutes::ThreadRoutes(http::Routes& table, runs::Threads& threads) : threads_(threads) {
  auto routes = table.of(*this, "/threads");
  const auto route = [](http::Route& made) -> http::Route& { return made.tag("threads"); };
  route(routes.post("", &ThreadRoutes::create))
      .summary("Create a thread")
      .raises(Code::kConflict)
      .raises(Code::kNotFound);
  route(routes.post("/search", &ThreadRoutes::search)).summary("Search threads");
  route(routes.post("/count", &ThreadRoutes::count)).summary("Count threads");
  route(routes.post("/prune", &ThreadRoutes::prune)).summary("Prune threads").raises(Code::kConflict);
  route(routes.get("/{thread_id}", &ThreadRoutes::read)).summary("Read a thread");
  route(routes.patch("/{thread_id}", &ThreadRoutes::change)).summary("Change a thread");
  route(routes.remove("/{thread_id}", &ThreadRoutes::remove)).summary("Delete a thread");
  route(routes.post("/{thread_id}/copy", &ThreadRoutes::copy)).summary("Copy a thread");
  route(routes.get("/{thread_id}/state", &ThreadRoutes::state)).summary("Read a thread's state");
  route(routes.post("/{thread_id}/state", &ThreadRoutes::update_state))
      .summary("Update a thread's state")
      .raises(Code::kConflict);
  route(routes.patch("/{thread_id}/state", &ThreadRoutes::patch_state))
      .summary("Change a thread's metadata beside its state");
  route(routes.get("/{thread_id}/state/{checkpoint_id}", &ThreadRoutes::state_at))
      .summary("Read a thread's state at a checkpoint");
  route(routes.post("/{thread_id}/state/checkpoint", &ThreadRoutes::state_of_choice))
      .summary("Read a thread's state at the checkpoint that the body names");
  route(routes.post("/{thread_id}/history", &ThreadRoutes::history)).summary("Read a thread's history");
  route(routes.get("/{thread_id}/history", &ThreadRoutes::history_page))
      .summary("Read a page of a thread's history");
}

base::Task<json::object> ThreadRoutes::create(security::Caller caller, ThreadCreate wanted) {
  runs::NewThread made;
  made.id = http::value_of(wanted.thread_id);
  made.supersteps = steps_of(wanted);
  made.metadata = std::move(wanted.metadata.value);
  made.graph_id = wanted.graph_id.value_or("");
  if (wanted.graph_id) made.metadata["graph_id"] = *wanted.graph_id;
  const json::value* graph_id = made.metadata.if_contains("graph_id");
  if (graph_id != nullptr && graph_id->is_string()) made.graph_id = graph_id->get_string();
  if (wanted.ttl) made.time_to_live = duration_of(*wanted.ttl);
  made.may_exist = wanted.if_exists == IfExists::kDoNothing;
  co_return thread_json(co_await threads_.create(caller.scope(), std::move(made)));
}

base::Task<FoundPage> ThreadRoutes::search(security::Caller caller, ThreadSearch search) {
  const runs::ThreadQuery query = query_of(search);
  std::vector<json::object> found;
  for (const runs::Thread& each : co_await threads_.search(caller.scope(), query)) {
    found.push_back(thread_json(each, search.select.value_or(std::vector<std::string>())));
  }
  const std::int64_t total = co_await threads_.count(caller.scope(), query);
  co_return page_of(std::move(found), query.offset, total);
}

base::Task<std::int64_t> ThreadRoutes::count(security::Caller caller, ThreadSearch search) {
  co_return co_await threads_.count(caller.scope(), query_of(search));
}

base::Task<Pruned> ThreadRoutes::prune(security::Caller caller, ThreadPrune wanted) {
  std::vector<std::string> ids;
  for (const http::Id& id : wanted.thread_ids) ids.push_back(id.value);
  const bool deletes = wanted.strategy.value_or(PruneStrategy::kDelete) == PruneStrategy::kDelete;
  co_return Pruned{co_await threads_.prune(caller.scope(), std::move(ids), deletes)};
}

base::Task<json::object> ThreadRoutes::read(security::Caller caller, http::Path<ThreadKey> key) {
  co_return thread_json(co_await threads_.get(caller.scope(), key.thread_id));
}

base::Task<json::object> ThreadRoutes::change(security::Caller caller, http::Path<ThreadKey> key,
                                              ThreadPatch change) {
  std::optional<base::Duration> ttl;
  if (change.ttl) ttl = duration_of(*change.ttl);
  co_return thread_json(
      co_await threads_.change(caller.scope(), key.thread_id, std::move(change.metadata.value), ttl));
}

base::Task<void> ThreadRoutes::remove(security::Caller caller, http::Path<ThreadKey> key) {
  co_await threads_.remove(caller.scope(), key.thread_id);
}

base::Task<json::object> ThreadRoutes::copy(security::Caller caller, http::Path<ThreadKey> key) {
  co_return thread_json(co_await threads_.copy(caller.scope(), key.thread_id));
}

base::Task<json::object> ThreadRoutes::state(security::Caller caller, http::Path<ThreadKey> key,
                                             http::Query<StateWish>) {
  co_return state_json(co_await threads_.state(caller.scope(), key.thread_id));
}

base::Task<json::object> ThreadRoutes::update_state(security::Caller caller, http::Path<ThreadKey> key,
                                                    StateUpdate update) {
  std::string from = update.checkpoint_id.value_or(checkpoint_id_of(update.checkpoint, "body.checkpoint"));
  const std::string made =
      co_await threads_.update_state(caller.scope(), key.thread_id, std::move(from),
                                     values_of(update.values, "body.values"), node_of(update.as_node));
  co_return json::object{{"checkpoint", checkpoint_json(key.thread_id, made)}};
}

base::Task<json::object> ThreadRoutes::patch_state(security::Caller caller, http::Path<ThreadKey> key,
                                                   ThreadPatch change) {
  return this->change(std::move(caller), std::move(key), std::move(change));
}

base::Task<json::object> ThreadRoutes::state_at(security::Caller caller, http::Path<ThreadCheckpointKey> key,
                                                http::Query<StateWish>) {
  co_return state_json(co_await threads_.state(caller.scope(), key.thread_id, key.checkpoint_id));
}

base::Task<json::object> ThreadRoutes::state_of_choice(security::Caller caller, http::Path<ThreadKey> key,
                                                       CheckpointChoice choice) {
  co_return state_json(co_await threads_.state(caller.scope(), key.thread_id,
                                               checkpoint_id_of(choice.checkpoint, "body.checkpoint")));
}

base::Task<std::vector<json::object>> ThreadRoutes::history(security::Caller caller,
                                                            http::Path<ThreadKey> key, HistoryWish wish) {
  co_return states_json(co_await threads_.history(caller.scope(), key.thread_id, history_query(wish)));
}

base::Task<std::vector<json::object>> ThreadRoutes::history_page(security::Caller caller,
                                                                 http::Path<ThreadKey> key,
                                                                 http::Query<HistoryPage> page) {
  runs::HistoryQuery query;
  query.limit = static_cast<std::size_t>(page.limit ? std::int64_t{*page.limit} : 10);
  query.before = page.before.value_or("");
  co_return states_json(co_await threads_.history(caller.scope(), key.thread_id, std::move(query)));
}

}  // namespace pharos::agent_server
