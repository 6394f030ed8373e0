// A saver that keeps threads in memory: for tests, tools, and servers that may forget.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/graph/saver.h"

namespace pharos::graph {

class PackedId;

/// Values that did not change are shared between checkpoints, so a thread costs what was written to it.
class MemorySaver final : public Saver, public ImmediateSaver {
 public:
  MemorySaver();
  ~MemorySaver() override;
  MemorySaver(const MemorySaver&) = delete;
  MemorySaver& operator=(const MemorySaver&) = delete;

  base::Task<void> put(ThreadKey thread, Checkpoint checkpoint, std::vector<ChannelValue> changed) override;
  ImmediateSaver* immediate() override { return this; }
  void put_at_once(const ThreadKey& thread, Checkpoint checkpoint,
                   std::vector<ChannelValue> changed) override;
  base::Task<void> put_record(ThreadKey thread, std::string checkpoint_id, TaskRecord record) override;
  base::Task<std::optional<SavedCheckpoint>> get(ThreadKey thread, std::string checkpoint_id) override;
  base::Task<std::vector<SavedCheckpoint>> list(ThreadKey thread, ListQuery query) override;
  base::Task<void> copy_thread(std::string from, std::string to) override;
  base::Task<void> prune(std::string thread_id) override;
  base::Task<void> delete_run(std::string thread_id, std::string run_id) override;
  base::Task<void> delete_thread(std::string thread_id) override;

  std::size_t thread_count() const;

 private:
  struct StoredValue;
  struct Values;
  struct Entry;
  using Line =
      std::vector<std::unique_ptr<Entry>>;  ///< one graph's checkpoints in the order in which they were put
  struct Lines {
    Line outermost;                     ///< may be empty where a subgraph has been kept
    std::map<std::string, Line> inner;  ///< of subgraphs, by path; none is empty

    Line* find(const std::string& path);
    std::vector<Line*> all();
  };

  static std::shared_ptr<const Values> values_after(const Entry* parent, const Checkpoint& checkpoint,
                                                    std::vector<ChannelValue> changed);
  static Line copied(const Line& line);
  Line* find_line(const ThreadKey& thread);
  static Entry* find_entry(Line& line, const PackedId& id);
  static SavedCheckpoint saved(const Entry& entry);
  static void forget_run(Line& line, const std::string& run_id);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Lines> threads_;
};

}  // namespace pharos::graph
