#include "apps/mirror/serving/served_mirror.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "apps/mirror/mirror_graph.h"
#include "core/base/error.h"
#include "core/graph/mermaid.h"
#include "core/graph/state_graph.h"
#include "platform/memory/personal_store.h"
#include "platform/runs/flow_graph.h"

namespace pharos::mirror {
namespace {

namespace json = boost::json;

constexpr const char* kName = "mirror";
constexpr const char* kSchema = "https://json-schema.org/draft/2020-12/schema";

struct MirrorRun {
  std::string media_id;
  std::optional<std::string> bio;
  std::optional<Consent> consent;
  std::optional<Report> report;
};
BOOST_DESCRIBE_STRUCT(MirrorRun, (), (media_id, bio, consent, report))

/// The store that a run is given is its owner's, whatever a client has written into the request.
storage::Scope owner_of(graph::Context& context) {
  const auto* store = dynamic_cast<const memory::PersonalStore*>(&context.store());
  if (store != nullptr) return store->scope();
  throw base::Error(base::Code::kForbidden, "a photo is somebody's: run this graph for a person");
}

NewAnalysis wanted_by(const MirrorRun& run) {
  json::object wanted{{"media_id", run.media_id}};
  if (run.bio) wanted["bio"] = *run.bio;
  if (run.consent) wanted["consent"] = base::to_json(*run.consent);
  return base::from_json<NewAnalysis>(wanted, "input");
}

json::object input_schema() {
  json::object consent;
  for (const auto& [name, standard] : base::to_json(Consent{}).as_object()) {
    consent[name] = {{"type", standard.is_bool() ? "boolean" : "string"}, {"default", standard}};
  }
  return {
      {"$schema", kSchema},
      {"title", "mirror_input"},
      {"type", "object"},
      {"required", {"media_id"}},
      {"properties",
       {{"media_id", {{"type", "string"}, {"format", "uuid"}, {"description", "a photo of the caller's"}}},
        {"bio", {{"type", {"string", "null"}}, {"minLength", 10}, {"maxLength", 5000}}},
        {"consent", {{"type", {"object", "null"}}, {"properties", std::move(consent)}}}}}};
}

json::object state_schema() {
  json::object schema = input_schema();
  schema["title"] = "mirror_state";
  schema.at("properties").as_object()["report"] = {{"type", {"object", "null"}}};
  return schema;
}

/// With the agents as a graph inside the node.
json::value drawn(const graph::GraphDefinition& outer) {
  json::value drawing = graph::to_json(outer);
  for (json::value& node : drawing.at("nodes").as_array()) {
    if (node.at("id") == kName) {
      node.as_object()["graph"] = graph::to_json(mirror_graph(mock_agents()).definition());
    }
  }
  return drawing;
}

}  // namespace

runs::ServedGraph served_mirror(Analyses& analyses, base::Clock& clock) {
  graph::StateGraph<MirrorRun> g{kName};
  g.add_node(
      kName,
      [&analyses](const MirrorRun& run, graph::Context& context) -> base::Task<graph::Update<MirrorRun>> {
        Report report = co_await analyses.analyze_within(context, owner_of(context), wanted_by(run));
        co_return graph::update(&MirrorRun::report, std::move(report));
      });
  g.add_edge(graph::kStart, kName).add_edge(kName, graph::kEnd);
  return {.id = kName,
          .about = "a report on a photo and a bio, by seven agents",
          .input_schema = input_schema(),
          .state_schema = state_schema(),
          .drawing = [drawing = drawn(g.definition())](int xray) { return runs::drawing_of(drawing, xray); },
          .config = {},
          .graph = graph::JsonGraph(std::make_shared<const graph::CompiledGraph>(
              g.definition(), graph::CompileOptions{.clock = &clock}))};
}

}  // namespace pharos::mirror
