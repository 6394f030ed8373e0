// One call of a task: its place among the calls of its node, its record, its attempts.
#pragma once

#include <exception>
#include <optional>
#include <string>

#include "core/graph/context.h"
#include "core/graph/retry.h"

namespace pharos::graph {

/// How a task runs.
struct TaskOptions {
  std::string name;
  std::optional<RetryPolicy> retry;  ///< none: one attempt
};

namespace detail {

/// Knows nothing of the task's types. Lives in the coroutine that runs the task.
class TaskCall {
 public:
  /// Takes the next number among the calls that `caller` has made.
  TaskCall(Context& caller, TaskOptions options);
  TaskCall(const TaskCall&) = delete;
  TaskCall& operator=(const TaskCall&) = delete;

  /// The result, when the task has been run before; else null, and it is told that it starts.
  base::Task<const json::value*> begin(json::value input);
  /// Records the result, and tells it.
  base::Task<void> end(json::value result);
  /// Returns when the task may be tried again; throws `failure` when not.
  base::Task<void> fail(std::exception_ptr failure);

  Context& context() { return context_; }
  const std::string& name() const { return options_.name; }

 private:
  RunInfo& run() const;
  base::Task<void> take_answers();
  base::Task<void> keep(TaskRecord record);
  void tell_end(const json::value& result, const std::exception_ptr& failure) const;

  const TaskOptions options_;
  const std::string id_;
  Context context_;
  json::value result_;
};

}  // namespace detail
}  // namespace pharos::graph
