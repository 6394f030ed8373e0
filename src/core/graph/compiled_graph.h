// A checked graph, ready to run: nodes, joins and conditional edges by number. Shared by all its runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/graph/definition.h"
#include "core/graph/node_cache.h"
#include "core/graph/saver.h"

namespace pharos::graph {

class Store;

struct CompileOptions {
  base::Clock* clock = nullptr;      ///< outlives the graph; the machine's clock when null
  std::shared_ptr<Saver> saver;      ///< keeps threads between runs; none: nothing is kept
  std::shared_ptr<NodeCache> cache;  ///< keeps results of nodes declared with cache(); none: they always run
  std::shared_ptr<Store> store;      ///< what nodes remember across threads, see Context::store()
  std::uint64_t seed = 0;  ///< of the jitter in retries and of the ids; 0: from the machine's randomness
};

/// One place in a join: which join, and which of its writers.
struct JoinSeat {
  std::uint32_t join;
  std::uint32_t writer;
};

/// A conditional edge: the route, and the node each of its labels stands for.
struct CompiledBranch {
  Route route;
  bool has_labels = false;
  std::map<std::string, std::uint32_t, std::less<>> labels;
};

struct CompiledNode {
  std::string name;
  std::shared_ptr<const NodeBody> body;
  const ValueType* argument = nullptr;
  bool reads_state = true;
  bool deferred = false;
  NodeOptions options;
  std::uint32_t rank = 0;              ///< place among all nodes by name: the apply order
  std::vector<std::uint32_t> targets;  ///< nodes its plain edges lead to
  std::vector<JoinSeat> joins;         ///< joins that wait for it
  std::vector<CompiledBranch> branches;
};

/// A join (NamedBarrierValue): `target` runs once every writer has finished since it last ran.
struct CompiledJoin {
  std::string name;  ///< `join:a+b:target`
  std::vector<std::uint32_t> writers;
  std::uint32_t target;
};

/// The end, where a node's number is expected.
inline constexpr std::uint32_t kEndNode = 0xffffffff;

/// Immutable; thread-safe to share.
class CompiledGraph {
 public:
  /// Throws GraphError (kInvalidGraph), see check().
  CompiledGraph(GraphDefinition definition, CompileOptions options);

  const std::string& name() const { return definition_.name; }
  const GraphDefinition& definition() const { return definition_; }
  const StateSchema& schema() const { return definition_.schema; }
  const CompiledNode& node(std::uint32_t number) const { return nodes_[number]; }
  std::uint32_t node_count() const { return static_cast<std::uint32_t>(nodes_.size()); }
  /// The edges out of kStart, as those of a node without a body.
  const CompiledNode& start() const { return start_; }
  const std::vector<CompiledJoin>& joins() const { return joins_; }
  const std::shared_ptr<Saver>& saver() const { return options_.saver; }
  const std::shared_ptr<NodeCache>& cache() const { return options_.cache; }
  const std::shared_ptr<Store>& store() const { return options_.store; }
  /// What stands in for a node that has failed for good: its own handler or the graph's; null when neither.
  const ErrorHandler* handler_of(const CompiledNode& node) const {
    return node.options.on_error ? node.options.on_error.get() : definition_.on_error.get();
  }
  /// What can start the node, as streams tell it: `branch:to:write`, `join:facts+style:write`.
  json::array triggers(std::uint32_t node, bool is_send) const;
  base::Clock& clock() const { return *clock_; }
  /// The fields' names, in the order of their channels.
  const std::shared_ptr<const std::vector<std::string>>& channel_names() const { return channel_names_; }
  /// The channels that hold what they hold for one super-step.
  const std::vector<std::uint32_t>& transient_channels() const { return transient_channels_; }
  /// A new identifier, for a checkpoint or a run.
  std::string next_id() const { return ids_.next(); }
  /// For one run's randomness: another one each time, all from CompileOptions::seed.
  std::uint64_t next_seed() const { return seed_.fetch_add(0x9e3779b97f4a7c15, std::memory_order_relaxed); }

  /// The node of that name, kEndNode for kEnd; throws GraphError (kUnknownNode): `asker` names the one who
  /// asks.
  std::uint32_t find(std::string_view name, std::string_view asker) const;
  /// The node of that name, if there is one.
  std::optional<std::uint32_t> number_if_known(std::string_view name) const;

 private:
  CompiledNode& source(std::string_view name);
  std::uint32_t number_of(std::string_view name) const;
  void add_nodes();
  void add_edges();
  void add_joins();
  void add_branches();

  GraphDefinition definition_;
  CompileOptions options_;
  mutable std::atomic<std::uint64_t> seed_;
  base::SystemClock system_clock_;
  base::Clock* clock_;
  mutable base::Ids ids_;
  std::shared_ptr<const std::vector<std::string>> channel_names_;
  std::vector<std::uint32_t> transient_channels_;
  std::vector<CompiledNode> nodes_;
  CompiledNode start_;
  std::vector<CompiledJoin> joins_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace pharos::graph
