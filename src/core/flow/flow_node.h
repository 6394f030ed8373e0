// A node of a graph file as the engine calls it.
#pragma once

#include <memory>

#include "core/flow/node_kinds.h"
#include "core/graph/node.h"

namespace pharos::flow {

class FlowNode final : public graph::NodeBody {
 public:
  /// Without a function it does nothing. `takes_item`: a map starts it, so its input is no state.
  FlowNode(std::shared_ptr<const NodeFunction> function, bool takes_item);

  base::Task<void> run(const void* input, graph::Context& context, graph::NodeOutput& output) const override;
  /// See NodeFunction::compiled.
  std::shared_ptr<const FlowNode> compiled(const graph::CompileOptions& options) const;

  /// What expressions see of such a node's input.
  static Scope scope_of(const void* input, bool takes_item, const graph::Context& context);

 private:
  static base::Task<void> nothing();

  std::shared_ptr<const NodeFunction> function_;
  bool takes_item_;
};

}  // namespace pharos::flow
