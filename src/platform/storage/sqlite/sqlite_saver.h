// Threads in a SQLite file.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/saver.h"
#include "platform/storage/last_checkpoints.h"
#include "platform/storage/sqlite/database.h"

namespace pharos::storage {

/// Thread-safe, and several programs may share the file. Every value is kept once, however many checkpoints
/// have it. What is put is on the disk when the task ends. Remembers the last checkpoints of threads in use:
/// the file is asked which one is the last, and for the rest only when that is another one.
class SqliteSaver final : public graph::Saver, public graph::FoldingSaver {
 public:
  /// Blocks while it opens or creates the file; later work runs on `disk`, which must outlive the saver.
  /// Throws base::Error: kUnavailable when the file cannot be opened, kUnsupported when it is not ours or
  /// newer than this program.
  SqliteSaver(std::filesystem::path file, base::Pool& disk, LastCheckpoints::Limits remembered = {});

  graph::FoldingSaver* folding() override { return this; }
  void take_folded(const graph::ThreadKey& thread, const std::string& checkpoint_id,
                   graph::SavedValues values) override;

  base::Task<void> put(graph::ThreadKey thread, graph::Checkpoint checkpoint,
                       std::vector<graph::ChannelValue> changed) override;
  /// All in one transaction.
  base::Task<void> put_in_order(graph::ThreadKey thread,
                                std::vector<graph::NewCheckpoint> checkpoints) override;
  base::Task<void> put_record(graph::ThreadKey thread, std::string checkpoint_id,
                              graph::TaskRecord record) override;
  base::Task<std::optional<graph::SavedCheckpoint>> get(graph::ThreadKey thread,
                                                        std::string checkpoint_id) override;
  base::Task<std::vector<graph::SavedCheckpoint>> list(graph::ThreadKey thread,
                                                       graph::ListQuery query) override;
  base::Task<void> copy_thread(std::string from, std::string to) override;
  base::Task<void> prune(std::string thread_id) override;
  base::Task<void> delete_run(std::string thread_id, std::string run_id) override;
  base::Task<void> delete_thread(std::string thread_id) override;

 private:
  sqlite::Database database_;
  std::shared_ptr<LastCheckpoints> last_;
};

}  // namespace pharos::storage
