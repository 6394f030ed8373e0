// A saver that passes everything on to one in memory, for tests to watch or to break.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/memory_saver.h"

namespace pharos::graph::testing_support {

class DiarySaver : public Saver {
 public:
  base::Task<void> put(ThreadKey thread, Checkpoint checkpoint, std::vector<ChannelValue> changed) override {
    check_power();
    return inner.put(std::move(thread), std::move(checkpoint), std::move(changed));
  }
  base::Task<void> put_record(ThreadKey thread, std::string checkpoint_id, TaskRecord record) override {
    check_power();
    if (on_record) on_record(record);
    return inner.put_record(std::move(thread), std::move(checkpoint_id), std::move(record));
  }
  base::Task<std::optional<SavedCheckpoint>> get(ThreadKey thread, std::string checkpoint_id) override {
    return inner.get(std::move(thread), std::move(checkpoint_id));
  }
  base::Task<std::vector<SavedCheckpoint>> list(ThreadKey thread, ListQuery query) override {
    return inner.list(std::move(thread), std::move(query));
  }
  base::Task<void> copy_thread(std::string from, std::string to) override {
    return inner.copy_thread(std::move(from), std::move(to));
  }
  base::Task<void> prune(std::string thread_id) override { return inner.prune(std::move(thread_id)); }
  base::Task<void> delete_run(std::string thread_id, std::string run_id) override {
    return inner.delete_run(std::move(thread_id), std::move(run_id));
  }
  base::Task<void> delete_thread(std::string thread_id) override {
    return inner.delete_thread(std::move(thread_id));
  }

  /// Called with each record before it is kept; may throw.
  std::function<void(const TaskRecord&)> on_record;
  bool power_cut = false;  ///< nothing more is kept, as after a crash
  MemorySaver inner;

 private:
  void check_power() const {
    if (power_cut) throw base::Error(base::Code::kUnavailable, "the power is out");
  }
};

}  // namespace pharos::graph::testing_support
