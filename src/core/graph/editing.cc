// How a thread is written to from outside, as if nodes of its graph had: update_state.
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/graph/run.h"

namespace pharos::graph {

/// Who wrote last, when there is only one who can have.
std::string Run::writer_of(const std::vector<std::string>& ran) const {
  if (ran.empty()) return std::string(kStart);
  if (ran.size() == 1) return ran.front();
  throw GraphError(Fault::kInvalidUpdate, base::Code::kInvalidInput,
                   fmt::format("graph '{}': {} wrote last, so say as which node the update is to be",
                               graph_.name(), fmt::join(ran, " and ")));
}

/// Another checkpoint like that one and with the same parent: a fork to go on from.
base::Task<std::string> Run::copy(std::optional<SavedCheckpoint> saved) {
  if (!saved) {
    throw GraphError(Fault::kInvalidUpdate, base::Code::kNotFound,
                     fmt::format("graph '{}': thread '{}' has no checkpoint to copy: run it with input first",
                                 graph_.name(), thread_.thread_id));
  }
  std::vector<NextTask> next = saved->checkpoint.next;
  std::vector<std::string> ran = saved->checkpoint.ran;
  const std::string parent_id = saved->checkpoint.parent_id;
  restore(std::move(*saved));
  info_->checkpoint_id = parent_id;
  is_branch_ = true;
  saved_version_ = 0;  // all values, whatever the parent has
  if (save(Source::kFork, std::move(next), std::move(ran))) co_await put_checkpoint();
  co_return info_->checkpoint_id;
}

/// True for one edit that says so. Throws when it would change something, or is one of several.
bool Run::is_copy(const std::vector<std::vector<Edit>>& steps) const {
  std::size_t edits = 0;
  bool copies = false;
  bool writes = false;
  for (const std::vector<Edit>& step : steps) {
    for (const Edit& edit : step) {
      ++edits;
      copies = copies || edit.as_node == kCopy;
      writes = writes || !edit.writes.empty();
    }
  }
  if (!copies || (edits == 1 && !writes)) return copies;
  throw GraphError(
      Fault::kInvalidUpdate, base::Code::kInvalidInput,
      fmt::format("graph '{}': a copy is an update of its own and changes nothing", graph_.name()));
}

base::Task<std::string> Run::edit(std::vector<std::vector<Edit>> steps) {
  check_config();
  info_->config.durability = Durability::kSync;
  auto at = co_await read_thread(!info_->config.checkpoint_id.empty());
  if (is_copy(steps)) co_return co_await copy(std::move(at));
  std::vector<std::string> ran;
  if (at) {
    ran = at->checkpoint.ran;
    std::vector<TaskRecord> records = std::move(at->records);
    restore(std::move(*at));
    if (info_->config.checkpoint_id.empty()) restore_command(records);
    command_.reset();
  } else {
    step_ = 0;
    state_ = graph_.schema().make();
  }
  for (std::vector<Edit>& edits : steps) {
    ran = edit_step(std::move(edits), ran);
    if (save(Source::kUpdate, planned_tasks(), ran)) co_await put_checkpoint();
    ++step_;
  }
  co_return info_->checkpoint_id;
}

/// One super-step of edits; returns the nodes they were made as.
std::vector<std::string> Run::edit_step(std::vector<Edit> edits, const std::vector<std::string>& ran) {
  std::vector<std::string> as;
  for (Edit& edit : edits) as.push_back(edit.as_node.empty() ? writer_of(ran) : edit.as_node);
  plan_.clear();
  tasks_.clear();
  if (edits.size() == 1 && as[0] == kStart) {
    input_ = std::make_unique<RunInput>();
    input_->writes = std::move(edits[0].writes);
    begin();
  } else if (edits.size() == 1 && as[0] == kEnd) {
    input_ = std::make_unique<RunInput>();
    input_->writes = std::move(edits[0].writes);
    apply_input();
    end_here();
  } else {
    for (std::size_t i = 0; i < edits.size(); ++i) add_edit(as[i], std::move(edits[i].writes));
    order_tasks();
    if (routes_before_applying()) {
      for (const auto& task : tasks_) route_with_own_writes(*task);
    }
    end_step();
    tasks_.clear();
  }
  return as;
}

void Run::add_edit(const std::string& as_node, Writes writes) {
  if (as_node == kStart || as_node == kEnd) {
    throw GraphError(Fault::kInvalidUpdate, base::Code::kInvalidInput,
                     fmt::format("graph '{}': an update as '{}' must be the only one of its super-step",
                                 graph_.name(), as_node));
  }
  const std::uint32_t node = graph_.find(as_node, "the update");
  tasks_.push_back(std::make_shared<TaskRun>(info_));
  tasks_.back()->prepare({.node = node, .argument = nullptr}, static_cast<std::uint32_t>(tasks_.size() - 1),
                         state_, step_, 0);
  tasks_.back()->output.writes = std::move(writes);
}

}  // namespace pharos::graph
