#include "platform/runs/run_crons.h"

#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/cron_expression.h"
#include "platform/jobs/time_zone.h"
#include "platform/runs/conditions.h"
#include "platform/runs/thread_rows.h"
#include "platform/storage/json_text.h"
#include "platform/storage/time.h"

namespace pharos::runs {
namespace {

using base::Code;
using base::Error;
using storage::Row;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};
constexpr const char* kSelect =
    "SELECT run_crons.*, job_crons.is_active, job_crons.next_at FROM run_crons"
    " LEFT JOIN job_crons ON job_crons.id = run_crons.cron_id";

/// The run as clients ask for one.
json::object payload_of(const RunRequest& request, const std::string& assistant_id) {
  json::object payload{{"assistant_id", assistant_id}, {"input", request.input}};
  if (request.command) payload["command"] = *request.command;
  if (!request.checkpoint_id.empty()) payload["checkpoint_id"] = request.checkpoint_id;
  payload["config"] = request.config;
  payload["context"] = request.context;
  payload["stream_mode"] = base::to_json(request.stream.modes);
  payload["stream_subgraphs"] = request.stream.subgraphs;
  payload["interrupt_before"] = base::to_json(request.interrupt_before);
  payload["interrupt_after"] = base::to_json(request.interrupt_after);
  if (!request.webhook.empty()) payload["webhook"] = request.webhook;
  return payload;
}

RunRequest request_in(const Row& row) {
  return base::from_json<RunRequest>(storage::read_json(row.text("request"), "a cron's request"));
}

RunCron cron_of(const Row& row) {
  RunCron cron;
  cron.cron_id = row.text("id");
  cron.assistant_id = row.text("assistant_id");
  cron.thread_id = row.optional_text("thread_id");
  cron.on_run_completed = row.text("on_run_completed");
  if (!row.is_null("ends_at")) cron.end_time = storage::time_text(row.number("ends_at"));
  cron.schedule = row.text("schedule");
  cron.timezone = row.optional_text("timezone");
  cron.created_at = storage::time_text(row.number("created_at"));
  cron.updated_at = storage::time_text(row.number("updated_at"));
  cron.payload = payload_of(request_in(row), cron.assistant_id);
  cron.user_id = row.text("user_id");
  cron.enabled = !row.is_null("is_active") && row.truth("is_active");
  if (cron.enabled) cron.next_run_date = storage::time_text(row.number("next_at"));
  cron.metadata = storage::read_json(row.text("metadata"), "metadata").as_object();
  return cron;
}

void check(const std::string& expression, const std::optional<std::string>& timezone) {
  static_cast<void>(jobs::CronExpression(expression));
  static_cast<void>(jobs::TimeZone(timezone.value_or("")));
}

Row own_cron(Session& session, const std::string& id) {
  auto row = session.find(fmt::format("{} WHERE run_crons.id = $1 AND run_crons.team_id = $2 AND"
                                      " run_crons.user_id = $3",
                                      kSelect),
                          id, session.scope().team_id, session.scope().user_id);
  if (!row) throw Error(Code::kNotFound, fmt::format("there is no cron '{}'", id));
  return *std::move(row);
}

Conditions conditions_of(const Session& session, const RunCronQuery& query) {
  Conditions conditions(session.engine());
  conditions.demand_own(session.scope(), "run_crons");
  if (query.assistant_id) conditions.demand("run_crons.assistant_id = {}", *query.assistant_id);
  if (query.thread_id) conditions.demand("run_crons.thread_id = {}", *query.thread_id);
  if (query.enabled) conditions.demand("job_crons.is_active = {}", storage::to_value(*query.enabled));
  return conditions;
}

std::string column_of(const std::string& sort_by) {
  if (sort_by == "cron_id") return "run_crons.id";
  if (sort_by == "next_run_date") return "job_crons.next_at";
  if (sort_by == "end_time") return "run_crons.ends_at";
  for (const char* known : {"assistant_id", "thread_id", "created_at", "updated_at"}) {
    if (sort_by == known) return "run_crons." + sort_by;
  }
  throw Error(Code::kInvalidInput,
              fmt::format("crons are not sorted by '{}': say cron_id, assistant_id, thread_id, created_at, "
                          "updated_at, next_run_date or end_time",
                          sort_by));
}

}  // namespace

