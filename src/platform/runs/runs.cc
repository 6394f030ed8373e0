#include "platform/runs/runs.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/queue.h"
#include "platform/jobs/worker.h"
#include "platform/runs/conditions.h"
#include "platform/runs/line.h"
#include "platform/runs/local_end.h"
#include "platform/runs/run_worker.h"
#include "platform/runs/thread_rows.h"
#include "platform/storage/json_text.h"

namespace pharos::runs {
namespace {

using base::Code;
using base::Error;
using storage::Row;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};
constexpr const char* kColumns =
    "runs.id, runs.thread_id, runs.team_id, runs.user_id, runs.assistant_id, runs.graph_id, runs.status,"
    " runs.metadata, runs.request, runs.multitask_strategy, runs.is_queued, runs.ending, runs.created_at,"
    " runs.updated_at, threads.is_temporary";

std::optional<Row> find_own_run(Session& session, const std::string& run_id) {
  return session.find(fmt::format("SELECT {} FROM runs JOIN threads ON threads.id = runs.thread_id"
                                  " WHERE runs.id = $1 AND runs.team_id = $2 AND runs.user_id = $3",
                                  kColumns),
                      run_id, session.scope().team_id, session.scope().user_id);
}

Row own_run(Session& session, const std::string& thread_id, const std::string& run_id) {
  auto row = find_own_run(session, run_id);
  if (!row || (!thread_id.empty() && row->text("thread_id") != thread_id)) {
    throw Error(Code::kNotFound, fmt::format("there is no run '{}'", run_id));
  }
  return *std::move(row);
}

/// What the run is told of itself, as clients see it.
json::object kwargs_of(const Run& run, const std::string& graph_id, bool is_temporary,
                       const RunRequest& request) {
  json::object config = request.config;
  if (!config.contains("configurable")) config["configurable"] = json::object();
  if (json::object* configurable = config["configurable"].if_object()) {
    (*configurable)["run_id"] = run.run_id;
    (*configurable)["thread_id"] = run.thread_id;
    (*configurable)["graph_id"] = graph_id;
    (*configurable)["assistant_id"] = run.assistant_id;
  }
  config["metadata"] = run.metadata;
  json::object kwargs;
  if (!request.input.is_null()) kwargs["input"] = request.input;
  if (request.command) kwargs["command"] = *request.command;
  kwargs["config"] = std::move(config);
  kwargs["context"] = request.context;
  kwargs["stream_mode"] =
      request.stream.modes.empty() ? json::array{"values"} : base::to_json(request.stream.modes);
  if (!request.interrupt_before.empty()) kwargs["interrupt_before"] = base::to_json(request.interrupt_before);
  if (!request.interrupt_after.empty()) kwargs["interrupt_after"] = base::to_json(request.interrupt_after);
  if (!request.webhook.empty()) kwargs["webhook"] = request.webhook;
  kwargs["temporary"] = is_temporary;
  kwargs["subgraphs"] = request.stream.subgraphs;
  kwargs["resumable"] = request.is_resumable;
  return kwargs;
}

/// Refuses what the graph could not begin with, before anything is kept.
void check(const ServedGraph& graph, const RunRequest& request) {
  static_cast<void>(graph.graph.input_of(start_of(request)));
  static_cast<void>(config_of(graph, request, {}));
}

}  // namespace

RunRequest request_of(const Row& row) {
  return base::from_json<RunRequest>(storage::read_json(row.text("request"), "a run's request"));
}

Run run_of(const Row& row) {
  Run run;
  run.run_id = row.text("id");
  run.thread_id = row.text("thread_id");
  run.assistant_id = row.text("assistant_id");
  run.metadata = storage::read_json(row.text("metadata"), "metadata").as_object();
  run.status = base::from_name<RunStatus>(row.text("status"), "a run's status");
  run.multitask_strategy =
      base::from_name<MultitaskStrategy>(row.text("multitask_strategy"), "a run's strategy");
  run.created_at = storage::time_text(row.number("created_at"));
  run.updated_at = storage::time_text(row.number("updated_at"));
  run.kwargs = kwargs_of(run, row.text("graph_id"), row.truth("is_temporary"), request_of(row));
  return run;
}

