#include "platform/runs/assistants.h"

#include <algorithm>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/graph/definition.h"
#include "platform/runs/conditions.h"
#include "platform/storage/json_text.h"
#include "platform/storage/row.h"
#include "platform/storage/time.h"

namespace pharos::runs {
namespace {

using base::Code;
using base::Error;
using storage::Row;
using storage::Session;

json::object object_in(const Row& row, const char* column) {
  return storage::read_json(row.text(column), column).as_object();
}

std::string text_of(const json::object& object, const char* what) {
  return storage::write_json(object, what);
}

Assistant versioned(const Row& row) {
  Assistant made;
  made.graph_id = row.text("graph_id");
  made.name = row.text("name");
  made.description = row.optional_text("description");
  made.config = object_in(row, "config");
  made.context = object_in(row, "context");
  made.metadata = object_in(row, "metadata");
  made.version = row.number("version");
  made.created_at = storage::time_text(row.number("created_at"));
  made.updated_at = made.created_at;
  return made;
}

Assistant assistant_of(const Row& row) {
  Assistant made = versioned(row);
  made.assistant_id = row.text("id");
  made.shared = row.truth("is_shared");
  made.updated_at = storage::time_text(row.number("updated_at"));
  return made;
}

[[noreturn]] void throw_missing(const std::string& id) {
  throw Error(Code::kNotFound, fmt::format("there is no assistant '{}'", id));
}

void add_version(Session& session, const Assistant& made, storage::Moment now) {
  session.run(
      "INSERT INTO assistant_versions (assistant_id, team_id, version, graph_id, name, description, config,"
      " context, metadata, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      made.assistant_id, session.scope().team_id, made.version, made.graph_id, made.name, made.description,
      text_of(made.config, "config"), text_of(made.context, "context"), text_of(made.metadata, "metadata"),
      now);
}

Assistant insert(Session& session, const Assistant& made, storage::Moment now) {
  const auto rows = session.run(
      "INSERT INTO assistants (id, team_id, user_id, graph_id, name, description, config, context, metadata,"
      " version, is_shared, created_at, updated_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) ON CONFLICT (id) DO NOTHING"
      " RETURNING *",
      made.assistant_id, session.scope().team_id, session.scope().user_id, made.graph_id, made.name,
      made.description, text_of(made.config, "config"), text_of(made.context, "context"),
      text_of(made.metadata, "metadata"), made.version, made.shared, now);
  if (rows.empty()) {
    throw Error(Code::kConflict, fmt::format("there is an assistant '{}' already: choose another id, or say "
                                             "if_exists: do_nothing",
                                             made.assistant_id));
  }
  add_version(session, made, now);
  return assistant_of(rows.front());
}

/// `version` is the new one's number.
Assistant write_over(Session& session, const Assistant& made, storage::Moment now) {
  return assistant_of(session
                          .find("UPDATE assistants SET graph_id = $2, name = $3, description = $4, config = "
                                "$5, context = $6, metadata = $7, version = $8, is_shared = $9, updated_at = "
                                "$10 WHERE id = $1 RETURNING *",
                                made.assistant_id, made.graph_id, made.name, made.description,
                                text_of(made.config, "config"), text_of(made.context, "context"),
                                text_of(made.metadata, "metadata"), made.version, made.shared, now)
                          .value());
}

void demand_visible(Conditions& conditions, const storage::Scope& scope) {
  conditions.demand("team_id = {}", scope.team_id);
  conditions.demand("(is_shared OR user_id = {})", scope.user_id);
}

std::string escaped_for_like(std::string_view part) {
  std::string text;
  for (const char letter : part) {
    if (letter == '%' || letter == '_' || letter == '\\') text += '\\';
    text += letter;
  }
  return text;
}

Conditions conditions_of(const Session& session, const AssistantQuery& query) {
  Conditions conditions(session.engine());
  demand_visible(conditions, session.scope());
  if (query.graph_id) conditions.demand("graph_id = {}", *query.graph_id);
  if (query.name) {
    conditions.demand("lower(name) LIKE lower({}) ESCAPE '\\'", "%" + escaped_for_like(*query.name) + "%");
  }
  conditions.demand_members("metadata", query.metadata);
  return conditions;
}

std::string column_of(const std::string& sort_by) {
  if (sort_by == "assistant_id") return "id";
  for (const char* known : {"graph_id", "name", "created_at", "updated_at"}) {
    if (sort_by == known) return sort_by;
  }
  throw Error(
      Code::kInvalidInput,
      fmt::format("assistants are not sorted by '{}': say assistant_id, graph_id, name, created_at or "
                  "updated_at",
                  sort_by));
}

const std::string& sort_key(const Assistant& assistant, const std::string& column) {
  if (column == "id") return assistant.assistant_id;
  if (column == "graph_id") return assistant.graph_id;
  if (column == "name") return assistant.name;
  return column == "created_at" ? assistant.created_at : assistant.updated_at;
}

/// Both are sorted already, so what is wanted is at their beginnings.
std::vector<Assistant> merged(std::vector<Assistant> kept, std::vector<Assistant> systems,
                              const AssistantQuery& query) {
  const std::string column = column_of(query.sort_by);
  const auto less = [&](const Assistant& a, const Assistant& b) {
    const bool is_less =
        std::pair(sort_key(a, column), a.assistant_id) < std::pair(sort_key(b, column), b.assistant_id);
    const bool is_greater =
        std::pair(sort_key(b, column), b.assistant_id) < std::pair(sort_key(a, column), a.assistant_id);
    return query.ascending ? is_less : is_greater;
  };
  for (Assistant& each : systems) kept.push_back(std::move(each));
  std::ranges::sort(kept, less);
  std::vector<Assistant> page;
  for (std::int64_t i = query.offset; i < query.offset + query.limit && i < std::ssize(kept); ++i) {
    page.push_back(std::move(kept[static_cast<std::size_t>(i)]));
  }
  return page;
}

}  // namespace

Assistants::Assistants(storage::Database& database, const GraphSource& graphs, base::Clock& clock,
                       base::Ids& ids)
    : database_(database),
      graphs_(graphs),
      clock_(clock),
      ids_(ids),
      started_at_(base::iso8601(clock.wall_now())) {}

std::string Assistants::id_of_graph(std::string_view graph_id) {
  static const boost::uuids::uuid space =
      boost::uuids::string_generator()("6ba7b821-9dad-11d1-80b4-00c04fd430c8");
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(space)(std::string(graph_id)));
}

