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

std::string Context::id() const {
  if (call_ != nullptr) return *call_;
  return task_id(run_->origin(), step_, *node_, place_);
}

const std::string& Context::run_id() const {
  return run_->config.run_id;
}

const std::string& Context::thread_id() const {
  return run_->config.thread_id;
}

const json::object& Context::context() const {
  return run_->config.told();
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
  const std::string task = id();
  throw Interrupted{
      {{.id = task_id(task, 0, "interrupt", number), .node = *node_, .value = std::move(question)}}};
}

Store& Context::store() const {
  if (run_->config.store) return *run_->config.store;
  for (const RunInfo* run = run_; run != nullptr; run = run->parent.get()) {
    if (run->graph->store()) return *run->graph->store();
  }
  throw GraphError(
      Fault::kInvalidRun, base::Code::kInvalidInput,
      fmt::format("node '{}' asks for the store, and graph '{}' was compiled without one: give it "
                  "one with CompileOptions::store",
                  *node_, run_->graph->name()));
}

bool Context::is_watched(StreamMode mode) const {
  return !cancelled() && run_->watches(mode);
}

base::Task<void> Context::write(json::value data) {
  return tell(StreamMode::kCustom, std::move(data));
}

MessageWriter Context::message_writer(json::object about, std::string id) {
  if (id.empty()) id = run_->graph->next_id();
  if (!is_watched(StreamMode::kMessages)) return {*this, std::move(id), {}};
  json::object all = origin();
  all["checkpoint_ns"] = all["langgraph_checkpoint_ns"];
  for (auto& member : about) all.insert_or_assign(member.key(), std::move(member.value()));
  return {*this, std::move(id), std::move(all)};
}

void Context::progress() const {
  if (progress_) {
    progress_->show();
  } else if (run_->around) {
    run_->around->show();
  }
}

/// Begins as the other one stands: for another attempt of the same node, or a task that it calls.
void Context::become(const Context& other) {
  run_ = other.run_;
  answers_ = other.answers_;
  asked_ = other.asked_;
  inner_runs_ = other.inner_runs_;
  place_ = other.place_;
  number_ = other.number_;
  is_send_ = other.is_send_;
  node_ = other.node_;
  deadline_ = other.deadline_;
  step_ = other.step_;
  attempt_ = other.attempt_;
  remaining_steps_ = other.remaining_steps_;
}

base::Task<void> Context::tell(StreamMode mode, json::value data) {
  progress();
  if (!is_watched(mode)) co_return;
  run_->emit(mode, *node_, std::move(data));
  co_await run_->wait_for_reader(progress_);
}

/// Where a message comes from, as its readers are told.
json::object Context::origin() const {
  const std::string task = task_id(run_->origin(), step_, *node_, place_);
  json::array path{is_send_ ? "__pregel_push" : "__pregel_pull"};
  if (is_send_) {
    path.push_back(place_);
    path.push_back(false);
  } else {
    path.push_back(json::value(*node_));
  }
  json::object origin = run_->config.metadata;
  if (!thread_id().empty()) origin["thread_id"] = thread_id();
  origin["langgraph_step"] = step_;
  origin["langgraph_node"] = *node_;
  origin["langgraph_triggers"] = run_->graph->triggers(number_, is_send_);
  origin["langgraph_path"] = std::move(path);
  origin["langgraph_checkpoint_ns"] = run_->place_of(*node_ + ":" + task);
  return origin;
}

/// It is not to be told again as a whole.
void Context::know_message(const std::string& id) const {
  if (run_->known_messages) run_->known_messages->insert(id);
}

}  // namespace pharos::graph
