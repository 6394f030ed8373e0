#include "core/graph/task_run.h"

#include <initializer_list>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "core/base/ids.h"
#include "core/graph/limited_attempt.h"
#include "core/graph/node_cache.h"
#include "core/graph/stored_output.h"

namespace pharos::graph {
namespace asio = boost::asio;

namespace {

/// The first number of the tasks that an error handler calls, so that they are told apart from its node's.
constexpr std::uint32_t kHandlersCalls = 1U << 16U;

/// FNV-1a.
std::uint64_t hash(std::initializer_list<std::string_view> parts, std::uint64_t start) {
  for (const std::string_view part : parts) {
    for (const char c : part) start = (start ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return start;
}

bool is_set(const asio::cancellation_state& state) {
  return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace

std::string task_id(std::string_view origin, int step, std::string_view node, std::uint32_t place) {
  const std::string step_text = std::to_string(step);
  const std::string place_text = std::to_string(place);
  const std::initializer_list<std::string_view> parts{origin, "|", step_text, "|", node, "|", place_text};
  const std::uint64_t high = hash(parts, 0xcbf29ce484222325);
  const std::uint64_t low = hash(parts, high ^ 0x9e3779b97f4a7c15);
  // The shape of a UUID of version 8, which leaves the bits to whoever makes it (RFC 9562).
  return base::uuid_text((high & 0xffff'ffff'ffff'0fffU) | 0x8000U,
                         0x8000'0000'0000'0000U | (low & 0x3fff'ffff'ffff'ffffU));
}

void TaskRun::prepare(PlannedTask planned, std::uint32_t place, std::shared_ptr<StateStorage> state, int step,
                      int step_of_run) {
  planned_ = std::move(planned);
  context_.place_ = place;  // in the apply order of its super-step
  node_ = &run_->graph->node(planned_.node);
  state_ = std::move(state);
  output.clear();
  next_nodes.clear();
  next_sends.clear();
  failure_ = nullptr;
  interrupts_.clear();
  handled_.reset();
  drained_ = false;
  done_ = false;
  awaits_handler_ = false;
  handler_failed_ = false;
  cached_ = false;
  context_.answers_.reset();
  context_.run_ = run_.get();
  context_.node_ = &node_->name;
  context_.number_ = planned_.node;
  context_.is_send_ = planned_.argument != nullptr;
  context_.step_ = step;
  context_.remaining_steps_ = run_->config.recursion_limit - step_of_run;
  begin_attempt(1);
}

void TaskRun::set_answers(std::vector<json::value> given) {
  context_.answers_ = std::make_shared<const std::vector<json::value>>(std::move(given));
}

std::vector<json::value> TaskRun::answers() const {
  return context_.answers_ ? *context_.answers_ : std::vector<json::value>();
}

std::string TaskRun::id() const {
  return context_.id();
}

std::string TaskRun::told_id() const {
  if (!handled_) return id();
  return task_id(run_->origin(), context_.step_, told_name(), context_.place_);
}

std::string TaskRun::told_name() const {
  return handled_ ? "__error_handler__" + node_->name : node_->name;
}

void TaskRun::begin_attempt(int number) {
  context_.attempt_ = number;
  context_.asked_ = 0;
  context_.inner_runs_ = 0;
  context_.calls_ = 0;
  context_.deadline_ = run_->config.deadline;
  if (node_->options.timeout) {
    context_.deadline_ =
        context_.deadline_.sooner(base::Deadline::in(run_->graph->clock(), *node_->options.timeout));
  }
}

base::Task<void> TaskRun::run() {
  if (handled_) co_return co_await handle();
  if (uses_cache() && co_await take_cached()) co_return;
  std::exception_ptr failure;
  try {
    co_await attempt();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_await recover(std::move(failure));
  if (uses_cache() && !failure_ && !handled_ && interrupts_.empty()) co_await keep_in_cache();
}

/// What a node makes of a person's answer is not the same for everybody.
bool TaskRun::uses_cache() const {
  return node_->options.cache && run_->graph->cache() && !context_.answers_;
}

base::Task<bool> TaskRun::take_cached() {
  try {
    const auto kept = co_await run_->graph->cache()->get(
        cache_key(*run_->graph, *node_, input(), *state_, planned_.argument.get(), context_.context()));
    if (kept) {
      output = output_from_json(*run_->graph, *kept);
      cached_ = true;
    }
  } catch (const std::exception&) {
    // The node can do without; a cancelled one finds out where it waits next.
    output.clear();
  }
  co_return cached_;
}

base::Task<void> TaskRun::keep_in_cache() {
  if (output.to_parent || !has_json(*run_->graph, output)) co_return;
  try {
    co_await run_->graph->cache()->put(
        cache_key(*run_->graph, *node_, input(), *state_, planned_.argument.get(), context_.context()),
        to_json(*run_->graph, output), node_->options.cache->time_to_live);
  } catch (const std::exception&) {
    // The result counts, kept or not.
  }
}

/// No coroutine of its own: most tasks are nothing else.
base::Task<void> TaskRun::attempt() {
  return has_limit() ? attempt_within_limit() : node_->body->run(input(), context_, output);
}

base::Task<void> TaskRun::attempt_within_limit() {
  auto attempt = std::make_shared<LimitedAttempt>();
  attempt->run = run_;
  attempt->state = state_;
  attempt->argument = planned_.argument;
  attempt->node = node_;
  attempt->began = context_.clock().now();
  if (node_->options.idle_timeout) {
    attempt->progress = std::make_shared<Progress>(context_.clock(), run_->around);
  }
  attempt->context.become(context_);
  attempt->context.progress_ = attempt->progress;
  std::exception_ptr interrupted;
  try {
    LimitedAttempt::start(co_await asio::this_coro::executor, attempt);
    co_await LimitedAttempt::wait(attempt);
  } catch (...) {
    interrupted = std::current_exception();
  }
  attempt->stop_waiting();
  context_.asked_ = attempt->context.asked_;
  context_.inner_runs_ = attempt->context.inner_runs_;
  if (interrupted) std::rethrow_exception(interrupted);
  if (!attempt->finished) throw TimeLimitError(*attempt->out_of_time);
  output = std::move(attempt->output);
  if (attempt->failure) std::rethrow_exception(attempt->failure);
}

/// True when that is no failure: the node has stopped to ask, or its subgraph has told it what to return.
bool TaskRun::take_interrupts(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (Interrupted& asked) {
    interrupts_ = std::move(asked.interrupts);
    output.clear();
    return true;
  } catch (const Drained&) {
    drained_ = true;
    output.clear();
    return true;
  } catch (CommandToParent& sent) {
    take_command(std::move(*sent.command));
    return true;
  } catch (...) {
    return false;
  }
}

void TaskRun::take_command(ParentCommand command) {
  output.clear();
  if (command.state == run_->graph->schema().type) {
    output.writes = std::move(command.writes);
    output.targets = std::move(command.targets);
    return;
  }
  fail(std::make_exception_ptr(GraphError(
      Fault::kInvalidUpdate, base::Code::kInvalidInput,
      "its subgraph sent a command for another state than that of the graph around it: the nearest one")));
}

base::Task<void> TaskRun::recover(std::exception_ptr failure) {
  if (take_interrupts(failure)) co_return;
  // Awaiting a Task throws once this coroutine is cancelled; asking for the cancellation state does not.
  while (!is_set(co_await asio::this_coro::cancellation_state)) {
    const RetryPolicy* policy = next_try(failure);
    if (policy == nullptr) break;
    output.clear();
    const base::Duration wait = wait_before(*policy, context_.attempt_ + 1, run_->random());
    try {
      co_await context_.clock().sleep_until(context_.clock().now() + wait);
    } catch (...) {
      break;
    }
    begin_attempt(context_.attempt_ + 1);
    failure = nullptr;
    try {
      co_await attempt();
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure || take_interrupts(failure)) co_return;
  }
  output.clear();
  const bool cancelled = is_set(co_await asio::this_coro::cancellation_state);
  if (!cancelled && run_->graph->handler_of(*node_) != nullptr) {
    handled_ = std::make_shared<const NodeError>(run_->graph->name(), node_->name, context_.attempt_,
                                                 std::move(failure));
    kept_failure_ = std::make_unique<HandledFailure>(HandledFailure{.code = handled_->code(),
                                                                    .reason = handled_->reason(),
                                                                    .attempts = handled_->attempts(),
                                                                    .asked = context_.asked_,
                                                                    .called = context_.inner_runs_});
    awaits_handler_ = true;
  } else {
    fail(std::move(failure));
  }
}

/// The policy that says to try again; null when it was the last attempt.
const RetryPolicy* TaskRun::next_try(const std::exception_ptr& failure) const {
  for (const RetryPolicy& policy : node_->options.retry) {
    if (policy.retries(failure)) return context_.attempt_ < policy.max_attempts ? &policy : nullptr;
  }
  return nullptr;
}

void TaskRun::resume_handler(HandledFailure failure) {
  context_.attempt_ = failure.attempts;
  context_.asked_ = failure.asked;
  context_.inner_runs_ = failure.called;
  handled_ =
      std::make_shared<const NodeError>(run_->graph->name(), node_->name, failure.attempts,
                                        std::make_exception_ptr(base::Error(failure.code, failure.reason)));
  kept_failure_ = std::make_unique<HandledFailure>(std::move(failure));
}

base::Task<void> TaskRun::handle() {
  awaits_handler_ = false;
  context_.calls_ = kHandlersCalls;
  std::exception_ptr failed_too;
  try {
    // The graph's handler reads the state even where the node has an input of its own.
    const void* read = node_->options.on_error ? input() : state_->view();
    co_await run_->graph->handler_of(*node_)->handle(read, *handled_, context_, output);
    kept_failure_->routed = !output.targets.empty();
    co_return;
  } catch (...) {
    failed_too = std::current_exception();
  }
  if (take_interrupts(failed_too)) co_return;
  output.clear();
  handler_failed_ = !is_set(co_await asio::this_coro::cancellation_state);
  const std::string reason =
      fmt::format("{} (and its error handler failed: {})", handled_->reason(), describe(failed_too));
  fail(std::make_exception_ptr(base::Error(code_of(failed_too), reason)));
}

void TaskRun::fail(std::exception_ptr failure) {
  failure_ = std::make_exception_ptr(
      NodeError(run_->graph->name(), node_->name, context_.attempt_, std::move(failure)));
}

}  // namespace pharos::graph
