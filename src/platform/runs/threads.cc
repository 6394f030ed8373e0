#include "platform/runs/threads.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/queue.h"
#include "platform/runs/conditions.h"
#include "platform/runs/thread_rows.h"
#include "platform/storage/json_text.h"

namespace pharos::runs {
namespace {

using base::Code;
using base::Error;
using storage::Row;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};
constexpr std::int64_t kSweptAtOnce = 200;

std::string column_of(const std::string& sort_by) {
  if (sort_by == "thread_id") return "id";
  for (const char* known : {"status", "created_at", "updated_at", "state_updated_at"}) {
    if (sort_by == known) return sort_by;
  }
  throw Error(Code::kInvalidInput,
              fmt::format("threads are not sorted by '{}': say thread_id, status, created_at, updated_at or "
                          "state_updated_at",
                          sort_by));
}

Conditions conditions_of(const Session& session, const ThreadQuery& query) {
  Conditions conditions(session.engine());
  conditions.demand_own(session.scope(), "threads");
  conditions.demand("is_temporary = {}", std::int64_t{0});
  if (query.ids) conditions.demand_one_of("id", *query.ids);
  if (query.status) conditions.demand("status = {}", base::to_name(*query.status));
  conditions.demand_members("metadata", query.metadata);
  conditions.demand_members("state", query.values);
  return conditions;
}

std::vector<Thread> find_threads(Session& session, const ThreadQuery& query) {
  Conditions conditions = conditions_of(session, query);
  const std::string page = conditions.page(query.limit, query.offset);
  const std::string sql =
      fmt::format("SELECT * FROM threads{0} ORDER BY {1} {2}, id {2}{3}", conditions.sql(),
                  column_of(query.sort_by), query.ascending ? "ASC" : "DESC", page);
  std::vector<Thread> found;
  for (const Row& row : session.run_values(sql, conditions.values())) found.push_back(thread_of(row));
  return found;
}

/// Its runs go with it, and what was told of them; those under way are stopped.
void remove_thread(Session& session, const std::string& id, base::WallTime now) {
  for (const Row& run : session.run(
           "SELECT id FROM runs WHERE thread_id = $1 AND status IN ('pending', 'running') AND is_queued",
           id)) {
    jobs::cancel(session, run.text(0), now);
  }
  session.run(
      "DELETE FROM jobs WHERE finished_at IS NOT NULL AND id IN (SELECT id FROM runs WHERE thread_id = $1)",
      id);
  session.run("DELETE FROM threads WHERE id = $1", id);
}

[[noreturn]] void throw_busy(const std::string& id) {
  throw Error(Code::kConflict,
              fmt::format("the thread '{}' is busy: wait for its run to end, or cancel it", id));
}

/// What clients filter a history by: what made a checkpoint counts as its metadata.
bool matches(const graph::JsonSnapshot& snapshot, const json::object& wanted) {
  if (wanted.empty()) return true;
  json::object metadata = snapshot.metadata;
  metadata["source"] = base::to_name(snapshot.source);
  metadata["step"] = snapshot.step;
  metadata["run_id"] = snapshot.run_id;
  return has_members(metadata, wanted);
}

}  // namespace

Threads::Threads(storage::Database& database, Assistants& assistants, std::shared_ptr<graph::Saver> saver,
                 base::Clock& clock, base::Ids& ids)
    : database_(database), assistants_(assistants), saver_(std::move(saver)), clock_(clock), ids_(ids) {}

/// The graph with the threads of this server.
graph::JsonGraph Threads::graph_of(const std::string& graph_id) const {
  return assistants_.graph_named(graph_id)->graph.with_saver(saver_);
}