/// Where a new run is to go.
struct Runs::Place {
  std::string thread_id;
  bool is_temporary = false;
  bool is_free = true;  ///< nobody waits there, or runs
  std::int64_t next_number = 1;
};

/// One that is made for the run has nothing to wait for. Another is locked, and room is made on it.
Runs::Place Runs::place_for(Session& session, const std::optional<std::string>& given, const NewRun& wanted,
                            const Assistant& assistant, base::WallTime now) {
  const storage::Moment moment = storage::time_number(now);
  if (!given) {
    NewThread made;
    made.metadata = {{"graph_id", assistant.graph_id}, {"assistant_id", assistant.assistant_id}};
    made.graph_id = assistant.graph_id;
    made.is_temporary = wanted.request.deletes_thread;
    const std::string id = ids_.next();
    insert_fresh_thread(session, id, made,
                        wanted.after_seconds > 0 ? ThreadStatus::kIdle : ThreadStatus::kBusy, moment);
    return {.thread_id = id, .is_temporary = made.is_temporary};
  }
  if (wanted.creates_thread && !session.find("SELECT 1 FROM threads WHERE id = $1", *given).has_value()) {
    insert_thread(session, *given, {}, moment);
  }
  storage::Asked locked = ask_thread_locked(session, *given);
  storage::Asked others = ask_waiting_runs(session, *given);
  const Row thread = own_thread(session, *given, std::move(locked));
  const std::vector<WaitingRun> waiting = waiting_runs(others.rows());
  make_room(session, jobs_, waiting, wanted.multitask_strategy, now);
  set_thread_graph(session, thread, assistant.graph_id, assistant.assistant_id, moment);
  return {.thread_id = *given,
          .is_temporary = thread.truth("is_temporary"),
          .is_free = waiting.empty(),
          .next_number = thread.number("next_number")};
}

Run Runs::create(Session& session, const std::optional<std::string>& given_thread, const NewRun& wanted) {
  const base::WallTime now = clock_.wall_now();
  const storage::Moment moment = storage::time_number(now);
  const Assistant assistant = assistants_.find(session, wanted.assistant_id);
  check(*assistants_.graph_of(assistant), wanted.request);
  if (!wanted.request.webhook.empty() && expect_webhook_) expect_webhook_(session, wanted.request.webhook);
  const Place place = place_for(session, given_thread, wanted, assistant, now);
  Run run{.run_id = ids_.next(),
          .thread_id = place.thread_id,
          .assistant_id = assistant.assistant_id,
          .metadata = assistant.metadata,
          .multitask_strategy = wanted.multitask_strategy,
          .created_at = storage::time_text(moment),
          .updated_at = storage::time_text(moment)};
  for (const auto& [key, value] : wanted.metadata) run.metadata.insert_or_assign(key, value);
  run.metadata["graph_id"] = assistant.graph_id;
  run.metadata["assistant_id"] = assistant.assistant_id;
  run.kwargs = kwargs_of(run, assistant.graph_id, place.is_temporary, wanted.request);

  const auto delay = static_cast<storage::Moment>(wanted.after_seconds * 1e6);
  const bool has_turn = place.is_free && delay == 0;
  const bool begins = has_turn && begin(session, run.run_id,
                                        {.thread_id = run.thread_id,
                                         .assistant = assistant,
                                         .request = wanted.request,
                                         .metadata = run.metadata,
                                         .first_number = place.next_number,
                                         .is_on_new_thread = !given_thread,
                                         .local_end = wanted.local_end});
  if (wanted.local_end) wanted.local_end->has_begun = begins;
  session.run_later(
      "INSERT INTO runs (id, thread_id, team_id, user_id, assistant_id, graph_id, status, metadata, request,"
      " multitask_strategy, is_queued, first_number, ending, due_at, created_at, updated_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL, $13, $14, $14)",
      run.run_id, run.thread_id, session.scope().team_id, session.scope().user_id, run.assistant_id,
      assistant.graph_id, base::to_name(begins ? RunStatus::kRunning : RunStatus::kPending),
      storage::write_json(run.metadata, "metadata"),
      storage::write_json(base::to_json(wanted.request), "a run's request"),
      base::to_name(wanted.multitask_strategy), begins,
      begins ? std::optional(place.next_number) : std::nullopt, moment + delay, moment);
  if (begins) {
    if (given_thread) set_thread_status(session, run.thread_id, ThreadStatus::kBusy, moment);
  } else if (delay > 0) {
    jobs_.enqueue(session, {.kind = kDueRunJob,
                            .input = {{"thread_id", run.thread_id}},
                            .run_at = storage::time_of(moment + delay)});
  } else if (has_turn) {
    queue_run(session, jobs_, run.run_id, run.thread_id, session.scope(), now);
  } else {
    advance(session, jobs_, run.thread_id, now);
  }
  return run;
}