Assistant Assistants::of_graph(const ServedGraph& graph) const {
  Assistant made;
  made.assistant_id = id_of_graph(graph.id);
  made.graph_id = graph.id;
  made.name = graph.id;
  if (!graph.about.empty()) made.description = graph.about;
  made.metadata = {{"created_by", "system"}};
  made.shared = true;
  made.created_at = started_at_;
  made.updated_at = started_at_;
  return made;
}

std::optional<Assistant> Assistants::system_assistant(const std::string& id) const {
  if (const auto graph = graphs_.find(id)) return of_graph(*graph);
  for (const auto& graph : graphs_.all()) {
    if (id_of_graph(graph->id) == id) return of_graph(*graph);
  }
  return std::nullopt;
}

std::vector<Assistant> Assistants::matching_system_assistants(const AssistantQuery& query) const {
  std::vector<Assistant> matching;
  for (const auto& graph : graphs_.all()) {
    Assistant made = of_graph(*graph);
    const bool matches =
        (!query.graph_id || made.graph_id == *query.graph_id) &&
        (!query.name || base::lower(made.name).find(base::lower(*query.name)) != std::string::npos) &&
        has_members(made.metadata, query.metadata);
    if (matches) matching.push_back(std::move(made));
  }
  return matching;
}

std::shared_ptr<const ServedGraph> Assistants::graph_named(const std::string& graph_id) const {
  if (auto graph = graphs_.find(graph_id)) return graph;
  std::vector<std::string> names;
  for (const auto& each : graphs_.all()) names.push_back(each->id);
  throw Error(Code::kNotFound,
              fmt::format("there is no graph '{}'{}", graph_id, graph::hint(graph_id, names)));
}