base::Task<jobs::Cron> RunCrons::schedule(const storage::Scope& scope, const std::string& id,
                                          const std::string& expression,
                                          const std::optional<std::string>& timezone, bool is_active) {
  return crons_.put(scope, {.name = "run " + id,
                            .expression = expression,
                            .kind = kJob,
                            .input = {{"cron_id", id}},
                            .is_active = is_active,
                            .timezone = timezone});
}

base::Task<RunCron> RunCrons::create(storage::Scope scope, NewRunCron wanted) {
  check(wanted.schedule, wanted.timezone);
  const std::string id = ids_.next();
  auto work = [this, id, wanted, now = storage::time_number(clock_)](Session& session) {
    const Assistant assistant = assistants_.find(session, wanted.run.assistant_id);
    static_cast<void>(assistants_.graph_of(assistant)->graph.input_of(start_of(wanted.run.request)));
    if (wanted.thread_id) own_thread(session, *wanted.thread_id);
    std::optional<storage::Moment> ends_at;
    if (wanted.ends_at) ends_at = storage::time_number(*wanted.ends_at);
    session.run(
        "INSERT INTO run_crons (id, team_id, user_id, assistant_id, thread_id, cron_id, schedule, timezone,"
        " request, metadata, on_run_completed, ends_at, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, $9, $10, $11, $12, $12)",
        id, session.scope().team_id, session.scope().user_id, assistant.assistant_id, wanted.thread_id,
        wanted.schedule, wanted.timezone,
        storage::write_json(base::to_json(wanted.run.request), "a cron's request"),
        storage::write_json(wanted.metadata, "metadata"),
        wanted.run.request.deletes_thread ? "delete" : "keep", ends_at, now);
  };
  co_await database_.write(scope, std::move(work), kCommitted);
  std::exception_ptr failure;
  try {
    const jobs::Cron cron = co_await schedule(scope, id, wanted.schedule, wanted.timezone, wanted.enabled);
    auto connect = [id, cron_id = cron.id](Session& session) {
      session.run("UPDATE run_crons SET cron_id = $2 WHERE id = $1", id, cron_id);
    };
    co_await database_.write(scope, std::move(connect), kCommitted);
  } catch (const Error&) {
    failure = std::current_exception();
  }
  if (failure) {
    auto undo = [id](Session& session) { session.run("DELETE FROM run_crons WHERE id = $1", id); };
    co_await database_.write(scope, std::move(undo), kCommitted);
    std::rethrow_exception(failure);
  }
  co_return co_await get(std::move(scope), id);
}

base::Task<RunCron> RunCrons::get(storage::Scope scope, std::string id) {
  auto work = [id = std::move(id)](Session& session) { return cron_of(own_cron(session, id)); };
  return database_.read(std::move(scope), std::move(work));
}

