#include "platform/jobs/jobs.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/job_rows.h"
#include "platform/jobs/queue.h"
#include "platform/storage/time.h"

namespace pharos::jobs {
namespace {

using storage::Scope;
using storage::Session;

bool may_see(const Scope& scope, const storage::Row& job) {
  if (scope.is_system) return true;
  const bool is_theirs = scope.user_id.empty() || job.text("user_id") == scope.user_id;
  return !scope.team_id.empty() && job.text("team_id") == scope.team_id && is_theirs;
}

[[noreturn]] void throw_no_job(const JobId& id) {
  throw base::Error(base::Code::kNotFound, fmt::format("there is no job '{}'", id));
}

std::optional<storage::Row> find_row(Session& session, const JobId& id, std::string_view columns) {
  auto row = session.find(fmt::format("SELECT {} FROM jobs WHERE id = $1", columns), id);
  if (row && !may_see(session.scope(), *row)) throw_no_job(id);
  return row;
}

storage::Row find_own_row(Session& session, const JobId& id, std::string_view columns) {
  auto row = find_row(session, id, columns);
  if (!row) throw_no_job(id);
  return *std::move(row);
}

Job find_own(Session& session, const JobId& id) {
  return job_of(find_own_row(session, id, kJobColumns));
}

std::vector<Job> list_own(Session& session, const JobQuery& query) {
  std::vector<storage::Value> values;
  std::string where;
  const auto demand = [&](std::string_view condition, const storage::Value& value) {
    values.push_back(value);
    where += fmt::format(fmt::runtime(fmt::format("{}{}", where.empty() ? " WHERE " : " AND ", condition)),
                         values.size());
  };
  const Scope& scope = session.scope();
  if (!scope.is_system) demand("team_id = ${}", scope.team_id);
  if (!scope.is_system && !scope.user_id.empty()) demand("user_id = ${}", scope.user_id);
  if (query.status) demand("status = ${}", base::to_name(*query.status));
  if (query.kind) demand("kind = ${}", *query.kind);
  if (query.before) demand("id < ${}", *query.before);
  values.emplace_back(std::int64_t{std::clamp(query.limit, 1, 200)});
  const std::string sql =
      fmt::format("SELECT {} FROM jobs{} ORDER BY id DESC LIMIT ${}", kJobColumns, where, values.size());
  std::vector<Job> jobs;
  for (const storage::Row& row : session.run_values(sql, values)) jobs.push_back(job_of(row));
  return jobs;
}

}  // namespace

JobId Jobs::enqueue(Session& session, const NewJob& job) {
  return enqueue_for(session, session.scope(), job);
}

JobId Jobs::enqueue_for(Session& session, const Scope& owner, const NewJob& job) {
  JobId id = jobs::enqueue(session, owner, job, job.id ? *job.id : ids_.next(), clock_.wall_now());
  session.after_commit([this] { hints_.added(); });
  return id;
}

base::Task<JobId> Jobs::enqueue(Scope owner, NewJob job) {
  auto work = [this, job = std::move(job)](Session& session) { return enqueue(session, job); };
  // Nothing that is read decides what is written.
  return database_.write(std::move(owner), std::move(work), {.isolation = storage::Isolation::kCommitted});
}

std::optional<Job> Jobs::find(Session& session, const JobId& id) {
  const auto row = find_row(session, id, kJobColumns);
  return row ? std::optional(job_of(*row)) : std::nullopt;
}

base::Task<Job> Jobs::get(Scope scope, JobId id) {
  return database_.read(std::move(scope),
                        [id = std::move(id)](Session& session) { return find_own(session, id); });
}

base::Task<std::vector<Job>> Jobs::list(Scope scope, JobQuery query) {
  return database_.read(std::move(scope),
                        [query = std::move(query)](Session& session) { return list_own(session, query); });
}

base::Task<Job> Jobs::cancel(Scope scope, JobId id) {
  auto work = [this, id = std::move(id)](Session& session) {
    find_own(session, id);
    jobs::cancel(session, id, clock_.wall_now());
    session.after_commit([this, id] {
      hints_.added();
      hints_.changed(id);
    });
    return find_own(session, id);
  };
  return database_.write(std::move(scope), std::move(work), {.isolation = storage::Isolation::kCommitted});
}

base::Task<Job> Jobs::replay(Scope scope, JobId id) {
  auto work = [this, id = std::move(id)](Session& session) {
    const Job job = find_own(session, id);
    if (!jobs::replay(session, id, clock_.wall_now())) {
      throw base::Error(
          base::Code::kConflict,
          fmt::format("the job '{}' is {}: only what has failed, died or been cancelled can be replayed", id,
                      base::to_name(job.status)));
    }
    session.after_commit([this, id] {
      hints_.added();
      hints_.changed(id);
    });
    return find_own(session, id);
  };
  return database_.write(std::move(scope), std::move(work), {.isolation = storage::Isolation::kCommitted});
}

base::Task<JobEvents> Jobs::events_after(Scope scope, JobId id, std::int64_t number, int limit) {
  auto work = [id = std::move(id), number, limit](Session& session) {
    const storage::Row job = find_own_row(session, id, "team_id, user_id, status, last_event");
    JobEvents found;
    const storage::Rows rows = session.run(
        fmt::format("SELECT {} FROM job_events WHERE job_id = $1 AND number > $2 ORDER BY number LIMIT $3",
                    kEventColumns),
        id, number, limit);
    for (const storage::Row& row : rows) found.events.push_back(event_of(row));
    const std::int64_t last = found.events.empty() ? number : found.events.back().number;
    found.is_over = is_over(base::from_name<JobStatus>(job.text("status"), "a job's status")) &&
                    last >= job.number("last_event");
    return found;
  };
  return database_.read(std::move(scope), std::move(work));
}

base::Task<std::size_t> Jobs::remove_ended(base::WallTime before, int limit) {
  auto work = [before, limit](Session& session) {
    session.run(
        "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < $1 ORDER BY finished_at LIMIT "
        "$2)",
        storage::time_number(before), limit);
    return session.changed();
  };
  return database_.write(Scope::system(), std::move(work), {.isolation = storage::Isolation::kCommitted});
}

}  // namespace pharos::jobs
