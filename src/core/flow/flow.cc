#include "core/flow/flow.h"

#include <utility>

#include "core/flow/flow_node.h"
#include "core/graph/mermaid.h"

namespace pharos::flow {

FlowNode::FlowNode(std::shared_ptr<const NodeFunction> function, bool takes_item)
    : function_(std::move(function)), takes_item_(takes_item) {}

Scope FlowNode::scope_of(const void* input, bool takes_item, const graph::Context& context) {
  Scope scope;
  scope.context = &context.context();
  if (takes_item) {
    scope.item = static_cast<const json::value*>(input);
  } else {
    scope.state = static_cast<const DynamicState*>(input);
  }
  return scope;
}

base::Task<void> FlowNode::run(const void* input, graph::Context& context, graph::NodeOutput& output) const {
  return function_ ? function_->run(scope_of(input, takes_item_, context), context, output) : nothing();
}

base::Task<void> FlowNode::nothing() {
  co_return;
}

std::shared_ptr<const FlowNode> FlowNode::compiled(const graph::CompileOptions& options) const {
  auto function = function_ ? function_->compiled(options) : nullptr;
  return function ? std::make_shared<const FlowNode>(std::move(function), takes_item_) : nullptr;
}

DynamicGraph Flow::compile(const graph::CompileOptions& options) const {
  graph::GraphDefinition ready = definition;
  for (graph::NodeDefinition& node : ready.nodes) {
    const auto* body = dynamic_cast<const FlowNode*>(node.body.get());
    if (body == nullptr) continue;
    if (auto compiled = body->compiled(options)) node.body = std::move(compiled);
  }
  return {std::move(ready), fields, options};
}

json::value to_json(const Flow& flow) {
  json::value drawn = graph::to_json(flow.definition);
  if (!flow.about.empty()) drawn.as_object()["about"] = flow.about;
  json::array& nodes = drawn.as_object()["nodes"].as_array();
  for (std::size_t number = 0; number < flow.nodes.size(); ++number) {
    const DescribedNode& described = flow.nodes[number];
    json::object& node = nodes[number + 1].as_object();  // the first one is the start
    node["kind"] = described.kind;
    if (!described.about.empty()) node["about"] = described.about;
    if (!described.options.empty()) node["options"] = described.options;
    if (described.inner) node["graph"] = to_json(*described.inner);
  }
  return drawn;
}

}  // namespace pharos::flow