/// Gives false when it is to be queued.
bool Runs::begin(Session& session, const std::string& run_id, RunTurn turn) {
  return parts_ &&
         starter_.start(session, session.scope(), run_job(run_id), first_attempt(*parts_, std::move(turn)));
}

base::Task<Run> Runs::create(storage::Scope scope, std::optional<std::string> thread_id, NewRun wanted) {
  auto work = [this, thread_id = std::move(thread_id), wanted = std::move(wanted)](Session& session) {
    return create(session, thread_id, wanted);
  };
  return database_.write(std::move(scope), std::move(work), kCommitted);
}

base::Task<std::vector<Run>> Runs::create_all(storage::Scope scope, std::vector<NewRun> wanted) {
  auto work = [this, wanted = std::move(wanted)](Session& session) {
    std::vector<Run> runs;
    for (const NewRun& each : wanted) runs.push_back(create(session, std::nullopt, each));
    return runs;
  };
  return database_.write(std::move(scope), std::move(work), kCommitted);
}

base::Task<Run> Runs::get(storage::Scope scope, std::string thread_id, std::string run_id) {
  auto work = [thread_id, run_id](Session& session) { return run_of(own_run(session, thread_id, run_id)); };
  return database_.read(std::move(scope), std::move(work));
}

base::Task<std::vector<Run>> Runs::list(storage::Scope scope, std::string thread_id, RunQuery query) {
  auto work = [thread_id, query](Session& session) {
    own_thread(session, thread_id);
    Conditions conditions(session.engine());
    conditions.demand("runs.thread_id = {}", thread_id);
    if (query.status) conditions.demand("runs.status = {}", base::to_name(*query.status));
    const std::string page = conditions.page(query.limit, query.offset);
    std::vector<Run> runs;
    for (const Row& row :
         session.run_values(fmt::format("SELECT {} FROM runs JOIN threads ON threads.id = runs.thread_id{}"
                                        " ORDER BY runs.created_at DESC, runs.id DESC{}",
                                        kColumns, conditions.sql(), page),
                            conditions.values())) {
      runs.push_back(run_of(row));
    }
    return runs;
  };
  return database_.read(std::move(scope), std::move(work));
}

/// Gives false when it is over, or has gone with its thread meanwhile.
bool Runs::stop(Session& session, const Row& run, Ending ending) {
  const std::string thread_id = run.text("thread_id");
  const auto thread = find_thread_locked(session, thread_id);
  const base::WallTime now = clock_.wall_now();
  if (!thread || !stop_run(session, jobs_, run.text("id"), ending, now)) return false;
  const bool is_at_rest = waiting_runs(ask_waiting_runs(session, thread_id).rows()).empty();
  if (is_at_rest && thread->truth("is_temporary")) {
    session.run_later("DELETE FROM threads WHERE id = $1", thread_id);
  } else if (is_at_rest) {
    set_thread_at_rest(session, thread_id, storage::time_number(now));
  } else {
    advance(session, jobs_, thread_id, now);
  }
  return true;
}

