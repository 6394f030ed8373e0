// Assistants over HTTP: /assistants.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/agent_server/wire.h"
#include "platform/http/routes.h"
#include "platform/runs/assistants.h"

namespace pharos::agent_server {

struct AssistantKey {
  http::Text<1, 255> assistant_id;  ///< or the name of a graph
};
BOOST_DESCRIBE_STRUCT(AssistantKey, (), (assistant_id))

struct AssistantCreate {
  http::Text<1, 255> graph_id;
  std::optional<http::Id> assistant_id;
  std::optional<http::Text<0, 255>> name;
  std::optional<http::Text<0, 10'000>> description;
  Fields config;
  Fields context;
  Fields metadata;
  std::optional<IfExists> if_exists;
  std::optional<bool> shared;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(AssistantCreate, (),
                      (graph_id, assistant_id, name, description, config, context, metadata, if_exists,
                       shared))

struct AssistantPatch {
  std::optional<http::Text<1, 255>> graph_id;
  std::optional<http::Text<0, 255>> name;
  std::optional<http::Text<0, 10'000>> description;
  std::optional<json::object> config;
  std::optional<json::object> context;
  std::optional<json::object> metadata;
  std::optional<bool> shared;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(AssistantPatch, (), (graph_id, name, description, config, context, metadata, shared))

struct AssistantSearch : SearchPage {
  std::optional<http::Text<1, 255>> graph_id;
  std::optional<http::Text<0, 255>> name;
  Fields metadata;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(AssistantSearch, (SearchPage), (graph_id, name, metadata))

struct VersionSearch {
  Fields metadata;
  std::optional<http::Whole<1, 1000, 10>> limit;
  std::optional<http::Whole<0, 1'000'000'000>> offset;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(VersionSearch, (), (metadata, limit, offset))

struct VersionChoice {
  http::Whole<1, 1'000'000'000> version;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(VersionChoice, (), (version))

struct DrawingWish {
  std::optional<Depth> xray;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(DrawingWish, (), (xray))

struct InnerGraphKey {
  http::Text<1, 255> assistant_id;
  http::Text<1, 1000> subgraph;  ///< where it lies: `outer|inner`
};
BOOST_DESCRIBE_STRUCT(InnerGraphKey, (), (assistant_id, subgraph))

struct InnerGraphWish {
  std::optional<bool> recurse;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(InnerGraphWish, (), (recurse))

/// What goes into a graph and what comes out, as JSON Schema.
struct GraphSchemas {
  std::string graph_id;
  json::object input_schema;
  json::object output_schema;
  json::object state_schema;
  json::object config_schema;
  json::object context_schema;
};
BOOST_DESCRIBE_STRUCT(GraphSchemas, (),
                      (graph_id, input_schema, output_schema, state_schema, config_schema, context_schema))

class AssistantRoutes {
 public:
  /// All outlive it, and it the table's use.
  AssistantRoutes(http::Routes& table, runs::Assistants& assistants);

 private:
  base::Task<runs::Assistant> create(security::Caller caller, AssistantCreate wanted);
  base::Task<FoundPage> search(security::Caller caller, AssistantSearch search);
  base::Task<std::int64_t> count(security::Caller caller, AssistantSearch search);
  base::Task<runs::Assistant> read(security::Caller caller, http::Path<AssistantKey> key);
  base::Task<runs::Assistant> change(security::Caller caller, http::Path<AssistantKey> key,
                                     AssistantPatch change);
  base::Task<std::vector<std::string>> remove(security::Caller caller, http::Path<AssistantKey> key);
  base::Task<json::object> drawing(security::Caller caller, http::Path<AssistantKey> key,
                                   http::Query<DrawingWish> wish);
  base::Task<GraphSchemas> schemas(security::Caller caller, http::Path<AssistantKey> key);
  base::Task<json::object> inner_graphs(security::Caller caller, http::Path<AssistantKey> key,
                                        http::Query<InnerGraphWish> wish);
  base::Task<json::object> inner_graph(security::Caller caller, http::Path<InnerGraphKey> key,
                                       http::Query<InnerGraphWish> wish);
  base::Task<std::vector<runs::Assistant>> versions(security::Caller caller, http::Path<AssistantKey> key,
                                                    VersionSearch search);
  base::Task<runs::Assistant> set_latest(security::Caller caller, http::Path<AssistantKey> key,
                                         VersionChoice choice);

  runs::Assistants& assistants_;
};

}  // namespace pharos::agent_server