base::Task<Thread> Threads::create(storage::Scope scope, NewThread wanted) {
  if (!wanted.graph_id.empty()) assistants_.graph_named(wanted.graph_id);
  if (!wanted.supersteps.empty() && wanted.graph_id.empty()) {
    throw Error(Code::kInvalidInput, "supersteps: say whose they are with graph_id");
  }
  auto work = [wanted, id = wanted.id.value_or(ids_.next()),
               now = storage::time_number(clock_)](Session& session) {
    if (wanted.may_exist) {
      const auto row = find_thread(session, id);
      if (row) return std::pair(thread_of(*row), false);
    }
    return std::pair(thread_of(insert_thread(session, id, wanted, now)), true);
  };
  auto [thread, is_new] = co_await database_.write(scope, std::move(work));
  if (!is_new || wanted.supersteps.empty()) co_return thread;
  const std::string id = thread.thread_id;
  std::exception_ptr failure;
  try {
    co_await begin_with(scope, std::move(thread), std::move(wanted));
  } catch (const Error&) {
    failure = std::current_exception();
  }
  if (failure) {
    co_await remove(scope, id);
    std::rethrow_exception(failure);
  }
  co_return co_await get(std::move(scope), id);
}

base::Task<void> Threads::begin_with(storage::Scope scope, Thread thread, NewThread wanted) {
  std::vector<std::vector<graph::JsonEdit>> steps;
  for (SuperStep& step : wanted.supersteps) steps.push_back(std::move(step.edits));
  const graph::JsonGraph graph = graph_of(wanted.graph_id);
  co_await graph.update_state(std::move(steps),
                              {.thread_id = thread.thread_id,
                               .metadata = {{"graph_id", wanted.graph_id}, {"thread_id", thread.thread_id}}});
  co_await keep_values(std::move(scope), thread.thread_id, wanted.graph_id);
}

/// So that the thread can be found by them.
base::Task<void> Threads::keep_values(storage::Scope scope, std::string id, std::string graph_id) {
  auto snapshot = co_await graph_of(graph_id).get_state(id);
  if (!snapshot) co_return;
  ThreadRest rest;
  rest.interrupts = snapshot->next.empty() ? json::object() : interrupts_of(*snapshot);
  rest.status = snapshot->interrupts.empty() ? ThreadStatus::kIdle : ThreadStatus::kInterrupted;
  rest.values = std::move(snapshot->values);
  auto work = [id, rest, now = storage::time_number(clock_)](Session& session) {
    write_rest(session, id, rest, now);
  };
  co_await database_.write(std::move(scope), std::move(work), kCommitted);
}

base::Task<Thread> Threads::get(storage::Scope scope, std::string id) {
  auto work = [id](Session& session) { return thread_of(own_thread(session, id)); };
  return database_.read(std::move(scope), std::move(work));
}

base::Task<void> Threads::refuse_anothers(storage::Scope scope, std::string id) {
  auto look = [scope = std::move(scope), id](Session& session) {
    const auto row = session.find("SELECT team_id, user_id FROM threads WHERE id = $1", id);
    if (row && !is_own(scope, *row)) throw Error(Code::kNotFound, fmt::format("there is no thread '{}'", id));
  };
  return database_.read(storage::Scope::system(), std::move(look));
}

base::Task<Thread> Threads::change(storage::Scope scope, std::string id, json::object metadata,
                                   std::optional<base::Duration> time_to_live) {
  auto work = [id, metadata, time_to_live, now = storage::time_number(clock_)](Session& session) {
    Thread thread = thread_of(own_thread_locked(session, id));
    for (const auto& [key, value] : metadata) thread.metadata.insert_or_assign(key, value);
    const std::optional<storage::Moment> lives_for = moments_of(time_to_live);
    return thread_of(session
                         .find("UPDATE threads SET metadata = $2, lives_for = coalesce($3, lives_for),"
                               " expires_at = $4 + coalesce($3, lives_for), updated_at = $4 WHERE id = $1"
                               " RETURNING *",
                               id, storage::write_json(thread.metadata, "metadata"), lives_for, now)
                         .value());
  };
  return database_.write(std::move(scope), std::move(work), kCommitted);
}

