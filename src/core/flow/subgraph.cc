#include "core/flow/subgraph.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/flow/inner_graphs.h"
#include "core/graph/inner_run.h"

namespace pharos::flow {
namespace {

struct SubgraphPlan {
  std::shared_ptr<const Flow> flow;
  std::vector<Assignment> input;   ///< to its fields
  std::vector<Assignment> output;  ///< to ours
  std::shared_ptr<const Fields> fields;
  graph::SubgraphThread thread = graph::SubgraphThread::kPerCall;
};

class Subgraph final : public NodeFunction {
 public:
  Subgraph(SubgraphPlan plan, const graph::CompileOptions& options)
      : plan_(std::move(plan)), graph_(plan_.flow->compile(inside(options))) {}

  base::Task<void> run(Scope scope, graph::Context& context, graph::NodeOutput& output) const override {
    json::object input;
    for (const Assignment& each : plan_.input) {
      input.insert_or_assign((*plan_.flow->fields)[each.field].name, each.value.evaluate(scope));
    }
    const json::value result = co_await graph_.invoke_within(context, std::move(input), plan_.thread);
    scope.result = &result;
    output.writes = evaluate(plan_.output, *plan_.fields, scope);
  }

  /// It keeps its thread with the outer run's saver.
  static graph::CompileOptions inside(graph::CompileOptions options) {
    options.saver = nullptr;
    return options;
  }

  std::shared_ptr<const NodeFunction> compiled(const graph::CompileOptions& options) const override {
    return std::make_shared<const Subgraph>(plan_, options);
  }

 private:
  SubgraphPlan plan_;
  DynamicGraph graph_;
};

std::shared_ptr<const Flow> read_graph(NodeReader& reader) {
  const Item* file = reader.members.find("file");
  const Item* graph = reader.members.find("graph");
  if ((file == nullptr) == (graph == nullptr)) {
    reader.parts.problems().add(
        reader.members.place(),
        fmt::format("{} must have one of 'file', the file of a graph, and 'graph', a graph written here",
                    reader.members.what()));
    return nullptr;
  }
  return file != nullptr ? reader.graphs.from_file(*file) : reader.graphs.written_here(*graph, reader.name);
}

graph::SubgraphThread read_thread(const Item& item, const PartReader& parts) {
  const std::string word = parts.text(item, "thread");
  if (word == "own") return graph::SubgraphThread::kOwn;
  if (word == "none") return graph::SubgraphThread::kNone;
  if (word != "call" && !word.empty()) {
    parts.problems().add(item.place, fmt::format("thread must be one of call, own, none, not '{}'", word));
  }
  return graph::SubgraphThread::kPerCall;
}

}  // namespace

BuiltNode build_subgraph(NodeReader& reader) {
  const Item* input = reader.members.find("input");
  const Item* output = reader.members.find("output");
  const Item* thread = reader.members.find("thread");
  SubgraphPlan plan{.flow = read_graph(reader), .input = {}, .output = {}, .fields = reader.parts.fields()};
  BuiltNode node;
  if (!plan.flow) return node;
  const PartReader inside(reader.parts.problems(), plan.flow->fields, {});
  if (input != nullptr) plan.input = inside.assignments(*input, reader.names, false);
  Names names = reader.names;
  names.result = plan.flow->fields.get();
  if (output != nullptr) plan.output = reader.parts.assignments(*output, names, false);
  if (thread != nullptr) plan.thread = read_thread(*thread, reader.parts);
  for (const Assignment& each : plan.output) node.writes.push_back(each.field);
  node.inner = plan.flow;
  node.function = std::make_shared<const Subgraph>(std::move(plan), graph::CompileOptions{});
  return node;
}

}  // namespace pharos::flow
