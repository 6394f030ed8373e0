#include "apps/agent_server/assistant_routes.h"

#include "core/base/error.h"

namespace pharos::agent_server {

using base::Code;

namespace {

runs::AssistantQuery query_of(const AssistantSearch& search) {
  runs::AssistantQuery query;
  query.graph_id = http::value_of(search.graph_id);
  query.name = http::value_of(search.name);
  query.metadata = search.metadata.value;
  set_page(query, search);
  return query;
}

}  // namespace

AssistantRoutes::AssistantRoutes(http::Routes& table, runs::Assistants& assistants)
    : assistants_(assistants) {
  auto routes = table.of(*this, "/assistants");
  const auto route = [](http::Route& made) -> http::Route& { return made.tag("assistants"); };
  route(routes.post("", &AssistantRoutes::create)).summary("Create an assistant").raises(Code::kConflict);
  route(routes.post("/search", &AssistantRoutes::search)).summary("Search assistants");
  route(routes.post("/count", &AssistantRoutes::count)).summary("Count assistants");
  route(routes.get("/{assistant_id}", &AssistantRoutes::read)).summary("Read an assistant");
  route(routes.patch("/{assistant_id}", &AssistantRoutes::change))
      .summary("Change an assistant")
      .raises(Code::kForbidden);
  route(routes.remove("/{assistant_id}", &AssistantRoutes::remove))
      .summary("Delete an assistant")
      .raises(Code::kForbidden)
      .status(200);
  route(routes.get("/{assistant_id}/graph", &AssistantRoutes::drawing)).summary("Draw an assistant's graph");
  route(routes.get("/{assistant_id}/schemas", &AssistantRoutes::schemas))
      .summary("Read the schemas of an assistant's graph");
  route(routes.get("/{assistant_id}/subgraphs", &AssistantRoutes::inner_graphs))
      .summary("Read the schemas of the graphs inside an assistant's graph");
  route(routes.get("/{assistant_id}/subgraphs/{subgraph}", &AssistantRoutes::inner_graph))
      .summary("Read the schemas of a graph inside an assistant's graph");
  route(routes.post("/{assistant_id}/versions", &AssistantRoutes::versions))
      .summary("List an assistant's versions");
  route(routes.post("/{assistant_id}/latest", &AssistantRoutes::set_latest))
      .summary("Make a version of an assistant its latest")
      .raises(Code::kForbidden);
}

base::Task<runs::Assistant> AssistantRoutes::create(security::Caller caller, AssistantCreate wanted) {
  runs::NewAssistant made;
  made.id = http::value_of(wanted.assistant_id);
  made.graph_id = wanted.graph_id.value;
  made.name = http::value_of(wanted.name);
  made.description = http::value_of(wanted.description);
  made.config = std::move(wanted.config.value);
  made.context = std::move(wanted.context.value);
  made.metadata = std::move(wanted.metadata.value);
  made.shared = wanted.shared.value_or(false);
  made.may_exist = wanted.if_exists == IfExists::kDoNothing;
  co_return co_await assistants_.create(caller.scope(), std::move(made));
}

base::Task<FoundPage> AssistantRoutes::search(security::Caller caller, AssistantSearch search) {
  const runs::AssistantQuery query = query_of(search);
  std::vector<json::object> found;
  for (const runs::Assistant& each : co_await assistants_.search(caller.scope(), query)) {
    found.push_back(selected(each, search.select.value_or(std::vector<std::string>())));
  }
  const std::int64_t total = co_await assistants_.count(caller.scope(), query);
  co_return page_of(std::move(found), query.offset, total);
}

base::Task<std::int64_t> AssistantRoutes::count(security::Caller caller, AssistantSearch search) {
  co_return co_await assistants_.count(caller.scope(), query_of(search));
}

base::Task<runs::Assistant> AssistantRoutes::read(security::Caller caller, http::Path<AssistantKey> key) {
  co_return co_await assistants_.get(caller.scope(), key.assistant_id);
}

base::Task<runs::Assistant> AssistantRoutes::change(security::Caller caller, http::Path<AssistantKey> key,
                                                    AssistantPatch change) {
  runs::AssistantChange wanted;
  wanted.graph_id = http::value_of(change.graph_id);
  wanted.name = http::value_of(change.name);
  wanted.description = http::value_of(change.description);
  wanted.config = std::move(change.config);
  wanted.context = std::move(change.context);
  wanted.metadata = std::move(change.metadata);
  wanted.shared = change.shared;
  co_return co_await assistants_.change(caller.scope(), key.assistant_id, std::move(wanted));
}

base::Task<std::vector<std::string>> AssistantRoutes::remove(security::Caller caller,
                                                             http::Path<AssistantKey> key) {
  co_await assistants_.remove(caller.scope(), key.assistant_id);
  co_return std::vector<std::string>{key.assistant_id};
}

base::Task<json::object> AssistantRoutes::drawing(security::Caller caller, http::Path<AssistantKey> key,
                                                  http::Query<DrawingWish> wish) {
  const runs::Assistant assistant = co_await assistants_.get(caller.scope(), key.assistant_id);
  co_return assistants_.graph_of(assistant)->drawing(wish.xray ? wish.xray->value : 0);
}

base::Task<GraphSchemas> AssistantRoutes::schemas(security::Caller caller, http::Path<AssistantKey> key) {
  const runs::Assistant assistant = co_await assistants_.get(caller.scope(), key.assistant_id);
  const auto graph = assistants_.graph_of(assistant);
  const json::object anything{{"type", "object"}};
  co_return GraphSchemas{.graph_id = graph->id,
                         .input_schema = graph->input_schema,
                         .output_schema = graph->state_schema,
                         .state_schema = graph->state_schema,
                         .config_schema = anything,
                         .context_schema = graph->context_schema};
}

base::Task<json::object> AssistantRoutes::inner_graphs(security::Caller caller, http::Path<AssistantKey> key,
                                                       http::Query<InnerGraphWish> wish) {
  const runs::Assistant assistant = co_await assistants_.get(caller.scope(), key.assistant_id);
  const auto graph = assistants_.graph_of(assistant);
  json::object found;
  for (const auto& [place, schemas] : graph->inner) {
    const bool is_deep = place.find('|') != json::string_view::npos;
    if (!is_deep || wish.recurse.value_or(false)) found[place] = schemas;
  }
  co_return found;
}

/// Where there is none, none is found: an empty object, as clients expect.
base::Task<json::object> AssistantRoutes::inner_graph(security::Caller caller, http::Path<InnerGraphKey> key,
                                                      http::Query<InnerGraphWish> wish) {
  const runs::Assistant assistant = co_await assistants_.get(caller.scope(), key.assistant_id);
  const auto graph = assistants_.graph_of(assistant);
  const std::string below = key.subgraph.value + "|";
  json::object found;
  for (const auto& [place, schemas] : graph->inner) {
    const bool is_below = wish.recurse.value_or(false) && std::string_view(place).starts_with(below);
    if (place == json::string_view(key.subgraph.value) || is_below) found[place] = schemas;
  }
  co_return found;
}

base::Task<std::vector<runs::Assistant>> AssistantRoutes::versions(security::Caller caller,
                                                                   http::Path<AssistantKey> key,
                                                                   VersionSearch search) {
  co_return co_await assistants_.versions(caller.scope(), key.assistant_id, std::move(search.metadata.value),
                                          search.limit ? std::int64_t{*search.limit} : 10,
                                          search.offset ? std::int64_t{*search.offset} : 0);
}

base::Task<runs::Assistant> AssistantRoutes::set_latest(security::Caller caller, http::Path<AssistantKey> key,
                                                        VersionChoice choice) {
  co_return co_await assistants_.set_latest(caller.scope(), key.assistant_id, choice.version);
}

}  // namespace pharos::agent_server
