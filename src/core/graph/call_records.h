// What the tasks that nodes call have done: kept for the super-step, and with its checkpoint.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/graph/saver.h"

namespace pharos::graph {

/// The records of the tasks called in one super-step, by id. A saver has them beside those of the nodes, in
/// places after all of theirs.
class CallRecords {
 public:
  /// The name under which a finished task's result is kept, which no field of a state has.
  static constexpr const char* kResult = "__return__";

  static bool is_call(const TaskRecord& record) {
    return record.place >= kFirstCallPlace && record.place < kCommandPlace;
  }

  void adopt(TaskRecord record) {
    next_place_ = std::max(next_place_, record.place + 1);
    std::string id = record.task_id;
    by_id_.insert_or_assign(std::move(id), std::move(record));
  }
  /// The record of that task, a new one if it has none.
  TaskRecord& of(const std::string& id, const std::string& name) {
    const auto [at, is_new] = by_id_.try_emplace(id);
    if (is_new) at->second = {.task_id = id, .node = name, .place = next_place_++, .finished = false};
    return at->second;
  }
  void clear() {
    if (!by_id_.empty()) by_id_.clear();
    next_place_ = kFirstCallPlace;
  }
  const std::map<std::string, TaskRecord>& all() const { return by_id_; }

  /// Gives a record to the saver; empty when nothing is kept.
  std::function<base::Task<void>(TaskRecord)> keep;

 private:
  std::map<std::string, TaskRecord> by_id_;
  std::uint32_t next_place_ = kFirstCallPlace;
};

}  // namespace pharos::graph
