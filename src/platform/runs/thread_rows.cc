#include "platform/runs/thread_rows.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/job_rows.h"
#include "platform/storage/json_text.h"

namespace pharos::runs {
namespace {

using storage::Row;
using storage::Session;

std::string text_of(const json::object& object, const char* what) {
  return storage::write_json(object, what);
}

constexpr const char* kFind = "SELECT * FROM threads WHERE id = $1";

/// Asked for the owner, too, the database may go through all threads of that owner.
std::optional<Row> if_own(const Session& session, std::optional<Row> row) {
  return row && is_own(session.scope(), *row) ? std::move(row) : std::nullopt;
}

Row demanded(std::optional<Row> row, const std::string& id) {
  if (!row) throw base::Error(base::Code::kNotFound, fmt::format("there is no thread '{}'", id));
  return *std::move(row);
}

/// `insert` carries out a statement with its values.
template <class Insert>
auto insert_row(Insert insert, const storage::Scope& owner, const std::string& id, const NewThread& wanted,
                ThreadStatus status, storage::Moment now) {
  const std::optional<storage::Moment> lives_for = moments_of(wanted.time_to_live);
  const std::optional<storage::Moment> expires_at =
      lives_for ? std::optional(now + *lives_for) : std::nullopt;
  const std::optional<std::string> graph_id =
      wanted.graph_id.empty() ? std::nullopt : std::optional(wanted.graph_id);
  return insert(
      "INSERT INTO threads (id, team_id, user_id, status, graph_id, metadata, config, state, interrupts,"
      " error, is_temporary, created_at, updated_at, state_updated_at, next_number, lives_for, expires_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, '{}', NULL, '{}', NULL, $7, $8, $8, $8, 1, $9, $10)"
      " ON CONFLICT (id) DO NOTHING RETURNING *",
      id, owner.team_id, owner.user_id, base::to_name(status), graph_id, text_of(wanted.metadata, "metadata"),
      wanted.is_temporary, now, lives_for, expires_at);
}

/// For whoever looks for what is left of threads that are gone.
void note_kept(Session& session, const std::string& id) {
  session.run_later("INSERT INTO kept_threads (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", id);
}

}  // namespace

Thread thread_of(const Row& row) {
  Thread thread;
  thread.thread_id = row.text("id");
  thread.created_at = storage::time_text(row.number("created_at"));
  thread.updated_at = storage::time_text(row.number("updated_at"));
  thread.state_updated_at = storage::time_text(row.number("state_updated_at"));
  thread.metadata = storage::read_json(row.text("metadata"), "metadata").as_object();
  thread.status = base::from_name<ThreadStatus>(row.text("status"), "a thread's status");
  thread.config = storage::read_json(row.text("config"), "config").as_object();
  if (!row.is_null("state")) thread.values = storage::read_json(row.text("state"), "state").as_object();
  thread.interrupts = storage::read_json(row.text("interrupts"), "interrupts").as_object();
  thread.error = row.optional_text("error");
  return thread;
}

std::optional<storage::Moment> moments_of(std::optional<base::Duration> time_to_live) {
  if (!time_to_live) return std::nullopt;
  return storage::micros(std::chrono::duration_cast<std::chrono::microseconds>(*time_to_live));
}

bool is_own(const storage::Scope& scope, const Row& thread) {
  return thread.text("team_id") == scope.team_id && thread.text("user_id") == scope.user_id;
}

Row own_thread(Session& session, const std::string& id) {
  return demanded(find_thread(session, id), id);
}

storage::Asked ask_thread_locked(Session& session, const std::string& id) {
  return session.ask(fmt::format("{}{}", kFind, jobs::locking(session)), id);
}

Row own_thread(Session& session, const std::string& id, storage::Asked asked) {
  return demanded(if_own(session, asked.row()), id);
}

Row own_thread_locked(Session& session, const std::string& id) {
  return demanded(find_thread_locked(session, id), id);
}

std::optional<Row> find_thread(Session& session, const std::string& id) {
  return if_own(session, session.find(kFind, id));
}

std::optional<Row> find_thread_locked(Session& session, const std::string& id) {
  return if_own(session, ask_thread_locked(session, id).row());
}

Row insert_thread(Session& session, const std::string& id, const NewThread& wanted, storage::Moment now) {
  const auto insert = [&](const auto&... words) { return session.run(words...); };
  auto rows = insert_row(insert, session.scope(), id, wanted, ThreadStatus::kIdle, now);
  if (rows.empty()) {
    throw base::Error(base::Code::kConflict,
                      fmt::format("there is a thread '{}' already: choose another id, or say if_exists: "
                                  "do_nothing",
                                  id));
  }
  note_kept(session, id);
  return std::move(rows.front());
}

void insert_fresh_thread(Session& session, const std::string& id, const NewThread& wanted,
                         ThreadStatus status, storage::Moment now) {
  const auto insert = [&](const auto&... words) { session.run_later(words...); };
  insert_row(insert, session.scope(), id, wanted, status, now);
  note_kept(session, id);
}

void write_rest(Session& session, const std::string& id, const ThreadRest& rest, storage::Moment now) {
  const std::optional<std::string> state =
      rest.values ? std::optional(text_of(*rest.values, "the state")) : std::nullopt;
  session.run_later(
      "UPDATE threads SET status = $2, state = coalesce($3, state), interrupts = $4, error = $5,"
      " updated_at = $6, state_updated_at = $6, expires_at = $6 + lives_for,"
      " next_number = coalesce($7, next_number) WHERE id = $1",
      id, base::to_name(rest.status), state, text_of(rest.interrupts, "questions"), rest.error, now,
      rest.next_number);
}

void set_thread_status(Session& session, const std::string& id, ThreadStatus status, storage::Moment now) {
  session.run_later(
      "UPDATE threads SET status = $2, updated_at = $3, expires_at = $3 + lives_for WHERE id = $1", id,
      base::to_name(status), now);
}

void set_thread_at_rest(Session& session, const std::string& id, storage::Moment now) {
  session.run(
      "UPDATE threads SET status = CASE WHEN error IS NOT NULL THEN 'error' WHEN interrupts <> '{}'"
      " THEN 'interrupted' ELSE 'idle' END, updated_at = $2, expires_at = $2 + lives_for WHERE id = $1",
      id, now);
}

void set_thread_graph(Session& session, const Row& thread, const std::string& graph_id,
                      const std::string& assistant_id, storage::Moment now) {
  json::object metadata = storage::read_json(thread.text("metadata"), "metadata").as_object();
  metadata["graph_id"] = graph_id;
  metadata["assistant_id"] = assistant_id;
  session.run_later("UPDATE threads SET graph_id = $2, metadata = $3, updated_at = $4 WHERE id = $1",
                    thread.text("id"), graph_id, text_of(metadata, "metadata"), now);
}

bool is_busy(Session& session, const std::string& thread_id) {
  return session
      .find("SELECT 1 FROM runs WHERE thread_id = $1 AND status IN ('pending', 'running') LIMIT 1", thread_id)
      .has_value();
}

json::object interrupts_of(const graph::SnapshotInfo& snapshot) {
  json::object interrupts;
  for (const graph::SnapshotTask& task : snapshot.tasks) {
    json::array asked;
    for (const graph::Interrupt& each : task.interrupts) {
      asked.push_back(json::object{{"id", each.id}, {"value", each.value}});
    }
    interrupts[task.id] = std::move(asked);
  }
  return interrupts;
}

}  // namespace pharos::runs
