#include "core/flow/dynamic_graph.h"

#include "core/graph/run.h"

namespace pharos::flow {
namespace {

graph::JsonStart json_start(DynamicStart start) {
  if (auto* resume = std::get_if<graph::Resume>(&start)) {
    return {.values = {}, .go_to = {}, .resume = std::move(*resume)};
  }
  return {.values = std::get<json::object>(std::move(start)), .go_to = {}, .resume = {}};
}

json::object taken(const std::shared_ptr<graph::StateStorage>& state) {
  return std::move(static_cast<DynamicState&>(*state)).take();
}

// These own what they need, because a caller may await them longer than it keeps the graph.

base::Task<json::object> to_the_end(graph::JsonGraph json, json::object input, graph::RunConfig config,
                                    graph::StreamModes modes, graph::EventSink* sink) {
  graph::Run run(json.shared(), std::move(config), json.input_of(json_start(std::move(input))), modes, sink);
  const std::shared_ptr<graph::StateStorage> state = co_await run.execute();
  run.require_end();
  co_return taken(state);
}

base::Task<json::object> within(graph::JsonGraph json, graph::Context& context, json::object input,
                                graph::SubgraphThread thread) {
  graph::InnerRun run(context, json.shared(), json.input_of(json_start(std::move(input))), thread);
  const std::shared_ptr<graph::StateStorage> state = co_await run.execute();
  co_return taken(state);
}

graph::JsonGraph::Reader reader_of(const std::shared_ptr<const Fields>& fields) {
  return [fields](json::object values) { return fields->writes(std::move(values)); };
}

}  // namespace

DynamicGraph::DynamicGraph(graph::GraphDefinition definition, std::shared_ptr<const Fields> fields,
                           graph::CompileOptions options)
    : fields_(std::move(fields)),
      json_(std::make_shared<const graph::CompiledGraph>(std::move(definition), std::move(options)),
            reader_of(fields_)) {}

base::Task<DynamicOutcome> DynamicGraph::run(DynamicStart start, graph::RunConfig config,
                                             graph::StreamModes modes, graph::EventSink* sink) const {
  return json_.run(json_start(std::move(start)), std::move(config), modes, sink);
}

base::Task<json::object> DynamicGraph::invoke(json::object input, graph::RunConfig config) const {
  return to_the_end(json_, std::move(input), std::move(config), {}, nullptr);
}

base::Task<json::object> DynamicGraph::stream(json::object input, graph::StreamModes modes,
                                              graph::EventSink& sink, graph::RunConfig config) const {
  return to_the_end(json_, std::move(input), std::move(config), modes, &sink);
}

base::Task<json::object> DynamicGraph::invoke_within(graph::Context& context, json::object input,
                                                     graph::SubgraphThread thread) const {
  return within(json_, context, std::move(input), thread);
}

base::Task<std::string> DynamicGraph::update_state(json::object values, std::string as_node,
                                                   graph::RunConfig config) const {
  std::vector<std::vector<graph::JsonEdit>> steps(1);
  steps[0].push_back({.values = std::move(values), .as_node = std::move(as_node)});
  return json_.update_state(std::move(steps), std::move(config));
}

base::Task<std::string> DynamicGraph::fork(graph::RunConfig config) const {
  return json_.fork(std::move(config));
}

base::Task<std::optional<DynamicSnapshot>> DynamicGraph::get_state(std::string thread_id,
                                                                   std::string checkpoint_id) const {
  return json_.get_state(std::move(thread_id), std::move(checkpoint_id));
}

base::Task<std::vector<DynamicSnapshot>> DynamicGraph::get_state_history(std::string thread_id,
                                                                         graph::ListQuery query) const {
  return json_.get_state_history(std::move(thread_id), std::move(query));
}

}  // namespace pharos::flow
