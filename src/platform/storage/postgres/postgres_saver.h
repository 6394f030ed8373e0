// Threads in a PostgreSQL database, for servers that share them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/saver.h"
#include "platform/storage/last_checkpoints.h"
#include "platform/storage/postgres/server.h"

namespace pharos::storage {

/// Thread-safe, and any number of programs may share the database. Tables are in the schema `pharos`. Every
/// value is kept once, however many checkpoints have it. What is put is committed when the task ends; a
/// server that restarts meanwhile is waited for. Remembers the last checkpoints of threads in use: the
/// database is asked which one is the last, and for the rest only when that is another one.
class PostgresSaver final : public graph::Saver, public graph::FoldingSaver {
 public:
  /// Blocks while it connects and prepares the tables; later work runs on `disk`, which must outlive the
  /// saver, as must `clock`. Throws base::Error: kUnavailable when nobody answers, kUnsupported when the
  /// database is newer than this program.
  PostgresSaver(postgres::Settings settings, base::Pool& disk, base::Clock& clock,
                LastCheckpoints::Limits remembered = {});

  graph::FoldingSaver* folding() override { return this; }
  void take_folded(const graph::ThreadKey& thread, const std::string& checkpoint_id,
                   graph::SavedValues values) override;

  base::Task<void> put(graph::ThreadKey thread, graph::Checkpoint checkpoint,
                       std::vector<graph::ChannelValue> changed) override;
  /// Several at a time in one transaction.
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
  base::Task<std::string> call(postgres::Query query, std::string_view sql_again = {});
  base::Task<std::optional<graph::SavedCheckpoint>> get_remembered(graph::ThreadKey thread);

  postgres::Server server_;
  LastCheckpoints last_;
};

}  // namespace pharos::storage
