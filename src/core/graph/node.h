// A node as the engine sees it: something that reads an input and fills in an output, and the rules it runs
// under.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/graph/command.h"
#include "core/graph/context.h"
#include "core/graph/errors.h"
#include "core/graph/retry.h"

namespace pharos::graph {

/// What a node gave back.
struct NodeOutput {
  Writes writes;
  Targets targets;
  std::shared_ptr<ParentCommand> to_parent;  ///< ends the graph; for the one around it

  void clear() {
    writes.clear();
    targets.clear();
    to_parent.reset();
  }
};

/// Carries a ParentCommand through the node that runs the subgraph; no std::exception, so that the node's own
/// `catch` for failures lets it pass.
struct CommandToParent {
  std::shared_ptr<ParentCommand> command;
};

/// A node's function. Run by many runs at once, so it has no state of its own that changes.
class NodeBody {
 public:
  virtual ~NodeBody() = default;
  /// `input` is the state's view, or the argument of the Send that started the node; it, `context` and
  /// `output` live until the coroutine ends.
  virtual base::Task<void> run(const void* input, Context& context, NodeOutput& output) const = 0;
};

/// What runs in a node's stead once it has failed for good.
class ErrorHandler {
 public:
  virtual ~ErrorHandler() = default;
  virtual base::Task<void> handle(const void* input, const NodeError& error, Context& context,
                                  NodeOutput& output) const = 0;
};

/// When a node's result may be given again instead of running it. Needs CompileOptions::cache.
struct CachePolicy {
  std::optional<base::Duration> time_to_live;         ///< none: until the cache needs the room
  std::function<std::string(const void* input)> key;  ///< inputs of one key are the same; none: equal inputs
};

struct NodeOptions {
  std::optional<base::Duration> timeout;       ///< for one attempt
  std::optional<base::Duration> idle_timeout;  ///< for one attempt, since it last showed progress
  std::vector<RetryPolicy> retry;              ///< the first that takes a failure counts; none: one attempt
  std::shared_ptr<const ErrorHandler> on_error;
  std::optional<CachePolicy> cache;
  /// Nodes it may go to by Command or Send; for the picture and the check of what can be reached.
  std::optional<std::vector<std::string>> destinations;
  std::map<std::string, std::string> labels;  ///< of those destinations, for the picture
};

}  // namespace pharos::graph
