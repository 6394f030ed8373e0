// One node's execution in one super-step: its attempts, its time limits, its error handler, its cached
// result.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/graph/interrupt.h"
#include "core/graph/run_info.h"

namespace pharos::graph {

/// A task that the next super-step will run.
struct PlannedTask {
  std::uint32_t node = 0;
  std::shared_ptr<const Value> argument;  ///< of a Send; null for a node that reads the state
};

/// The same task of the same checkpoint (or run) always has the same id, shaped like a UUID.
std::string task_id(std::string_view origin, int step, std::string_view node, std::uint32_t place);

/// Owned by its run and by its own coroutine. A run that stops waiting for a task abandons it: the node may
/// go on (in a thread pool, say) and everything it reads stays alive until it ends, but nobody looks at what
/// it writes.
class TaskRun {
 public:
  explicit TaskRun(std::shared_ptr<RunInfo> run) : run_(std::move(run)) {}
  TaskRun(const TaskRun&) = delete;
  TaskRun& operator=(const TaskRun&) = delete;

  /// Makes it ready to run `planned` on `state`; an object may be used again once its node has ended.
  void prepare(PlannedTask planned, std::uint32_t place, std::shared_ptr<StateStorage> state, int step,
               int step_of_run);
  /// The answers that its node has got so far.
  void set_answers(std::vector<json::value> given);

  /// Runs in the caller's coroutine. Never throws: see failure(). It stops before an error handler: run()
  /// again runs that, see awaits_handler().
  base::Task<void> run();
  /// What run() does after a first attempt that failed.
  base::Task<void> recover(std::exception_ptr failure);
  /// The run no longer waits for it.
  void abandon() { context_.abandoned_ = true; }
  /// Lets go of the state when the node has ended, so that it can be written to.
  void release_state() { state_.reset(); }

  const CompiledNode& node() const { return *node_; }
  /// Names this task in streams: the same in every event about it.
  std::string id() const;
  /// The same of what runs now: the node, or the error handler in its stead, `__error_handler__node`.
  std::string told_id() const;
  std::string told_name() const;
  std::uint32_t number() const { return planned_.node; }
  const std::shared_ptr<const Value>& argument() const { return planned_.argument; }
  const void* input() const { return planned_.argument ? planned_.argument->data() : state_->view(); }
  /// One call of the node's function is all there is to it, as long as that does not fail.
  bool is_plain() const {
    const NodeOptions& options = node_->options;
    return !options.timeout && !options.idle_timeout && !options.cache && !handled_;
  }
  bool has_limit() const { return node_->options.timeout || node_->options.idle_timeout; }
  std::uint32_t place() const { return context_.place_; }
  Context& context() { return context_; }
  const std::exception_ptr& failure() const { return failure_; }
  /// The questions that it stopped at; empty when it has ended.
  const std::vector<Interrupt>& interrupts() const { return interrupts_; }
  /// It has stopped to be gone on with later: at a question, or because its subgraph was asked to stop.
  bool waits() const { return drained_ || !interrupts_.empty(); }
  bool drained() const { return drained_; }
  /// The answers it was given, in the order of asking.
  std::vector<json::value> answers() const;
  /// It need not run, or not any more: only its writes and targets count.
  bool done() const { return done_; }
  void set_done() { done_ = true; }
  /// It has no answers yet, and is not run to ask the same again.
  void keep_waiting(std::vector<Interrupt> interrupts) {
    interrupts_ = std::move(interrupts);
    done_ = true;
  }
  void set_failure(std::exception_ptr failure) { failure_ = std::move(failure); }
  /// The same, as a NodeError.
  void fail(std::exception_ptr failure);

  /// The node has failed for good; its error handler stands in for it, and is told this.
  const std::shared_ptr<const NodeError>& handled() const { return handled_; }
  /// The failure is to be kept now; then run() runs the handler.
  bool awaits_handler() const { return awaits_handler_; }
  /// The same as it is kept, and back: the node has failed in an earlier run.
  const HandledFailure& kept_failure() const { return *kept_failure_; }
  void resume_handler(HandledFailure failure);
  /// The handler has failed as well, and not because it was cancelled.
  bool handler_failed() const { return handler_failed_; }
  /// Its error handler has said where to go: the node's own edges do not count.
  bool leaves_edges() const { return handled_ && kept_failure_->routed; }
  /// It was not run: the cache had its result.
  bool is_cached() const { return cached_; }

  NodeOutput output;
  std::vector<std::uint32_t> next_nodes;  ///< where its conditional edges and commands lead
  std::vector<PlannedTask> next_sends;

 private:
  base::Task<void> attempt();
  base::Task<void> attempt_within_limit();
  base::Task<void> handle();
  base::Task<bool> take_cached();
  base::Task<void> keep_in_cache();
  bool uses_cache() const;
  const RetryPolicy* next_try(const std::exception_ptr& failure) const;
  bool take_interrupts(const std::exception_ptr& failure);
  void take_command(ParentCommand command);
  void begin_attempt(int number);

  std::shared_ptr<RunInfo> run_;
  const CompiledNode* node_ = nullptr;
  PlannedTask planned_;
  std::shared_ptr<StateStorage> state_;
  Context context_;
  std::exception_ptr failure_;
  std::shared_ptr<const NodeError> handled_;
  std::vector<Interrupt> interrupts_;
  bool drained_ = false;
  bool done_ = false;
  std::unique_ptr<HandledFailure> kept_failure_;  ///< where there is handled_
  bool awaits_handler_ = false;
  bool handler_failed_ = false;
  bool cached_ = false;
};

}  // namespace pharos::graph
