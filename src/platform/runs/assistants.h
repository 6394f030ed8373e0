// Assistants: graphs as people have configured them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/runs/served_graph.h"
#include "platform/storage/database.h"

namespace pharos::runs {

struct Assistant {
  std::string assistant_id;
  std::string graph_id;
  std::string name;
  std::optional<std::string> description;
  json::object config;
  json::object context;
  json::object metadata;
  std::int64_t version = 1;
  bool shared = false;  ///< the whole team may use it
  std::string created_at;
  std::string updated_at;
};
BOOST_DESCRIBE_STRUCT(Assistant, (),
                      (assistant_id, graph_id, name, description, config, context, metadata, version, shared,
                       created_at, updated_at))

struct NewAssistant {
  std::optional<std::string> id;
  std::string graph_id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  json::object config;
  json::object context;
  json::object metadata;
  bool shared = false;
  bool may_exist = false;  ///< one of that id is given back as it is
};

/// What is not set stays as it is; metadata are added to.
struct AssistantChange {
  std::optional<std::string> graph_id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<json::object> config;
  std::optional<json::object> context;
  std::optional<json::object> metadata;
  std::optional<bool> shared;
};

struct AssistantQuery {
  std::optional<std::string> graph_id;
  std::optional<std::string> name;  ///< a part of it, whatever its case
  json::object metadata;
  std::string sort_by = "created_at";
  bool ascending = false;
  std::int64_t limit = 10;
  std::int64_t offset = 0;
};

/// Thread-safe. A scope reaches its user's assistants and those that are shared in its team; it changes its
/// user's own. Besides there is one for each graph, which nobody can change.
class Assistants {
 public:
  /// All must outlive it.
  Assistants(storage::Database& database, const GraphSource& graphs, base::Clock& clock, base::Ids& ids);

  static constexpr std::int64_t kMost = 10'000;  ///< of a team

  /// The id of a graph's own assistant: the same everywhere and forever (UUID version 5).
  static std::string id_of_graph(std::string_view graph_id);

  /// Throws base::Error: kInvalidInput when there is no such graph, kConflict when the id is taken.
  base::Task<Assistant> create(storage::Scope scope, NewAssistant wanted);
  /// By its id, or by a graph's name. Throws base::Error (kNotFound); so do all below.
  base::Task<Assistant> get(storage::Scope scope, std::string id);
  /// Makes a new version. Throws base::Error (kForbidden) for one that is not theirs.
  base::Task<Assistant> change(storage::Scope scope, std::string id, AssistantChange change);
  base::Task<void> remove(storage::Scope scope, std::string id);
  base::Task<std::vector<Assistant>> search(storage::Scope scope, AssistantQuery query);
  base::Task<std::int64_t> count(storage::Scope scope, AssistantQuery query);
  /// The newest first.
  base::Task<std::vector<Assistant>> versions(storage::Scope scope, std::string id, json::object metadata,
                                              std::int64_t limit, std::int64_t offset);
  /// Makes it what it was in that version.
  base::Task<Assistant> set_latest(storage::Scope scope, std::string id, std::int64_t version);

  /// The graph that it runs. Throws base::Error (kNotFound) when that is not served any more.
  std::shared_ptr<const ServedGraph> graph_of(const Assistant& assistant) const;
  /// The same by the graph's name.
  std::shared_ptr<const ServedGraph> graph_named(const std::string& graph_id) const;

  /// Within somebody's transaction, in whose scope it is looked for.
  Assistant find(storage::Session& session, const std::string& id) const;

 private:
  Assistant of_graph(const ServedGraph& graph) const;
  std::optional<Assistant> system_assistant(const std::string& id) const;
  std::vector<Assistant> matching_system_assistants(const AssistantQuery& query) const;
  Assistant find_own(storage::Session& session, const std::string& id) const;

  storage::Database& database_;
  const GraphSource& graphs_;
  base::Clock& clock_;
  base::Ids& ids_;
  const std::string started_at_;
};

}  // namespace pharos::runs
