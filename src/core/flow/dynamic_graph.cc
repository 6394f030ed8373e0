#include "core/flow/dynamic_graph.h"

#include "core/graph/run.h"

namespace pharos::flow {
namespace {

using SharedGraph = std::shared_ptr<const graph::CompiledGraph>;
using SharedFields = std::shared_ptr<const Fields>;

// These own what they need, because a caller may await them longer than it keeps the graph.

base::Task<json::object> run(SharedGraph compiled, SharedFields fields, json::object input,
                             graph::RunConfig config, graph::StreamModes modes, graph::EventSink* sink) {
  const SharedGraph kept = compiled;
  graph::Run under_way(std::move(compiled), std::move(config), modes, sink);
  graph::RunInput writes{.whole = nullptr, .writes = fields->writes(std::move(input)), .resume = {}};
  const std::shared_ptr<graph::StateStorage> state = co_await under_way.execute(std::move(writes));
  if (const auto next = under_way.take_next(); !next.empty()) graph::throw_paused(*kept, next);
  co_return std::move(static_cast<DynamicState&>(*state)).take();
}

DynamicSnapshot as_json(graph::ErasedSnapshot read) {
  DynamicSnapshot snapshot;
  static_cast<graph::SnapshotInfo&>(snapshot) = std::move(read.info);
  snapshot.values = std::move(static_cast<DynamicState&>(*read.state)).take();
  return snapshot;
}

base::Task<std::optional<DynamicSnapshot>> read_one(SharedGraph compiled, graph::ThreadKey thread,
                                                    std::string checkpoint_id) {
  const auto saved = co_await graph::saver_of(*compiled).get(thread, checkpoint_id);
  if (!saved) co_return std::nullopt;
  const auto pending =
      checkpoint_id.empty() ? graph::PendingWrites::kApplied : graph::PendingWrites::kLeftOut;
  co_return as_json(graph::read_snapshot(*compiled, *saved, pending));
}

base::Task<std::vector<DynamicSnapshot>> read_all(SharedGraph compiled, graph::ThreadKey thread,
                                                  graph::ListQuery query) {
  const auto saved = co_await graph::saver_of(*compiled).list(thread, std::move(query));
  std::vector<DynamicSnapshot> history;
  for (const graph::SavedCheckpoint& each : saved) {
    history.push_back(as_json(graph::read_snapshot(*compiled, each, graph::PendingWrites::kLeftOut)));
  }
  co_return history;
}

}  // namespace

DynamicGraph::DynamicGraph(graph::GraphDefinition definition, std::shared_ptr<const Fields> fields,
                           graph::CompileOptions options)
    : compiled_(std::make_shared<const graph::CompiledGraph>(std::move(definition), std::move(options))),
      fields_(std::move(fields)) {}

base::Task<json::object> DynamicGraph::invoke(json::object input, graph::RunConfig config) const {
  return run(compiled_, fields_, std::move(input), std::move(config), {}, nullptr);
}

base::Task<json::object> DynamicGraph::stream(json::object input, graph::StreamModes modes,
                                              graph::EventSink& sink, graph::RunConfig config) const {
  return run(compiled_, fields_, std::move(input), std::move(config), modes, &sink);
}

base::Task<std::optional<DynamicSnapshot>> DynamicGraph::get_state(std::string thread_id,
                                                                   std::string checkpoint_id) const {
  return read_one(compiled_, {.thread_id = std::move(thread_id), .path = {}}, std::move(checkpoint_id));
}

base::Task<std::vector<DynamicSnapshot>> DynamicGraph::get_state_history(std::string thread_id,
                                                                         graph::ListQuery query) const {
  return read_all(compiled_, {.thread_id = std::move(thread_id), .path = {}}, std::move(query));
}

}  // namespace pharos::flow