base::Task<bool> Runs::cancel(storage::Scope scope, std::string thread_id, std::string run_id,
                              Ending ending) {
  auto work = [this, thread_id, run_id, ending](Session& session) {
    return stop(session, own_run(session, thread_id, run_id), ending);
  };
  return database_.write(std::move(scope), std::move(work), kCommitted);
}

base::Task<std::int64_t> Runs::cancel_all(storage::Scope scope, std::optional<std::string> thread_id,
                                          std::vector<std::string> run_ids, std::optional<RunStatus> status,
                                          Ending ending) {
  auto look = [thread_id, run_ids, status](Session& session) {
    Conditions conditions(session.engine());
    conditions.demand_own(session.scope(), "runs");
    if (thread_id) conditions.demand("thread_id = {}", *thread_id);
    if (!run_ids.empty()) conditions.demand_one_of("id", run_ids);
    conditions.demand_one_of("status", status ? std::vector{base::to_name(*status)}
                                              : std::vector<std::string>{"pending", "running"});
    std::vector<std::string> found;
    for (const Row& row : session.run_values("SELECT id FROM runs" + conditions.sql(), conditions.values())) {
      found.push_back(row.text(0));
    }
    return found;
  };
  std::int64_t stopped = 0;
  for (const std::string& id : co_await database_.read(scope, std::move(look))) {
    auto work = [this, id, ending](Session& session) {
      const auto run = find_own_run(session, id);
      return run && stop(session, *run, ending);
    };
    if (co_await database_.write(scope, std::move(work), kCommitted)) ++stopped;
  }
  co_return stopped;
}

base::Task<void> Runs::remove(storage::Scope scope, std::string thread_id, std::string run_id) {
  auto work = [thread_id, run_id](Session& session) {
    const Run run = run_of(own_run(session, thread_id, run_id));
    if (!is_over(run.status)) {
      throw Error(Code::kConflict,
                  fmt::format("the run '{}' is {}: cancel it first", run_id, base::to_name(run.status)));
    }
    session.run("DELETE FROM jobs WHERE id = $1", run_id);
    session.run("DELETE FROM runs WHERE id = $1", run_id);
  };
  return database_.write(std::move(scope), std::move(work), kCommitted);
}

void Runs::work_in(jobs::Worker& worker, const RunParts& parts, base::Duration time_limit) {
  starter_ = worker.starter();
  parts_.emplace(parts);
  do_runs_in(worker, parts, time_limit);
  worker.handle(kDueRunJob, [this](jobs::Job job, jobs::JobContext& context) {
    return come_due(std::move(job), context);
  });
}

base::Task<json::value> Runs::come_due(jobs::Job job, jobs::JobContext& context) {
  auto work = [this, thread_id = std::string(job.input.at("thread_id").as_string())](Session& session) {
    if (!find_thread_locked(session, thread_id)) return;
    advance(session, jobs_, thread_id, clock_.wall_now());
  };
  co_await context.write(std::move(work), kCommitted);
  co_return nullptr;
}

base::Task<void> Runs::sweep() {
  auto work = [this](Session& session) {
    const base::WallTime now = clock_.wall_now();
    const auto lost = session.run(
        "SELECT runs.id, runs.thread_id FROM runs JOIN jobs ON jobs.id = runs.id"
        " WHERE runs.status IN ('pending', 'running') AND runs.is_queued AND jobs.finished_at < $1 LIMIT 100",
        storage::time_number(now) - storage::micros(std::chrono::seconds(10)));
    for (const Row& row : lost) {
      session.run("UPDATE runs SET status = 'interrupted', updated_at = $2 WHERE id = $1", row.text("id"),
                  storage::time_number(now));
      set_thread_at_rest(session, row.text("thread_id"), storage::time_number(now));
      advance(session, jobs_, row.text("thread_id"), now);
    }
  };
  return database_.write(storage::Scope::system(), std::move(work), kCommitted);
}

}  // namespace pharos::runs
