#include "core/flow/dynamic_graph.h"

#include "core/graph/run.h"

namespace pharos::flow {
namespace {

using SharedGraph = std::shared_ptr<const graph::CompiledGraph>;
using SharedFields = std::shared_ptr<const Fields>;

// These own what they need, because a caller may await them longer than it keeps the graph.

graph::RunInput run_input(DynamicStart start, const Fields& fields) {
  graph::RunInput input;
  if (auto* resume = std::get_if<graph::Resume>(&start)) {
    input.resume = std::move(*resume);
  } else {
    input.writes = fields.writes(std::get<json::object>(std::move(start)));
  }
  return input;
}

json::object taken(const std::shared_ptr<graph::StateStorage>& state) {
  return std::move(static_cast<DynamicState&>(*state)).take();
}

base::Task<DynamicOutcome> execute(SharedGraph compiled, SharedFields fields, DynamicStart start,
                                   graph::RunConfig config, graph::StreamModes modes,
                                   graph::EventSink* sink) {
  graph::Run run(std::move(compiled), std::move(config), run_input(std::move(start), *fields), modes, sink);
  const std::shared_ptr<graph::StateStorage> state = co_await run.execute();
  co_return DynamicOutcome{.values = taken(state),
                           .interrupts = run.take_interrupts(),
                           .next = run.take_next(),
                           .drained = run.drained()};
}

base::Task<json::object> to_the_end(SharedGraph compiled, SharedFields fields, json::object input,
                                    graph::RunConfig config, graph::StreamModes modes,
                                    graph::EventSink* sink) {
  graph::Run run(std::move(compiled), std::move(config), run_input(std::move(input), *fields), modes, sink);
  const std::shared_ptr<graph::StateStorage> state = co_await run.execute();
  run.require_end();
  co_return taken(state);
}

base::Task<json::object> within(SharedGraph compiled, SharedFields fields, graph::Context& context,
                                json::object input, graph::SubgraphThread thread) {
  graph::InnerRun run(context, std::move(compiled), run_input(std::move(input), *fields), thread);
  const std::shared_ptr<graph::StateStorage> state = co_await run.execute();
  co_return taken(state);
}

base::Task<std::string> edit(SharedGraph compiled, SharedFields fields, json::object values,
                             std::string as_node, graph::RunConfig config) {
  graph::saver_of(*compiled);
  graph::Run run(std::move(compiled), std::move(config), {});
  std::vector<std::vector<graph::Edit>> steps(1);
  steps[0].push_back({.writes = fields->writes(std::move(values)), .as_node = std::move(as_node)});
  co_return co_await run.edit(std::move(steps));
}

base::Task<std::string> copy_forward(SharedGraph compiled, graph::RunConfig config) {
  graph::Saver& saver = graph::saver_of(*compiled);
  const graph::ThreadKey thread{.thread_id = config.thread_id, .path = {}};
  const auto saved = co_await saver.get(thread, config.checkpoint_id);
  if (!saved) graph::throw_no_checkpoint(thread, config.checkpoint_id);
  graph::Checkpoint copy = saved->checkpoint;
  copy.parent_id = std::exchange(copy.id, compiled->next_id());
  copy.is_branch = true;
  copy.run_id = compiled->next_id();
  copy.created_at = compiled->clock().wall_now();
  copy.source = graph::Source::kFork;
  ++copy.step;
  copy.metadata = std::move(config.metadata);
  std::string id = copy.id;
  co_await saver.put(thread, std::move(copy), {});
  co_return id;
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

base::Task<DynamicOutcome> DynamicGraph::run(DynamicStart start, graph::RunConfig config,
                                             graph::StreamModes modes, graph::EventSink* sink) const {
  return execute(compiled_, fields_, std::move(start), std::move(config), modes, sink);
}

base::Task<json::object> DynamicGraph::invoke(json::object input, graph::RunConfig config) const {
  return to_the_end(compiled_, fields_, std::move(input), std::move(config), {}, nullptr);
}

base::Task<json::object> DynamicGraph::stream(json::object input, graph::StreamModes modes,
                                              graph::EventSink& sink, graph::RunConfig config) const {
  return to_the_end(compiled_, fields_, std::move(input), std::move(config), modes, &sink);
}

base::Task<json::object> DynamicGraph::invoke_within(graph::Context& context, json::object input,
                                                     graph::SubgraphThread thread) const {
  return within(compiled_, fields_, context, std::move(input), thread);
}

base::Task<std::string> DynamicGraph::update_state(json::object values, std::string as_node,
                                                   graph::RunConfig config) const {
  return edit(compiled_, fields_, std::move(values), std::move(as_node), std::move(config));
}

base::Task<std::string> DynamicGraph::fork(graph::RunConfig config) const {
  return copy_forward(compiled_, std::move(config));
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