base::Task<void> Threads::remove(storage::Scope scope, std::string id) {
  auto work = [id, now = clock_.wall_now()](Session& session) {
    own_thread_locked(session, id);
    remove_thread(session, id, now);
  };
  co_await database_.write(std::move(scope), std::move(work), kCommitted);
  co_await saver_->delete_thread(id);
}

base::Task<std::vector<Thread>> Threads::search(storage::Scope scope, ThreadQuery query) {
  auto work = [query = std::move(query)](Session& session) { return find_threads(session, query); };
  return database_.read(std::move(scope), std::move(work));
}

base::Task<std::int64_t> Threads::count(storage::Scope scope, ThreadQuery query) {
  auto work = [query = std::move(query)](Session& session) {
    const Conditions conditions = conditions_of(session, query);
    return session.run_values("SELECT count(*) FROM threads" + conditions.sql(), conditions.values())
        .front()
        .number(0);
  };
  return database_.read(std::move(scope), std::move(work));
}

base::Task<Thread> Threads::copy(storage::Scope scope, std::string id) {
  auto work = [id, copy = ids_.next(), now = storage::time_number(clock_)](Session& session) {
    const Row row = own_thread(session, id);
    const Thread thread = thread_of(row);
    NewThread wanted;
    wanted.metadata = thread.metadata;
    wanted.metadata["thread_id"] = copy;
    wanted.graph_id = row.optional_text("graph_id").value_or("");
    insert_thread(session, copy, wanted, now);
    ThreadRest rest;
    rest.status = thread.status == ThreadStatus::kBusy ? ThreadStatus::kIdle : thread.status;
    rest.values = thread.values;
    rest.interrupts = thread.interrupts;
    rest.error = thread.error;
    write_rest(session, copy, rest, now);
    return thread_of(own_thread(session, copy));
  };
  Thread made = co_await database_.write(std::move(scope), std::move(work));
  try {
    co_await saver_->copy_thread(id, made.thread_id);
  } catch (const Error& error) {
    if (error.code() != Code::kNotFound) throw;  // nothing has run on it yet
  }
  co_return made;
}

base::Task<std::int64_t> Threads::prune(storage::Scope scope, std::vector<std::string> ids, bool deletes) {
  std::int64_t pruned = 0;
  for (const std::string& id : ids) {
    auto look = [id](Session& session) {
      own_thread(session, id);
      return is_busy(session, id);
    };
    if (co_await database_.read(scope, std::move(look))) throw_busy(id);
  }
  for (const std::string& id : ids) {
    if (deletes) {
      co_await remove(scope, id);
    } else {
      co_await saver_->prune(id);
    }
    ++pruned;
  }
  co_return pruned;
}

base::Task<ThreadState> Threads::state(storage::Scope scope, std::string id, std::string checkpoint_id) {
  auto look = [id](Session& session) {
    return own_thread(session, id).optional_text("graph_id").value_or("");
  };
  ThreadState state{.thread_id = id, .graph_id = co_await database_.read(std::move(scope), std::move(look))};
  if (!state.graph_id.empty()) {
    state.snapshot = co_await graph_of(state.graph_id).get_state(id, checkpoint_id);
  }
  if (!state.snapshot && !checkpoint_id.empty()) {
    throw Error(Code::kNotFound, fmt::format("the thread '{}' has no checkpoint '{}'", id, checkpoint_id));
  }
  co_return state;
}

