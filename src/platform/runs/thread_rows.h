// Threads as rows.
#pragma once

#include <string>

#include "platform/runs/threads.h"
#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::runs {

Thread thread_of(const storage::Row& row);
/// A time to live as rows have it.
std::optional<storage::Moment> moments_of(std::optional<base::Duration> time_to_live);

bool is_own(const storage::Scope& scope, const storage::Row& thread);
/// The scope's own thread, locked where the database can be written to by others. Throws base::Error
/// (kNotFound).
storage::Row own_thread(storage::Session& session, const std::string& id);
storage::Row own_thread_locked(storage::Session& session, const std::string& id);
/// The same in two steps, of which the first only asks.
storage::Asked ask_thread_locked(storage::Session& session, const std::string& id);
storage::Row own_thread(storage::Session& session, const std::string& id, storage::Asked asked);
/// The same; nothing when there is none.
std::optional<storage::Row> find_thread(storage::Session& session, const std::string& id);
std::optional<storage::Row> find_thread_locked(storage::Session& session, const std::string& id);

/// Gives the row. Throws base::Error (kConflict) when the id is taken.
storage::Row insert_thread(storage::Session& session, const std::string& id, const NewThread& wanted,
                           storage::Moment now);
/// One whose id nobody has.
void insert_fresh_thread(storage::Session& session, const std::string& id, const NewThread& wanted,
                         ThreadStatus status, storage::Moment now);

/// What the thread's last run has left, or an edit.
struct ThreadRest {
  ThreadStatus status = ThreadStatus::kIdle;
  std::optional<json::object> values;  ///< none: as they were
  json::object interrupts;
  std::optional<std::string> error;
  std::optional<std::int64_t> next_number;  ///< of what is told on it; none: as it was
};
void write_rest(storage::Session& session, const std::string& id, const ThreadRest& rest,
                storage::Moment now);
void set_thread_status(storage::Session& session, const std::string& id, ThreadStatus status,
                       storage::Moment now);
/// No run waits or runs any more: it is as its last one has left it.
void set_thread_at_rest(storage::Session& session, const std::string& id, storage::Moment now);
/// Whose state it has from now on.
void set_thread_graph(storage::Session& session, const storage::Row& thread, const std::string& graph_id,
                      const std::string& assistant_id, storage::Moment now);

/// Is there a run that waits for its turn or has it?
bool is_busy(storage::Session& session, const std::string& thread_id);

/// What a snapshot waits for, by task.
json::object interrupts_of(const graph::SnapshotInfo& snapshot);

}  // namespace pharos::runs
