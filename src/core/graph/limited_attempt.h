// One attempt of a node with a time limit: the node and a timer race.
#pragma once

#include <exception>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "core/graph/run_info.h"
#include "core/graph/wakeup.h"

namespace pharos::graph {

/// Owned by the node's coroutine and the timer's, so that a node that takes no notice of its cancellation can
/// go on without the run: what it reads stays alive, and what it writes nobody sees.
struct LimitedAttempt {
  /// Starts both.
  static void start(const boost::asio::any_io_executor& executor,
                    const std::shared_ptr<LimitedAttempt>& self);
  /// Until the node has ended or its time is over; throws when the waiting coroutine is cancelled.
  static base::Task<void> wait(std::shared_ptr<LimitedAttempt> self);
  /// Ends what still goes on.
  void stop_waiting();

  std::shared_ptr<RunInfo> run;
  std::shared_ptr<StateStorage> state;
  std::shared_ptr<const Value> argument;
  const CompiledNode* node = nullptr;
  Context context;
  base::SteadyTime began;
  std::shared_ptr<Progress> progress;  ///< null without an idle limit
  NodeOutput output;
  bool finished = false;
  std::exception_ptr failure;                 ///< of the node, when it has finished
  std::optional<TimeLimitError> out_of_time;  ///< when its time was over first
  boost::asio::cancellation_signal stop_node;
  boost::asio::cancellation_signal stop_timer;
  Wakeup changed;

 private:
  static base::Task<void> run_node(std::shared_ptr<LimitedAttempt> self);
  static base::Task<void> run_timer(std::shared_ptr<LimitedAttempt> self);
  base::SteadyTime next_look() const;
  bool is_over();
};

}  // namespace pharos::graph
