// What can go wrong in a graph, as types a caller can tell apart.
#pragma once

#include <exception>
#include <string>

#include "core/base/clock.h"
#include "core/base/error.h"

namespace pharos::graph {

/// Which rule of the runtime was broken.
enum class Fault {
  kInvalidGraph,    ///< found by compile(): edges, names, reachability
  kInvalidUpdate,   ///< two writes where one is allowed, or a value of the wrong type
  kUnknownNode,     ///< a goto or a Send names a node that does not exist
  kRecursionLimit,  ///< the run did not end within its limit of super-steps
  kNodeFailed,      ///< a node threw, or ran out of time, and nothing handled it
  kInvalidRun,      ///< the run's own settings: no saver, unknown thread or checkpoint
  kInvalidResume,   ///< an answer to nothing, to an unknown question, or to one of several
  kPaused,          ///< the run stopped to ask where its caller wanted it to end
  kTimeLimit,       ///< an attempt of a node ran out of its time; see TimeLimitError
  kDrained,         ///< a RunControl asked the run to stop before its end
};

class GraphError : public base::Error {
 public:
  GraphError(Fault fault, base::Code code, const std::string& message)
      : base::Error(code, message), fault_(fault) {}

  Fault fault() const noexcept { return fault_; }

 private:
  Fault fault_;
};

/// An attempt of a node ran out of its time: why a NodeError may say it failed.
class TimeLimitError : public GraphError {
 public:
  enum class Limit {
    kRun,   ///< of the whole attempt
    kIdle,  ///< since the node last showed progress
  };
  TimeLimitError(Limit limit, base::Duration duration);

  Limit limit() const noexcept { return limit_; }
  base::Duration duration() const noexcept { return duration_; }

 private:
  Limit limit_;
  base::Duration duration_;
};

/// A node's failure: which node, after how many attempts, and what it threw. The code is the cause's when
/// that is a base::Error, kInternal otherwise. To an error handler that a resumed run starts again the cause
/// is a base::Error with the code and the sentence of what was thrown.
class NodeError : public GraphError {
 public:
  NodeError(const std::string& graph, std::string node, int attempts, std::exception_ptr cause);

  const std::string& node() const noexcept { return node_; }
  int attempts() const noexcept { return attempts_; }
  const std::exception_ptr& cause() const noexcept { return cause_; }
  /// The cause's own sentence, without the names around it.
  const std::string& reason() const noexcept { return reason_; }

 private:
  std::string node_;
  int attempts_;
  std::exception_ptr cause_;
  std::string reason_;
};

/// The sentence in any exception.
std::string describe(const std::exception_ptr& failure);
/// A base::Error's code; kInternal for everything else.
base::Code code_of(const std::exception_ptr& failure);

}  // namespace pharos::graph
