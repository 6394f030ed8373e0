// The last checkpoints of threads in use, kept in memory: reading one again costs a question for its id.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/graph/saver.h"

namespace pharos::storage {

/// Thread-safe. Other programs write to the same database, so a checkpoint is only ever asked for by the id
/// that the database has named as the last; an id has one state for ever. Values are shared with whoever put
/// or read them. What has not been used for longest goes first.
class LastCheckpoints {
 public:
  struct Limits {
    std::size_t threads = 1000;              ///< subgraphs of a thread count, too
    std::size_t bytes = 64UL * 1024 * 1024;  ///< as text; in memory they take rather more
  };

  /// How long the texts are of what is put.
  struct Bytes {
    std::size_t checkpoint = 0;
    std::vector<std::size_t> changed;  ///< of each of its values
  };

  explicit LastCheckpoints(Limits limits) : limits_(limits) {}

  bool has(const graph::ThreadKey& thread) const;
  /// That checkpoint, but for its records.
  std::optional<graph::SavedCheckpoint> find(const graph::ThreadKey& thread, std::string_view id);
  /// What has been read as a thread's last.
  void remember(const graph::ThreadKey& thread, const graph::SavedCheckpoint& read, std::size_t bytes);
  /// What has been put.
  void follow(const graph::ThreadKey& thread, graph::NewCheckpoint put, const Bytes& bytes);
  /// As FoldingSaver::take_folded().
  void take_folded(const graph::ThreadKey& thread, std::string_view id, graph::SavedValues values);
  /// Everything of a thread: ids that it has had may come again.
  void forget(const std::string& thread_id);

  std::size_t threads() const;
  std::size_t bytes() const;

 private:
  /// A value and what is to be folded onto it.
  struct Channel {
    std::optional<graph::SavedValue> value;
    std::vector<graph::SavedValue> writes;
    std::size_t folded = 0;
    std::size_t bytes = 0;
  };
  using Name = std::pair<std::string, std::string>;  ///< of a thread, and of a graph in it
  struct Entry {
    Name name;
    graph::Checkpoint checkpoint;
    std::size_t bytes = 0;          ///< of the checkpoint itself
    std::vector<Channel> channels;  ///< in the order of checkpoint.channels
  };
  using Entries = std::list<Entry>;  ///< the last used first

  Entry* use(const graph::ThreadKey& thread);
  Entry& begin(const graph::ThreadKey& thread, const graph::Checkpoint& checkpoint);
  void add(graph::ChannelValue change, std::size_t bytes, Channel& to);
  void reshape(Entry& entry, const std::vector<std::string>& channels);
  void drop(Entries::iterator entry, Entries& gone);
  void shrink(Entries& gone);

  const Limits limits_;
  mutable std::mutex mutex_;  ///< guards what follows
  Entries entries_;
  std::map<Name, Entries::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace pharos::storage
