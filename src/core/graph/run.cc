#include "core/graph/run.h"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/graph/crowd.h"

namespace pharos::graph {
namespace asio = boost::asio;

Run::Run(std::shared_ptr<const CompiledGraph> graph, RunConfig config, RunInput input, StreamModes modes,
         EventSink* sink)
    : Run(std::make_shared<RunInfo>(std::move(graph), std::move(config), modes, sink), std::move(input)) {}

Run::Run(std::shared_ptr<RunInfo> info, RunInput input)
    : info_(std::move(info)), graph_(*info_->graph), input_(std::make_unique<RunInput>(std::move(input))) {
  armed_.resize(graph_.node_count());
  channels_.resize(graph_.schema().channels.size());
  for (const CompiledJoin& join : graph_.joins()) {
    barriers_.push_back({.came = std::vector<bool>(join.writers.size()), .missing = join.writers.size()});
  }
}

Run::~Run() {
  if (crowd_) crowd_->let_go();
  info_->forget_reader();
  info_->calls.keep = nullptr;
}

base::Task<std::shared_ptr<StateStorage>> Run::execute() {
  std::exception_ptr failure;
  // Readers tell tasks of one run from those of another by ids that are made from it.
  if (info_->reader() != nullptr && info_->config.run_id.empty()) info_->config.run_id = graph_.next_id();
  try {
    check_config();
    co_await advance();
  } catch (...) {
    failure = std::current_exception();
  }
  if (is_kept()) {
    // A cancelled run, too, leaves its thread as far as it came.
    co_await asio::this_coro::throw_if_cancelled(false);
    try {
      co_await save_at_exit();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) {
    abandon_tasks();
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
      throw base::Error(base::Code::kCancelled,
                        fmt::format("graph '{}': the run was cancelled", graph_.name()));
    }
    std::rethrow_exception(failure);
  }
  if (waits_in_step()) rest_in_step();
  co_return std::move(state_);
}

/// Super-step after super-step, until the end or until there is something to wait for.
base::Task<void> Run::advance() {
  if (is_kept()) co_await open_thread();
  if (!input_->resume) {
    begin();
    if (is_kept() && save_step(Source::kLoop)) co_await put_checkpoint();
  } else {
    tell_values();
  }
  know_messages();
  while (!plan_.empty()) {
    if (drains()) co_return rest_before_step();
    if (stops_before()) co_return rest_before_step();
    begin_step();
    if (tasks_.size() > 1) {
      co_await run_together();
    } else if (!tasks_[0]->is_plain()) {
      co_await run_alone();
    } else if (!tasks_[0]->done()) {
      // The common case, in this coroutine: nothing to spawn, nothing to wait for.
      TaskRun& task = *tasks_[0];
      std::exception_ptr thrown;
      try {
        co_await task.node().body->run(task.input(), task.context(), task.output);
      } catch (...) {
        thrown = std::current_exception();
      }
      if (thrown) co_await task.recover(std::move(thrown));
      settle(task);
      if (task.awaits_handler()) co_await handle_alone(task);
      if (task.failure() || task.waits()) co_await keep_failure(task);
    }
    if (leaving_ != nullptr) leave(*leaving_);
    if (waits_in_step()) co_return;
    end_step();
    if (is_kept() && save_step(Source::kLoop)) co_await put_checkpoint();
    if (info_->around) info_->around->show();
    if (info_->reader() != nullptr) co_await info_->wait_for_reader(nullptr);
    if (stops_after()) co_return rest_before_step();
  }
}

void Run::check_config() const {
  if (input_->resume && !is_kept()) {
    throw GraphError(Fault::kInvalidRun, base::Code::kInvalidInput,
                     fmt::format("graph '{}': there is nothing to resume: give a saver to compile() and the "
                                 "run the thread_id that it is to go on with",
                                 graph_.name()));
  }
  if (info_->config.thread_id.empty() || info_->saver || info_->parent) return;
  throw GraphError(
      Fault::kInvalidRun, base::Code::kInvalidInput,
      fmt::format("graph '{}': thread '{}' cannot be kept without a saver: give one to compile()",
                  graph_.name(), info_->config.thread_id));
}

void Run::begin() {
  Targets targets = std::move(input_->targets);
  apply_input();
  TaskRun entry(info_);
  follow(graph_.start(), state_->view(), std::move(targets), entry);
  for (const std::uint32_t node : graph_.start().targets) arm(node);
  plan_after(entry);
  plan_next({});
  tell_values();
}

void Run::begin_step() {
  in_step_ = true;
  ++step_;
  if (step_ - first_step_ > info_->config.recursion_limit) throw_recursion_limit();
  // A lone task of the step before is used again, unless somebody still holds it.
  const bool reuse = plan_.size() == 1 && tasks_.size() == 1 && tasks_[0].use_count() == 1;
  if (!reuse) {
    tasks_.clear();
    for (std::size_t i = 0; i < plan_.size(); ++i) tasks_.push_back(std::make_shared<TaskRun>(info_));
  }
  for (std::uint32_t i = 0; i < plan_.size(); ++i) {
    tasks_[i]->prepare(std::move(plan_[i]), i, state_, step_, step_ - first_step_);
  }
  plan_.clear();
  if (!records_.empty()) adopt_records();
  if (command_ && tasks_.size() > 1) order_tasks();
  command_.reset();
  if (tasks_.size() == 1 && !tasks_[0]->done() && !tasks_[0]->handled()) tell_start(*tasks_[0]);
}

base::Task<void> Run::run_alone() {
  TaskRun& task = *tasks_[0];
  if (task.done()) co_return;
  co_await task.run();
  settle(task);
  if (task.awaits_handler()) co_await handle_alone(task);
  co_await keep_failure(task);
}

/// Runs a task's error handler once it is kept that its node has failed.
base::Task<void> Run::handle_alone(TaskRun& task) {
  if (is_kept()) co_await record(task);
  co_await task.run();
  settle(task);
}

/// Records why a task did not end, and throws when it failed.
base::Task<void> Run::keep_failure(TaskRun& task) {
  const bool unfinished = task.failure() || task.waits();
  if (unfinished && is_kept()) co_await record(task);
  if (task.failure()) std::rethrow_exception(task.failure());
}

void Run::settle(TaskRun& task) {
  if (task.awaits_handler()) return tell_failure(task);
  task.set_done();
  if (!task.failure() && task.output.to_parent) {
    leaving_ = &task;
  } else if (!task.failure() && !task.waits() && routes_before_applying()) {
    try {
      route_with_own_writes(task);
    } catch (...) {
      task.set_failure(std::current_exception());
    }
  }
  tell_messages(task);
  tell_end(task);
}

void Run::end_step() {
  in_step_ = false;
  info_->resuming = false;
  info_->calls.clear();
  ++round_;
  for (const auto& task : tasks_) task->release_state();
  check_writes(tasks_);
  apply_writes(tasks_);
  if (!routes_before_applying()) route(*tasks_[0], state_->view());
  const bool changed =
      std::ranges::any_of(tasks_, [](const auto& task) { return !task->output.writes.empty(); });
  plan_next(tasks_);
  if (changed) tell_values();
}

/// The super-step is not applied: what the graph has written is for itself alone.
void Run::leave(const TaskRun& task) const {
  if (info_->parent) throw CommandToParent{task.output.to_parent};
  throw GraphError(
      Fault::kInvalidUpdate, base::Code::kInvalidInput,
      fmt::format("graph '{}': node '{}' sends a command to the parent graph, and there is none: "
                  "run the graph within a node of another (invoke_within)",
                  graph_.name(), task.node().name));
}

void Run::throw_recursion_limit() const {
  std::vector<std::string> names;
  for (const PlannedTask& planned : plan_) names.push_back(graph_.node(planned.node).name);
  throw GraphError(
      Fault::kRecursionLimit, base::Code::kTooLarge,
      fmt::format(
          "graph '{}': no end after {} super-steps, its recursion limit; next would be '{}'. Check the "
          "condition that leads to the end, or raise RunConfig::recursion_limit",
          graph_.name(), info_->config.recursion_limit, fmt::join(names, "', '")));
}

}  // namespace pharos::graph
