#include "core/graph/task_call.h"

#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "core/graph/errors.h"
#include "core/graph/interrupt.h"
#include "core/graph/run_info.h"
#include "core/graph/task_run.h"

namespace pharos::graph::detail {
namespace asio = boost::asio;

TaskCall::TaskCall(Context& caller, TaskOptions options)
    : options_(std::move(options)),
      id_(task_id(caller.id(), static_cast<int>(caller.calls_++), options_.name, 0)) {
  context_.become(caller);
  context_.progress_ = caller.progress_;
  context_.answers_.reset();
  context_.asked_ = 0;
  context_.inner_runs_ = 0;
  context_.caller_ = &caller;
  context_.node_ = &options_.name;
  context_.call_ = &id_;
  context_.attempt_ = 1;
}

RunInfo& TaskCall::run() const {
  return *context_.run_;
}

base::Task<const json::value*> TaskCall::begin(json::value input) {
  if (context_.cancelled()) {
    throw base::Error(base::Code::kCancelled,
                      fmt::format("task '{}' was not started: nobody waits for its node any more", name()));
  }
  const TaskRecord& record = run().calls.of(id_, options_.name);
  if (record.finished) {
    if (record.writes.size() == 1) result_ = record.writes[0].value.to_json();
    co_return &result_;
  }
  co_await take_answers();
  if (run().watches(StreamMode::kTasks)) {
    run().emit(StreamMode::kTasks, options_.name,
               {{"id", id_},
                {"name", options_.name},
                {"input", std::move(input)},
                {"triggers", json::array{"call"}}});
  }
  co_return nullptr;
}

/// Those it has got before, and one to a question at which it stopped.
base::Task<void> TaskCall::take_answers() {
  TaskRecord& record = run().calls.of(id_, options_.name);
  const auto number = static_cast<std::uint32_t>(record.answers.size());
  const auto given = run().inner_answers.find(task_id(id_, 0, "interrupt", number));
  const bool is_new = given != run().inner_answers.end();
  if (is_new) record.answers.push_back(given->second);
  if (!record.answers.empty()) {
    context_.answers_ = std::make_shared<const std::vector<json::value>>(record.answers);
  }
  if (is_new) co_await keep(record);
}

base::Task<void> TaskCall::keep(TaskRecord record) {
  if (run().calls.keep) co_await run().calls.keep(std::move(record));
}

base::Task<void> TaskCall::end(json::value result) {
  if (context_.cancelled()) co_return;
  TaskRecord& record = run().calls.of(id_, options_.name);
  record.finished = true;
  record.writes = {{.channel = CallRecords::kResult, .overwrite = false, .value = result}};
  co_await keep(record);
  if (context_.cancelled()) co_return;
  tell_end(result, nullptr);
  context_.progress();
  if (run().reader() != nullptr) co_await run().wait_for_reader(context_.progress_);
}

void TaskCall::tell_end(const json::value& result, const std::exception_ptr& failure) const {
  if (!failure && run().watches(StreamMode::kUpdates)) {
    run().emit(StreamMode::kUpdates, options_.name, json::object{{options_.name, result}});
  }
  if (!run().watches(StreamMode::kTasks)) return;
  run().emit(StreamMode::kTasks, options_.name,
             {{"id", id_},
              {"name", options_.name},
              {"error", failure ? json::value(describe(failure)) : json::value(nullptr)},
              {"result", result},
              {"interrupts", json::array()}});
}

base::Task<void> TaskCall::fail(std::exception_ptr failure) {
  const bool asks = questions_in(failure).has_value();
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  const bool stopped = asks || cancellation.cancelled() != asio::cancellation_type::none;
  const auto& policy = options_.retry;
  const bool again =
      !stopped && policy && context_.attempt_ < policy->max_attempts && policy->retries(failure);
  if (!again) {
    if (!stopped && !context_.cancelled()) tell_end(nullptr, failure);
    std::rethrow_exception(failure);
  }
  const base::Duration wait = wait_before(*policy, context_.attempt_ + 1, run().random());
  co_await context_.clock().sleep_until(context_.clock().now() + wait);
  ++context_.attempt_;
  context_.asked_ = 0;
  context_.inner_runs_ = 0;
  context_.calls_ = 0;
}

}  // namespace pharos::graph::detail
