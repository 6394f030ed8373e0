// Threads as rows.
#pragma once

#include <string>

#include "platform/runs/threads.h"
#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::runs {

Thread thread_of(const storage::Row& row);

/// The scope's own thread, locked where the database can be written to by others. Throws base::Error
/// (kNotFound).
storage::Row own_thread(storage::Session& session, const std::string& id);
storage::Row own_thread_locked(storage::Session& session, const std::string& id);

/// Gives the row. Throws base::Error (kConflict) when the id is taken.
storage::Row insert_thread(storage::Session& session, const std::string& id, const NewThread& wanted,
                           storage::Moment now);

/// What the thread's last run has left, or an edit.
struct ThreadRest {
  ThreadStatus status = ThreadStatus::kIdle;
  std::optional<json::object> values;  ///< none: as they were
  json::object interrupts;
  std::optional<std::string> error;
};
void write_rest(storage::Session& session, const std::string& id, const ThreadRest& rest,
                storage::Moment now);
void set_thread_status(storage::Session& session, const std::string& id, ThreadStatus status,
                       storage::Moment now);
/// No run waits or runs any more: it is as its last one has left it.
void set_thread_at_rest(storage::Session& session, const std::string& id, storage::Moment now);
/// Whose state it has from now on.
void set_thread_graph(storage::Session& session, const std::string& id, const std::string& graph_id,
                      const std::string& assistant_id, storage::Moment now);

/// Is there a run that waits for its turn or has it?
bool is_busy(storage::Session& session, const std::string& thread_id);

/// What a snapshot waits for, by task.
json::object interrupts_of(const graph::SnapshotInfo& snapshot);

}  // namespace pharos::runs
