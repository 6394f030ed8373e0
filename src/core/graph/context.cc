#include "core/graph/context.h"

#include <utility>

#include "core/graph/run_info.h"

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

bool Context::is_watched() const {
  return !cancelled() && run_->watches(StreamMode::kCustom);
}

base::Task<void> Context::write(base::json::value data) {
  if (!is_watched()) co_return;
  run_->emit(StreamMode::kCustom, *node_, std::move(data));
  co_await run_->sink->ready();
}

}  // namespace pharos::graph
