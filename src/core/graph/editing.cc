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

base::Task<std::string> Run::edit(std::vector<std::vector<Edit>> steps) {
  check_config();
  info_->config.durability = Durability::kSync;
  auto at = co_await read_thread(!info_->config.checkpoint_id.empty());
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
