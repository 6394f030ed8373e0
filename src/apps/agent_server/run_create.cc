#include "apps/agent_server/run_create.h"

#include <cmath>

#include "apps/agent_server/thread_state.h"
#include "core/base/error.h"
#include "platform/runs/told.h"

namespace pharos::agent_server {
namespace {

constexpr double kLongestWait = 366.0 * 24 * 3600;

std::vector<std::string> values_of(const std::optional<TextOrList>& said) {
  return said ? said->values : std::vector<std::string>();
}

runs::StreamWish stream_of(const RunCreate& wanted) {
  runs::StreamWish wish{.modes = values_of(wanted.stream_mode),
                        .subgraphs = wanted.stream_subgraphs.value_or(false)};
  if (wish.modes.empty()) wish.modes = {"values"};
  static_cast<void>(runs::modes_of(wish));
  return wish;
}

double delay_of(const RunCreate& wanted) {
  const double seconds = wanted.after_seconds.value_or(0);
  if (std::isfinite(seconds) && seconds >= 0 && seconds <= kLongestWait) return seconds;
  throw base::Error(base::Code::kInvalidInput, "after_seconds: must be 0 or more, and at most a year");
}

}  // namespace

runs::NewRun new_run_of(const RunCreate& wanted, bool has_thread) {
  runs::NewRun run;
  run.assistant_id = wanted.assistant_id.value;
  run.metadata = wanted.metadata.value;
  run.multitask_strategy = wanted.multitask_strategy.value_or(runs::MultitaskStrategy::kReject);
  run.after_seconds = delay_of(wanted);
  run.creates_thread = wanted.if_not_exists == IfNotExists::kCreate;
  runs::RunRequest& request = run.request;
  request.input = wanted.input;
  request.command = wanted.command;
  request.checkpoint_id =
      wanted.checkpoint_id.value_or(checkpoint_id_of(wanted.checkpoint, "body.checkpoint"));
  request.config = wanted.config.value;
  request.context = wanted.context.value;
  request.stream = stream_of(wanted);
  request.is_resumable = wanted.stream_resumable.value_or(false);
  request.interrupt_before = values_of(wanted.interrupt_before);
  request.interrupt_after = values_of(wanted.interrupt_after);
  request.durability = base::to_name(wanted.durability.value_or(RunDurability::kAsync));
  request.webhook = wanted.webhook ? wanted.webhook->value : std::string();
  request.deletes_thread = !has_thread && wanted.on_completion != OnCompletion::kKeep;
  return run;
}

bool is_for_caller_alone(const RunCreate& wanted) {
  return !wanted.webhook && wanted.after_seconds.value_or(0) == 0 &&
         wanted.on_completion != OnCompletion::kKeep && !wanted.stream_resumable.value_or(false) &&
         wanted.on_disconnect != OnDisconnect::kContinue;
}

}  // namespace pharos::agent_server