std::shared_ptr<const ServedGraph> Assistants::graph_of(const Assistant& assistant) const {
  return graph_named(assistant.graph_id);
}

Assistant Assistants::find(Session& session, const std::string& id) const {
  if (auto system = system_assistant(id)) return *std::move(system);
  const auto row =
      session.find("SELECT * FROM assistants WHERE id = $1 AND team_id = $2 AND (is_shared OR user_id = $3)",
                   id, session.scope().team_id, session.scope().user_id);
  if (!row) throw_missing(id);
  return assistant_of(*row);
}

/// One that the scope may change.
Assistant Assistants::find_own(Session& session, const std::string& id) const {
  if (system_assistant(id)) {
    throw Error(Code::kForbidden, "the assistant of a graph itself cannot be changed: make one of your own");
  }
  const auto row = session.find("SELECT * FROM assistants WHERE id = $1 AND team_id = $2 AND user_id = $3",
                                id, session.scope().team_id, session.scope().user_id);
  if (row) return assistant_of(*row);
  find(session, id);
  throw Error(Code::kForbidden, "the assistant is shared by its owner, who alone can change it");
}

base::Task<Assistant> Assistants::create(storage::Scope scope, NewAssistant wanted) {
  if (!graphs_.find(wanted.graph_id)) {
    std::vector<std::string> names;
    for (const auto& each : graphs_.all()) names.push_back(each->id);
    throw Error(Code::kInvalidInput, fmt::format("graph_id: there is no graph '{}'{}", wanted.graph_id,
                                                 graph::hint(wanted.graph_id, names)));
  }
  Assistant made;
  made.assistant_id = wanted.id.value_or(ids_.next());
  made.graph_id = wanted.graph_id;
  made.name = wanted.name.value_or("Untitled");
  made.description = std::move(wanted.description);
  made.config = std::move(wanted.config);
  made.context = std::move(wanted.context);
  made.metadata = std::move(wanted.metadata);
  made.shared = wanted.shared;
  auto work = [made, may_exist = wanted.may_exist, now = storage::time_number(clock_)](Session& session) {
    if (may_exist) {
      const auto row =
          session.find("SELECT * FROM assistants WHERE id = $1 AND team_id = $2 AND user_id = $3",
                       made.assistant_id, session.scope().team_id, session.scope().user_id);
      if (row) return assistant_of(*row);
    }
    const auto had =
        session.run("SELECT count(*) FROM assistants WHERE team_id = $1", session.scope().team_id);
    if (had.front().number(0) >= kMost) {
      throw Error(Code::kConflict,
                  fmt::format("a team has at most {} assistants: delete some that are not needed", kMost));
    }
    return insert(session, made, now);
  };
  co_return co_await database_.write(std::move(scope), std::move(work));
}

base::Task<Assistant> Assistants::get(storage::Scope scope, std::string id) {
  if (auto system = system_assistant(id)) co_return *std::move(system);
  auto work = [this, id](Session& session) { return find(session, id); };
  co_return co_await database_.read(std::move(scope), std::move(work));
}

base::Task<Assistant> Assistants::change(storage::Scope scope, std::string id, AssistantChange change) {
  if (change.graph_id) graph_named(*change.graph_id);
  auto work = [this, id, change, now = storage::time_number(clock_)](Session& session) {
    Assistant made = find_own(session, id);
    if (change.graph_id) made.graph_id = *change.graph_id;
    if (change.name) made.name = *change.name;
    if (change.description) made.description = *change.description;
    if (change.config) made.config = *change.config;
    if (change.context) made.context = *change.context;
    if (change.shared) made.shared = *change.shared;
    if (change.metadata) {
      for (const auto& [key, value] : *change.metadata) made.metadata.insert_or_assign(key, value);
    }
    made.version = session.find("SELECT max(version) FROM assistant_versions WHERE assistant_id = $1", id)
                       .value()
                       .number(0) +
                   1;
    add_version(session, made, now);
    return write_over(session, made, now);
  };
  co_return co_await database_.write(std::move(scope), std::move(work));
}