base::Task<RunCron> RunCrons::change(storage::Scope scope, std::string id, RunCronChange change) {
  const RunCron before = co_await get(scope, id);
  const std::string expression = change.schedule.value_or(before.schedule);
  const std::optional<std::string> timezone = change.timezone ? change.timezone : before.timezone;
  check(expression, timezone);
  auto work = [id, change, expression, now = storage::time_number(clock_)](Session& session) {
    const Row row = own_cron(session, id);
    std::optional<storage::Moment> ends_at = row.optional_number("ends_at");
    if (change.ends_at) ends_at = storage::time_number(*change.ends_at);
    const std::string request = change.request
                                    ? storage::write_json(base::to_json(*change.request), "a cron's request")
                                    : row.text("request");
    const std::string metadata =
        change.metadata ? storage::write_json(*change.metadata, "metadata") : row.text("metadata");
    session.run(
        "UPDATE run_crons SET schedule = $2, timezone = coalesce($3, timezone), ends_at = $4, request = $5,"
        " metadata = $6, updated_at = $7 WHERE id = $1",
        id, expression, change.timezone, ends_at, request, metadata, now);
  };
  co_await database_.write(scope, std::move(work), kCommitted);
  if (change.schedule || change.timezone || change.enabled) {
    co_await schedule(scope, id, expression, timezone, change.enabled.value_or(before.enabled));
  }
  co_return co_await get(std::move(scope), std::move(id));
}

base::Task<void> RunCrons::remove(storage::Scope scope, std::string id) {
  auto work = [id](Session& session) {
    const std::string cron_id = own_cron(session, id).text("cron_id");
    session.run("DELETE FROM run_crons WHERE id = $1", id);
    return cron_id;
  };
  std::string cron_id = co_await database_.write(scope, std::move(work), kCommitted);
  if (!cron_id.empty()) co_await crons_.remove(std::move(scope), std::move(cron_id));
}

base::Task<std::vector<RunCron>> RunCrons::search(storage::Scope scope, RunCronQuery query) {
  auto work = [query = std::move(query)](Session& session) {
    Conditions conditions = conditions_of(session, query);
    const std::string page = conditions.page(query.limit, query.offset);
    const std::string sql =
        fmt::format("{0}{1} ORDER BY {2} {3}, run_crons.id {3}{4}", kSelect, conditions.sql(),
                    column_of(query.sort_by), query.ascending ? "ASC" : "DESC", page);
    std::vector<RunCron> found;
    for (const Row& row : session.run_values(sql, conditions.values())) found.push_back(cron_of(row));
    return found;
  };
  return database_.read(std::move(scope), std::move(work));
}

base::Task<std::int64_t> RunCrons::count(storage::Scope scope, RunCronQuery query) {
  auto work = [query = std::move(query)](Session& session) {
    const Conditions conditions = conditions_of(session, query);
    return session
        .run_values("SELECT count(*) FROM run_crons LEFT JOIN job_crons ON job_crons.id = run_crons.cron_id" +
                        conditions.sql(),
                    conditions.values())
        .front()
        .number(0);
  };
  return database_.read(std::move(scope), std::move(work));
}

void RunCrons::work_in(jobs::Worker& worker) {
  worker.handle(
      kJob, [this](jobs::Job job, jobs::JobContext& context) { return make_run(std::move(job), context); });
}

/// A cron whose time is over, or whose thread is gone, ends here.
base::Task<json::value> RunCrons::make_run(jobs::Job job, jobs::JobContext& context) {
  auto work = [this, id = std::string(job.input.at("cron_id").as_string())](Session& session) {
    const auto row = session.find("SELECT * FROM run_crons WHERE id = $1", id);
    const bool is_over =
        !row || (!row->is_null("ends_at") && row->number("ends_at") < storage::time_number(clock_));
    if (is_over) {
      session.run("UPDATE job_crons SET is_active = false WHERE name = $1 AND team_id = $2 AND user_id = $3",
                  "run " + id, session.scope().team_id, session.scope().user_id);
      return json::value(nullptr);
    }
    NewRun run;
    run.assistant_id = row->text("assistant_id");
    run.request = request_in(*row);
    run.metadata = storage::read_json(row->text("metadata"), "metadata").as_object();
    run.metadata["cron_id"] = id;
    run.multitask_strategy = MultitaskStrategy::kEnqueue;
    return json::value{{"run_id", runs_.create(session, row->optional_text("thread_id"), run).run_id}};
  };
  co_await context.finish(std::move(work), kCommitted);
  co_return nullptr;
}

}  // namespace pharos::runs
