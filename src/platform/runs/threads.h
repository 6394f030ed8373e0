// Threads: conversations with graphs, as their owners see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "core/graph/saver.h"
#include "platform/runs/assistants.h"
#include "platform/storage/database.h"

namespace pharos::runs {

enum class ThreadStatus { kIdle, kBusy, kInterrupted, kError };
BOOST_DESCRIBE_ENUM(ThreadStatus, kIdle, kBusy, kInterrupted, kError)

struct Thread {
  std::string thread_id;
  std::string created_at;
  std::string updated_at;
  std::string state_updated_at;
  json::object metadata;
  ThreadStatus status = ThreadStatus::kIdle;
  json::object config;
  std::optional<json::object> values;  ///< as the last run left them
  json::object interrupts;             ///< what it waits for, by task
  std::optional<std::string> error;    ///< why its last run failed
};
BOOST_DESCRIBE_STRUCT(Thread, (),
                      (thread_id, created_at, updated_at, state_updated_at, metadata, status, config, values,
                       interrupts, error))

/// One super-step of updates, for a thread that begins with a history.
struct SuperStep {
  std::vector<graph::JsonEdit> edits;
};

struct NewThread {
  std::optional<std::string> id;
  json::object metadata;
  std::string graph_id;  ///< whose state it is to have; of `supersteps`, too
  std::vector<SuperStep> supersteps;
  std::optional<base::Duration> time_to_live;
  bool may_exist = false;     ///< one of that id is given back as it is
  bool is_temporary = false;  ///< of a run without a thread: not listed
};

struct ThreadQuery {
  std::optional<std::vector<std::string>> ids;
  std::optional<ThreadStatus> status;
  json::object metadata;
  json::object values;
  std::string sort_by = "created_at";
  bool ascending = false;
  std::int64_t limit = 10;
  std::int64_t offset = 0;
};

/// A checkpoint of a thread, with whose eyes it was read.
struct ThreadState {
  std::string thread_id;
  std::string graph_id;
  std::optional<graph::JsonSnapshot> snapshot;  ///< none: nothing has run yet
};

/// What `history` is to leave out.
struct HistoryQuery {
  std::size_t limit = 10;
  std::string before;         ///< a checkpoint
  std::string checkpoint_id;  ///< this one and those before it
  json::object metadata;
};

/// Thread-safe. A scope reaches its user's own threads; others' are not there: base::Error (kNotFound).
class Threads {
 public:
  /// All must outlive it.
  Threads(storage::Database& database, Assistants& assistants, std::shared_ptr<graph::Saver> saver,
          base::Clock& clock, base::Ids& ids);

  /// Throws base::Error: kConflict when the id is taken, kInvalidInput when the history does not fit.
  base::Task<Thread> create(storage::Scope scope, NewThread wanted);
  base::Task<Thread> get(storage::Scope scope, std::string id);
  /// There may be none yet; throws base::Error (kNotFound) when there is one of somebody else.
  base::Task<void> refuse_anothers(storage::Scope scope, std::string id);
  /// Adds to its metadata; `time_to_live` when set.
  base::Task<Thread> change(storage::Scope scope, std::string id, json::object metadata,
                            std::optional<base::Duration> time_to_live);
  /// With its runs and checkpoints. Throws base::Error (kConflict) while one runs.
  base::Task<void> remove(storage::Scope scope, std::string id);
  base::Task<std::vector<Thread>> search(storage::Scope scope, ThreadQuery query);
  base::Task<std::int64_t> count(storage::Scope scope, ThreadQuery query);
  /// Another thread with the same history.
  base::Task<Thread> copy(storage::Scope scope, std::string id);
  /// Keeps of each only its latest state, or deletes it; gives how many there were.
  base::Task<std::int64_t> prune(storage::Scope scope, std::vector<std::string> ids, bool deletes);

  /// How it stands, or stood at a checkpoint. Throws base::Error (kNotFound) when there is no such one.
  base::Task<ThreadState> state(storage::Scope scope, std::string id, std::string checkpoint_id = {});
  base::Task<std::vector<ThreadState>> history(storage::Scope scope, std::string id, HistoryQuery query);
  /// Writes to its state from outside, as if `as_node` had; without values it goes on from that checkpoint.
  /// Gives the id of the new checkpoint. Throws base::Error (kConflict) while a run is under way.
  base::Task<std::string> update_state(storage::Scope scope, std::string id, std::string checkpoint_id,
                                       std::optional<json::object> values, std::string as_node);

  /// Deletes those that have outlived their time, and the checkpoints of threads that are gone.
  base::Task<void> sweep();

  const std::shared_ptr<graph::Saver>& saver() const { return saver_; }

 private:
  base::Task<void> begin_with(storage::Scope scope, Thread thread, NewThread wanted);
  base::Task<void> keep_values(storage::Scope scope, std::string id, std::string graph_id);
  base::Task<void> forget_gone();
  graph::JsonGraph graph_of(const std::string& graph_id) const;

  storage::Database& database_;
  Assistants& assistants_;
  std::shared_ptr<graph::Saver> saver_;
  base::Clock& clock_;
  base::Ids& ids_;
};

}  // namespace pharos::runs
