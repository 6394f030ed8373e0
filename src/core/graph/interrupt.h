// How a run stops to ask, and how it is told to go on.
#pragma once

#include <exception>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/saver.h"

namespace pharos::graph {

/// Stops a node where it asks. Not an error and no std::exception, so that a node's own `catch` for failures
/// lets it pass.
struct Interrupted {
  std::vector<Interrupt> interrupts;
};

/// The questions in what a node threw, if that is what it is.
std::optional<std::vector<Interrupt>> questions_in(const std::exception_ptr& thrown);

/// Leaves a node whose subgraph was asked to stop (RunControl); no std::exception for the same reason.
struct Drained {};

/// What a thread that stopped is told to go on with. Without an answer, tasks that had finished are not run
/// again, all others are.
struct Resume {
  std::optional<json::value> answer;           ///< to the one question that is open; null is an answer too
  std::map<std::string, json::value> answers;  ///< to some or all open questions, by Interrupt::id

  bool has_answers() const { return answer.has_value() || !answers.empty(); }
};

/// How a run came to rest: at its end, or waiting.
template <class State>
struct Outcome {
  /// The final state; of a run that waits, the state with the writes of the tasks that have finished.
  State values;
  std::vector<Interrupt> interrupts;  ///< the questions it waits for
  std::vector<std::string> next;      ///< the nodes still to run; empty at the end
  bool drained = false;               ///< it was asked to stop (RunControl); a Resume goes on

  bool ended() const { return next.empty(); }
};

}  // namespace pharos::graph
