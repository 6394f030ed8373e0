#include "core/graph/context.h"

#include <utility>

#include <fmt/format.h>

#include "core/graph/interrupt.h"
#include "core/graph/run_info.h"
#include "core/graph/task_run.h"

namespace pharos::graph {

base::Clock& Context::clock() const {
  return run_->graph->clock();
}

const std::string& Context::run_id() const {
  return run_->config.run_id;
}

const std::string& Context::thread_id() const {
  return run_->config.thread_id;
}

json::value Context::interrupt(json::value question) {
  if (run_->checkpoint_id.empty()) {
    throw GraphError(
        Fault::kInvalidRun, base::Code::kInvalidInput,
        fmt::format(
            "node '{}' asks a question, but its run has no thread to wait in: give the graph a saver and "
            "the run a thread_id",
            *node_));
  }
  const std::uint32_t number = asked_++;
  if (answers_ && number < answers_->size()) return (*answers_)[number];
  const std::string task = task_id(run_->checkpoint_id, step_, *node_, place_);
  throw Interrupted{
      {{.id = task_id(task, 0, "interrupt", number), .node = *node_, .value = std::move(question)}}};
}

bool Context::is_watched() const {
  return !cancelled() && run_->watches(StreamMode::kCustom);
}

base::Task<void> Context::write(json::value data) {
  if (!is_watched()) co_return;
  run_->emit(StreamMode::kCustom, *node_, std::move(data));
  if (EventSink* reader = run_->reader()) co_await reader->ready();
}

}  // namespace pharos::graph