base::Task<void> Assistants::remove(storage::Scope scope, std::string id) {
  auto work = [this, id](Session& session) {
    find_own(session, id);
    session.run("DELETE FROM assistants WHERE id = $1", id);
  };
  co_await database_.write(std::move(scope), std::move(work));
}

base::Task<std::vector<Assistant>> Assistants::search(storage::Scope scope, AssistantQuery query) {
  const std::string column = column_of(query.sort_by);
  auto work = [query, column](Session& session) {
    Conditions conditions = conditions_of(session, query);
    const std::string last = conditions.place(query.offset + query.limit);
    const char* direction = query.ascending ? "ASC" : "DESC";
    std::vector<Assistant> found;
    for (const Row& row :
         session.run_values(fmt::format("SELECT * FROM assistants{0} ORDER BY {1} {2}, id {2} LIMIT {3}",
                                        conditions.sql(), column, direction, last),
                            conditions.values())) {
      found.push_back(assistant_of(row));
    }
    return found;
  };
  auto kept = co_await database_.read(std::move(scope), std::move(work));
  co_return merged(std::move(kept), matching_system_assistants(query), query);
}

base::Task<std::int64_t> Assistants::count(storage::Scope scope, AssistantQuery query) {
  auto work = [query](Session& session) {
    const Conditions conditions = conditions_of(session, query);
    return session.run_values("SELECT count(*) FROM assistants" + conditions.sql(), conditions.values())
        .front()
        .number(0);
  };
  const std::int64_t kept = co_await database_.read(std::move(scope), std::move(work));
  co_return kept + std::ssize(matching_system_assistants(query));
}

base::Task<std::vector<Assistant>> Assistants::versions(storage::Scope scope, std::string id,
                                                        json::object metadata, std::int64_t limit,
                                                        std::int64_t offset) {
  if (auto system = system_assistant(id)) {
    co_return offset == 0 && has_members(system->metadata, metadata)
        ? std::vector<Assistant>{*std::move(system)}
        : std::vector<Assistant>();
  }
  auto work = [this, id, metadata, limit, offset](Session& session) {
    const Assistant latest = find(session, id);
    Conditions conditions(session.engine());
    conditions.demand("assistant_id = {}", id);
    conditions.demand_members("metadata", metadata);
    const std::string page = conditions.page(limit, offset);
    std::vector<Assistant> versions;
    for (const Row& row : session.run_values(
             "SELECT * FROM assistant_versions" + conditions.sql() + " ORDER BY version DESC" + page,
             conditions.values())) {
      Assistant& made = versions.emplace_back(versioned(row));
      made.assistant_id = id;
      made.shared = latest.shared;
    }
    return versions;
  };
  co_return co_await database_.read(std::move(scope), std::move(work));
}

base::Task<Assistant> Assistants::set_latest(storage::Scope scope, std::string id, std::int64_t version) {
  auto work = [this, id, version, now = storage::time_number(clock_)](Session& session) {
    const Assistant latest = find_own(session, id);
    const auto row = session.find("SELECT * FROM assistant_versions WHERE assistant_id = $1 AND version = $2",
                                  id, version);
    if (!row) {
      throw Error(Code::kNotFound, fmt::format("the assistant '{}' has no version {}", id, version));
    }
    Assistant made = versioned(*row);
    made.assistant_id = id;
    made.shared = latest.shared;
    return write_over(session, made, now);
  };
  co_return co_await database_.write(std::move(scope), std::move(work));
}

}  // namespace pharos::runs