base::Task<std::vector<ThreadState>> Threads::history(storage::Scope scope, std::string id,
                                                      HistoryQuery query) {
  auto look = [id](Session& session) {
    return own_thread(session, id).optional_text("graph_id").value_or("");
  };
  const std::string graph_id = co_await database_.read(std::move(scope), std::move(look));
  std::vector<ThreadState> history;
  if (graph_id.empty()) co_return history;
  const graph::JsonGraph graph = graph_of(graph_id);
  if (!query.checkpoint_id.empty()) {
    auto first = co_await graph.get_state(id, query.checkpoint_id);
    if (!first) {
      throw Error(Code::kNotFound,
                  fmt::format("the thread '{}' has no checkpoint '{}'", id, query.checkpoint_id));
    }
    if (matches(*first, query.metadata)) history.push_back({id, graph_id, std::move(first)});
    query.before = query.checkpoint_id;
  }
  // A filter may leave much out: then pages are read until there are enough.
  while (history.size() < query.limit) {
    const std::size_t page = query.metadata.empty() ? query.limit - history.size() : 100;
    auto read = co_await graph.get_state_history(id, {.before = query.before, .limit = page});
    for (graph::JsonSnapshot& each : read) {
      if (history.size() < query.limit && matches(each, query.metadata)) {
        history.push_back({id, graph_id, each});
      }
    }
    if (read.size() < page) break;
    query.before = read.back().checkpoint_id;
  }
  co_return history;
}

base::Task<std::string> Threads::update_state(storage::Scope scope, std::string id, std::string checkpoint_id,
                                              std::optional<json::object> values, std::string as_node) {
  auto look = [id](Session& session) {
    const Row row = own_thread(session, id);
    if (is_busy(session, id)) throw_busy(id);
    return row.optional_text("graph_id").value_or("");
  };
  const std::string graph_id = co_await database_.read(scope, std::move(look));
  if (graph_id.empty()) {
    throw Error(
        Code::kInvalidInput,
        fmt::format("the thread '{}' has no graph yet: run one on it, or say graph_id when it is made", id));
  }
  const graph::JsonGraph graph = graph_of(graph_id);
  graph::RunConfig config{.thread_id = id,
                          .checkpoint_id = std::move(checkpoint_id),
                          .metadata = {{"graph_id", graph_id}, {"thread_id", id}}};
  std::string made;
  if (!values && as_node.empty()) {
    made = co_await graph.fork(std::move(config));
  } else {
    std::vector<std::vector<graph::JsonEdit>> steps(1);
    steps[0].push_back({.values = values.value_or(json::object()), .as_node = std::move(as_node)});
    made = co_await graph.update_state(std::move(steps), std::move(config));
  }
  co_await keep_values(std::move(scope), id, graph_id);
  co_return made;
}

base::Task<void> Threads::sweep() {
  auto expire = [now = clock_.wall_now()](Session& session) {
    const auto rows = session.run(
        "SELECT id FROM threads WHERE expires_at < $1 AND NOT EXISTS (SELECT 1 FROM runs WHERE thread_id ="
        " threads.id AND status IN ('pending', 'running')) ORDER BY expires_at LIMIT $2",
        storage::time_number(now), kSweptAtOnce);
    for (const Row& row : rows) remove_thread(session, row.text(0), now);
  };
  co_await database_.write(storage::Scope::system(), std::move(expire), kCommitted);
  co_await forget_gone();
}

/// Threads go in many ways (by their owner, by their time, with an account); their checkpoints go here.
base::Task<void> Threads::forget_gone() {
  auto look = [](Session& session) {
    std::vector<std::string> gone;
    for (const Row& row : session.run("SELECT id FROM kept_threads WHERE NOT EXISTS (SELECT 1 FROM threads"
                                      " WHERE threads.id = kept_threads.id) LIMIT $1",
                                      kSweptAtOnce)) {
      gone.push_back(row.text(0));
    }
    return gone;
  };
  for (const std::string& id : co_await database_.read(storage::Scope::system(), std::move(look))) {
    co_await saver_->delete_thread(id);
    auto forget = [id](Session& session) { session.run("DELETE FROM kept_threads WHERE id = $1", id); };
    co_await database_.write(storage::Scope::system(), std::move(forget), kCommitted);
  }
}

}  // namespace pharos::runs
