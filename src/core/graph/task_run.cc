#include "core/graph/task_run.h"

#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "core/graph/wakeup.h"

namespace pharos::graph {
namespace asio = boost::asio;

/// One attempt with a time limit: the node and a timer race. Owned by both coroutines, so that a node that
/// takes no notice of its cancellation can go on without the run.
struct LimitedAttempt {
  static base::Task<void> run_node(std::shared_ptr<LimitedAttempt> self);
  static base::Task<void> run_timer(std::shared_ptr<LimitedAttempt> self);

  void stop_waiting() {
    context.abandoned_ = true;
    stop_timer.emit(asio::cancellation_type::terminal);
    if (!finished) stop_node.emit(asio::cancellation_type::terminal);
  }

  std::shared_ptr<RunInfo> run;
  std::shared_ptr<StateStorage> state;
  std::shared_ptr<const Value> argument;
  const CompiledNode* node = nullptr;
  Context context;
  NodeOutput output;
  std::exception_ptr failure;
  bool finished = false;
  bool expired = false;
  asio::cancellation_signal stop_node;
  asio::cancellation_signal stop_timer;
  Wakeup changed;
};

base::Task<void> LimitedAttempt::run_node(std::shared_ptr<LimitedAttempt> self) {
  const void* input = self->argument ? self->argument->data() : self->state->view();
  co_await self->node->body->run(input, self->context, self->output);
}

base::Task<void> LimitedAttempt::run_timer(std::shared_ptr<LimitedAttempt> self) {
  co_await self->run->graph->clock().sleep_until(self->context.deadline_.when());
}

namespace {

/// FNV-1a.
std::uint64_t hash(std::string_view text, std::uint64_t start) {
  for (const char c : text) start = (start ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return start;
}

bool is_set(const asio::cancellation_state& state) {
  return state.cancelled() != asio::cancellation_type::none;
}

std::exception_ptr out_of_time(base::Duration limit) {
  const double seconds = std::chrono::duration<double>(limit).count();
  return std::make_exception_ptr(
      base::Error(base::Code::kTimeout, fmt::format("it took longer than its limit of {} s", seconds)));
}

void start(const asio::any_io_executor& executor, const std::shared_ptr<LimitedAttempt>& attempt) {
  asio::co_spawn(
      executor, LimitedAttempt::run_node(attempt),
      asio::bind_cancellation_slot(attempt->stop_node.slot(), [attempt](std::exception_ptr failure) {
        attempt->finished = true;
        attempt->failure = std::move(failure);
        attempt->state.reset();
        attempt->changed.notify();
      }));
  asio::co_spawn(
      executor, LimitedAttempt::run_timer(attempt),
      asio::bind_cancellation_slot(attempt->stop_timer.slot(), [attempt](std::exception_ptr failure) {
        if (failure) return;
        attempt->expired = true;
        attempt->changed.notify();
      }));
}

}  // namespace

std::string task_id(std::string_view origin, int step, std::string_view node, std::uint32_t place) {
  const std::string text = fmt::format("{}|{}|{}|{}", origin, step, node, place);
  const std::uint64_t high = hash(text, 0xcbf29ce484222325);
  const std::uint64_t low = hash(text, high ^ 0x9e3779b97f4a7c15);
  // The shape of a UUID of version 8, which leaves the bits to whoever makes it (RFC 9562).
  return fmt::format("{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU,
                     high & 0xfffU, 0x8000U | ((low >> 48U) & 0x3fffU), low & 0xffffffffffffU);
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
  done_ = false;
  context_.answers_.reset();
  context_.run_ = run_.get();
  context_.node_ = &node_->name;
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
  const std::string& origin = run_->checkpoint_id.empty() ? run_->config.run_id : run_->checkpoint_id;
  return task_id(origin, context_.step_, node_->name, context_.place_);
}

void TaskRun::begin_attempt(int number) {
  context_.attempt_ = number;
  context_.asked_ = 0;
  context_.inner_runs_ = 0;
  context_.deadline_ = run_->config.deadline;
  if (has_limit()) {
    context_.deadline_ =
        context_.deadline_.sooner(base::Deadline::in(run_->graph->clock(), *node_->options.timeout));
  }
}

base::Task<void> TaskRun::run() {
  std::exception_ptr failure = co_await attempt();
  if (failure) co_await recover(std::move(failure));
}

base::Task<std::exception_ptr> TaskRun::attempt() {
  if (has_limit()) co_return co_await attempt_within_limit();
  try {
    co_await node_->body->run(input(), context_, output);
  } catch (...) {
    co_return std::current_exception();
  }
  co_return nullptr;
}

base::Task<std::exception_ptr> TaskRun::attempt_within_limit() {
  auto attempt = std::make_shared<LimitedAttempt>();
  attempt->run = run_;
  attempt->state = state_;
  attempt->argument = planned_.argument;
  attempt->node = node_;
  attempt->context.run_ = context_.run_;
  attempt->context.node_ = context_.node_;
  attempt->context.answers_ = context_.answers_;
  attempt->context.place_ = context_.place_;
  attempt->context.deadline_ = context_.deadline_;
  attempt->context.step_ = context_.step_;
  attempt->context.attempt_ = context_.attempt_;
  attempt->context.remaining_steps_ = context_.remaining_steps_;
  std::exception_ptr interrupted;
  try {
    start(co_await asio::this_coro::executor, attempt);
    while (!attempt->finished && !attempt->expired) co_await attempt->changed.wait();
  } catch (...) {
    interrupted = std::current_exception();
  }
  attempt->stop_waiting();
  if (interrupted) co_return interrupted;
  if (!attempt->finished) co_return out_of_time(*node_->options.timeout);
  output = std::move(attempt->output);
  co_return attempt->failure;
}

/// True when that is no failure: the node has stopped to ask.
bool TaskRun::take_interrupts(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (Interrupted& asked) {
    interrupts_ = std::move(asked.interrupts);
    output.clear();
    return true;
  } catch (...) {
    return false;
  }
}

base::Task<void> TaskRun::recover(std::exception_ptr failure) {
  if (take_interrupts(failure)) co_return;
  // Awaiting a Task throws once this coroutine is cancelled; asking for the cancellation state does not.
  while (!is_set(co_await asio::this_coro::cancellation_state) && may_retry(failure)) {
    output.clear();
    const base::Duration wait = wait_before(*node_->options.retry, context_.attempt_ + 1, run_->random());
    try {
      co_await context_.clock().sleep_until(context_.clock().now() + wait);
    } catch (...) {
      break;
    }
    begin_attempt(context_.attempt_ + 1);
    failure = co_await attempt();
    if (!failure || take_interrupts(failure)) co_return;
  }
  output.clear();
  const bool cancelled = is_set(co_await asio::this_coro::cancellation_state);
  if (node_->options.on_error && !cancelled) {
    co_await handle(std::move(failure));
  } else {
    fail(std::move(failure));
  }
}

bool TaskRun::may_retry(const std::exception_ptr& failure) const {
  const auto& policy = node_->options.retry;
  return policy && context_.attempt_ < policy->max_attempts && policy->retries(failure);
}

base::Task<void> TaskRun::handle(std::exception_ptr failure) {
  const NodeError error(run_->graph->name(), node_->name, context_.attempt_, std::move(failure));
  std::exception_ptr failed_too;
  try {
    co_await node_->options.on_error->handle(input(), error, context_, output);
    co_return;
  } catch (...) {
    failed_too = std::current_exception();
  }
  output.clear();
  fail(std::make_exception_ptr(base::Error(
      code_of(failed_too),
      fmt::format("{} (and its error handler failed: {})", error.reason(), describe(failed_too)))));
}

void TaskRun::fail(std::exception_ptr failure) {
  failure_ = std::make_exception_ptr(
      NodeError(run_->graph->name(), node_->name, context_.attempt_, std::move(failure)));
}

void TaskRun::spawn(const asio::any_io_executor& executor, std::shared_ptr<TaskRun> task,
                    std::function<void(TaskRun&)> settled) {
  task->settled_ = std::move(settled);
  const asio::cancellation_slot slot = task->stop_.slot();
  TaskRun& self = *task;
  asio::co_spawn(executor, self.run(),
                 asio::bind_cancellation_slot(slot, [task = std::move(task)](std::exception_ptr failure) {
                   if (failure) task->fail(std::move(failure));
                   task->release_state();
                   if (auto tell = std::exchange(task->settled_, nullptr)) tell(*task);
                 }));
}

void TaskRun::abandon() {
  settled_ = nullptr;
  context_.abandoned_ = true;
  stop_.emit(asio::cancellation_type::terminal);
}

}  // namespace pharos::graph
