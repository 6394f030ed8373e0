// Reads one graph of a file: its head, its state, its nodes and, with EdgeReader, its edges.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/flow/edge_reader.h"
#include "core/flow/error_handling.h"
#include "core/flow/inner_graphs.h"
#include "core/flow/node_kinds.h"
#include "core/flow/outline.h"
#include "core/flow/part_reader.h"

namespace pharos::flow {

/// A whole text. Throws FileError with all that is wrong; `file` is what messages call it. Without `files` it
/// cannot name other files.
Flow read_text(std::string_view text, const std::string& file, const NodeKinds& kinds, FlowFiles* files);

/// What is the same for every graph in a file.
struct ReadFile {
  const std::string& name;
  const NodeKinds& kinds;
  Problems& problems;
  FlowFiles* files;
};

/// Used once. Refers to the item, which must outlive it.
class FlowReader final : private InnerGraphs {
 public:
  /// `what` is what messages call the graph; `name` is its own when it says none.
  FlowReader(const Item& graph, std::string what, std::string name, const ReadFile& file);

  /// Sound when it has found no problems.
  Flow read();

 private:
  std::shared_ptr<const Flow> from_file(const Item& name) override;
  std::shared_ptr<const Flow> written_here(const Item& graph, const std::string& name) override;

  void read_head(Members& members);
  void read_names(const Item* nodes);
  bool is_node_name(const Member& member);
  void find_started(const Member& member);
  void read_node(const Item& item);
  graph::NodeOptions read_options(Members& members);
  std::optional<graph::CachePolicy> read_cache(const Item& item);
  void describe(const Item& item, const BuiltNode& built);
  BuiltNode build(Members& members, const std::string& name, const Names& names);

  const Item& graph_;
  std::string what_;
  ReadFile file_;
  Flow flow_;
  Outline outline_;
  std::optional<PartReader> parts_;
  std::optional<EdgeReader> edges_;
  ErrorHandling when_failed_;  ///< of nodes that say nothing themselves
  std::vector<const Item*> node_items_;
  std::map<std::string, std::string> started_;  ///< node → the map that starts it
};

}  // namespace pharos::flow
