// Threads that only the holder of a key can read, wherever they are kept.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/saver.h"
#include "platform/storage/cipher.h"

namespace pharos::storage {

/// Seals what people have written before another saver gets it: values, deltas, pending writes, arguments,
/// errors and metadata. Names and ids of threads, runs, nodes and fields stay in the clear, as do the steps.
/// A value is bound to its field, not to its thread: whoever can write to the database can move old values
/// about. Thread-safe when the other saver is.
class EncryptedSaver final : public graph::Saver {
 public:
  EncryptedSaver(std::shared_ptr<graph::Saver> saver, KeyRing keys);

  base::Task<void> put(graph::ThreadKey thread, graph::Checkpoint checkpoint,
                       std::vector<graph::ChannelValue> changed) override;
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
  void seal_checkpoint(graph::NewCheckpoint& put) const;

  std::shared_ptr<graph::Saver> saver_;
  Cipher cipher_;
};

}  // namespace pharos::storage
