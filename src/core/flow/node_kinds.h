// The kinds of nodes that a graph file may name, and how each becomes a node.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/flow/part_reader.h"
#include "core/graph/compiled_graph.h"
#include "core/graph/node.h"

namespace pharos::flow {

struct Flow;
class InnerGraphs;

/// What a node of a graph file does. Run by many runs at once.
class NodeFunction {
 public:
  virtual ~NodeFunction() = default;
  /// What `scope` refers to lives until the coroutine ends.
  virtual base::Task<void> run(Scope scope, graph::Context& context, graph::NodeOutput& output) const = 0;
  /// The same for a graph that is compiled with these options, when that makes a difference; else null. A
  /// node that runs a graph of its own compiles it here.
  virtual std::shared_ptr<const NodeFunction> compiled(const graph::CompileOptions&) const { return nullptr; }
};

/// The writes that assignments make over a scope. Throws as Template::evaluate and Fields::write.
graph::Writes evaluate(const std::vector<Assignment>& assignments, const Fields& fields, const Scope& scope);

/// One node of a file, for the kind that reads it.
struct NodeReader {
  std::string name;
  Members& members;  ///< its keys; those that no kind asks for are told of
  const PartReader& parts;
  Names names;  ///< what its expressions may name
  InnerGraphs& graphs;
};

/// What a kind makes of a node.
struct BuiltNode {
  std::shared_ptr<const NodeFunction> function;     ///< none: it does nothing
  std::vector<std::uint32_t> writes;                ///< fields it may write; for the check of reducers
  std::optional<std::vector<std::string>> goes_to;  ///< nodes it may name as those that follow
  std::map<std::string, std::string> labels;        ///< of those nodes, for the picture
  std::string starts;                               ///< the node that it starts by Sends; empty: none
  std::optional<Cases> cases;                       ///< a conditional edge out of it
  bool joins = false;                               ///< waits for all nodes with an edge to it
  std::shared_ptr<const Flow> inner;                ///< the graph that it runs
};

struct NodeKind {
  std::string about;  ///< one line for people
  std::function<BuiltNode(NodeReader& reader)> build;
  /// The key that names the node which it starts for each item, when it does that; that node has an {item}.
  std::string starts_each;
};

/// Filled by the composition root; thread-safe to read.
class NodeKinds {
 public:
  void add(const std::string& name, NodeKind kind);
  /// A kind of the format that this program cannot run; `why` is a sentence that says what is missing.
  void add_missing(const std::string& name, std::string why);

  /// Null when there is none.
  const NodeKind* find(const std::string& name) const;
  /// Why that kind cannot be used: it is missing here, or does not exist.
  std::string refusal(const std::string& name) const;
  const std::map<std::string, NodeKind>& all() const { return kinds_; }

 private:
  std::map<std::string, NodeKind> kinds_;
  std::map<std::string, std::string> missing_;
};

/// set, branch, map, join, wait, approve and subgraph; the other kinds of the format as missing.
void add_core_kinds(NodeKinds& kinds);

}  // namespace pharos::flow
