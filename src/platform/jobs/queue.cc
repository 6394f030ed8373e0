#include "platform/jobs/queue.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/job_rows.h"
#include "platform/storage/json_text.h"
#include "platform/storage/time.h"

namespace pharos::jobs {
namespace {

using storage::Row;
using storage::Session;

/// Every change of a job is told: what changes it counts its events, and gives what `tell` needs.
constexpr std::string_view kReturning = " RETURNING id, team_id, last_event";
/// Whoever holds a job runs it. Said by the status it would be looked for in an index of all that run.
constexpr std::string_view kHeld = " WHERE id = $1 AND lease_epoch = $2 AND lease_owner IS NOT NULL";

constexpr std::string_view kFromOrphans =
    "FROM jobs WHERE status = 'running'"
    " AND NOT EXISTS (SELECT 1 FROM job_workers w WHERE w.id = jobs.lease_owner)";

void tell(Session& session, const JobId& job, const std::string& team, std::int64_t number,
          std::string_view name, const json::value& data, base::WallTime now) {
  session.run_later(
      "INSERT INTO job_events (job_id, team_id, number, name, data, created_at)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      job, team, number, name, storage::write_json(data, "an event"), storage::time_number(now));
}

std::int64_t tell(Session& session, const Row& job, std::string_view name, const json::value& data,
                  base::WallTime now) {
  const std::int64_t number = job.number("last_event");
  tell(session, job.text("id"), job.text("team_id"), number, name, data, now);
  return number;
}

void check(const NewJob& job) {
  if (job.kind.empty()) {
    throw base::Error(base::Code::kInvalidInput, "a job has no kind: name the handler that is to do it");
  }
  if (job.max_attempts < 1) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("a job of kind '{}' may be attempted {} times: allow one at least",
                                  job.kind, job.max_attempts));
  }
}

[[noreturn]] void throw_lease_lost(const Lease& lease) {
  throw base::Error(
      base::Code::kConflict,
      fmt::format("the job {} is no longer held under lease {}: it has ended, or another worker "
                  "has taken it over; what was to be written is left out",
                  lease.job_id, lease.epoch));
}

std::string change_of_held(std::string_view set) {
  return fmt::format("UPDATE jobs SET {}, last_event = last_event + 1{}{}", set, kHeld, kReturning);
}

Row demanded(std::optional<Row> held, const Lease& lease) {
  if (!held) throw_lease_lost(lease);
  return *std::move(held);
}

/// Carries out an UPDATE of a job that is held. `$1` and `$2` are the lease's.
template <class... Values>
Row change_held(Session& session, const Lease& lease, std::string_view set, const Values&... values) {
  return demanded(session.find(change_of_held(set), lease.job_id, lease.epoch, values...), lease);
}

/// The same of a job that nobody holds, or whose holder has gone.
template <class... Values>
Row change(Session& session, const JobId& id, std::string_view set, const Values&... values) {
  const std::string sql =
      fmt::format("UPDATE jobs SET {}, last_event = last_event + 1 WHERE id = $1{}", set, kReturning);
  return session.find(sql, id, values...).value();
}

std::string error_text(const JobError& error) {
  return storage::write_json(base::to_json(error), "a job's error");
}

/// The held job's row, locked.
Row held(Session& session, const Lease& lease) {
  return demanded(session.find(fmt::format("SELECT attempts, max_attempts, cancel_requested FROM jobs{}{}",
                                           kHeld, locking(session)),
                               lease.job_id, lease.epoch),
                  lease);
}

/// `kind IN ($4, $5)`, and the kinds bound from there on.
std::string among_kinds(std::size_t first, std::span<const std::string> kinds,
                        std::vector<storage::Value>& values) {
  std::string places;
  for (const std::string& kind : kinds) {
    places += fmt::format("{}${}", places.empty() ? "" : ", ", first++);
    values.emplace_back(kind);
  }
  return fmt::format("kind IN ({})", places);
}

bool is_registered(Session& session, const std::string& worker) {
  // Whoever takes the worker for dead deletes its row, and waits for this transaction.
  const bool shared = session.engine() == storage::Engine::kPostgres;
  return session
      .find(fmt::format("SELECT id FROM job_workers WHERE id = $1{}", shared ? " FOR KEY SHARE" : ""), worker)
      .has_value();
}

/// Teams that have a job due, whose turn was longest ago first. Goes from team to team along the index, so
/// that it takes as long for one that has queued a thousand jobs as for one that has queued one.
storage::Rows teams_by_turn(Session& session, Priority priority, std::span<const std::string> kinds,
                            base::WallTime now) {
  std::vector<storage::Value> values{std::int64_t{static_cast<int>(priority)}, storage::time_number(now)};
  const std::string wanted = among_kinds(3, kinds, values);
  return session.run_values(
      fmt::format(
          "WITH RECURSIVE lines (team_id) AS ("
          "SELECT min(team_id) FROM jobs WHERE status = 'queued' AND priority = $1"
          " UNION ALL SELECT (SELECT min(j.team_id) FROM jobs j WHERE j.status = 'queued'"
          " AND j.priority = $1 AND j.team_id > lines.team_id) FROM lines WHERE lines.team_id IS NOT NULL)"
          " SELECT lines.team_id FROM lines LEFT JOIN job_turns t ON t.team_id = lines.team_id"
          " WHERE lines.team_id IS NOT NULL AND EXISTS (SELECT 1 FROM jobs j WHERE j.status = 'queued'"
          " AND j.priority = $1 AND j.team_id = lines.team_id AND j.run_at <= $2 AND j.{})"
          " ORDER BY coalesce(t.turn, 0), lines.team_id LIMIT 100",
          wanted),
      values);
}

std::optional<JobId> first_of_team(Session& session, Priority priority, const std::string& team,
                                   std::span<const std::string> kinds, base::WallTime now) {
  std::vector<storage::Value> values{std::int64_t{static_cast<int>(priority)}, storage::time_number(now),
                                     team};
  const std::string wanted = among_kinds(4, kinds, values);
  const storage::Rows rows = session.run_values(
      fmt::format(
          "SELECT id FROM jobs WHERE status = 'queued' AND priority = $1 AND run_at <= $2 AND team_id = $3"
          " AND {} ORDER BY run_at, id LIMIT 1{}",
          wanted, skipping_locked(session)),
      values);
  return rows.empty() ? std::nullopt : std::optional(rows.front().text(0));
}

std::optional<JobId> next_job(Session& session, std::span<const std::string> kinds, base::WallTime now) {
  for (const Priority priority : {Priority::kHigh, Priority::kNormal, Priority::kLow}) {
    for (const Row& team : teams_by_turn(session, priority, kinds, now)) {
      if (auto job = first_of_team(session, priority, team.text(0), kinds, now)) return job;
    }
  }
  return std::nullopt;
}

void note_turn(Session& session, const std::string& team) {
  session.run(
      "INSERT INTO job_turns (team_id, turn) VALUES ($1, (SELECT coalesce(max(turn), 0) + 1 FROM job_turns))"
      " ON CONFLICT (team_id) DO UPDATE SET turn = excluded.turn",
      team);
}

void end(Session& session, const Row& changed, JobStatus status, const JobError& error, base::WallTime now) {
  tell(session, changed, base::to_name(status), base::to_json(error), now);
}

JobId unique_job(Session& session, const storage::Scope& owner, const NewJob& job) {
  return session
      .find("SELECT id FROM jobs WHERE team_id = $1 AND kind = $2 AND unique_key = $3", owner.team_id,
            job.kind, *job.unique_key)
      .value()
      .text(0);
}

}  // namespace

JobId enqueue(Session& session, const storage::Scope& owner, const NewJob& job, JobId id,
              base::WallTime now) {
  check(job);
  const storage::Rows rows = session.run(
      "INSERT INTO jobs (id, team_id, user_id, kind, status, priority, input, attempts, max_attempts, "
      "unique_key,"
      " run_at, created_at, cancel_requested, lease_epoch, last_event)"
      " VALUES ($1, $2, $3, $4, 'queued', $5, $6, 0, $7, $8, $9, $10, false, 0, 0)"
      " ON CONFLICT (team_id, kind, unique_key) DO NOTHING RETURNING id",
      id, owner.team_id, owner.user_id, job.kind, static_cast<int>(job.priority),
      storage::write_json(job.input, "a job's input"), job.max_attempts, job.unique_key,
      storage::time_number(job.run_at.value_or(now)), storage::time_number(now));
  return rows.empty() ? unique_job(session, owner, job) : id;
}

Claimed enqueue_claimed(Session& session, const storage::Scope& owner, const NewJob& job, JobId id,
                        const std::string& worker, base::WallTime now) {
  check(job);
  const storage::Moment moment = storage::time_number(now);
  Claimed claimed{.job = {.id = id,
                          .team_id = owner.team_id,
                          .user_id = owner.user_id,
                          .kind = job.kind,
                          .status = JobStatus::kRunning,
                          .priority = job.priority,
                          .input = job.input,
                          .attempts = 1,
                          .max_attempts = job.max_attempts,
                          .run_at = storage::time_text(moment),
                          .created_at = storage::time_text(moment),
                          .started_at = storage::time_text(moment),
                          .last_event = 1},
                  .lease = {.job_id = id, .epoch = 1}};
  session.run_later(
      "INSERT INTO jobs (id, team_id, user_id, kind, status, priority, input, attempts, max_attempts, run_at,"
      " created_at, started_at, cancel_requested, lease_owner, lease_epoch, last_event)"
      " VALUES ($1, $2, $3, $4, 'running', $5, $6, 1, $7, $8, $8, $8, false, $9, 1, 1)",
      id, owner.team_id, owner.user_id, job.kind, static_cast<int>(job.priority),
      storage::write_json(job.input, "a job's input"), job.max_attempts, moment, worker);
  tell(session, id, owner.team_id, 1, "started", json::object{{"attempt", 1}}, now);
  return claimed;
}

std::optional<Claimed> claim(Session& session, const std::string& worker, std::span<const std::string> kinds,
                             base::WallTime now) {
  if (kinds.empty() || !is_registered(session, worker)) return std::nullopt;
  const auto id = next_job(session, kinds, now);
  if (!id) return std::nullopt;
  const Row row =
      session
          .find(fmt::format("UPDATE jobs SET status = 'running', attempts = attempts + 1,"
                            " lease_epoch = lease_epoch + 1, lease_owner = $2, started_at = $3,"
                            " last_event = last_event + 1 WHERE id = $1 RETURNING lease_epoch, {}",
                            kJobColumns),
                *id, worker, storage::time_number(now))
          .value();
  Claimed claimed{.job = job_of(row), .lease = {.job_id = *id, .epoch = row.number("lease_epoch")}};
  tell(session, row, "started", json::object{{"attempt", claimed.job.attempts}}, now);
  note_turn(session, claimed.job.team_id);
  return claimed;
}

void check_lease(Session& session, const Lease& lease) {
  held(session, lease);
}

std::int64_t tell_progress(Session& session, const Lease& lease, const json::value& data,
                           base::WallTime now) {
  const Row changed = change_held(session, lease, "status = 'running'");
  return tell(session, changed, "progress", data, now);
}

void succeed(Session& session, const Lease& lease, const json::value& result, base::WallTime now,
             const std::function<void()>& then) {
  storage::Asked asked = session.ask(
      change_of_held("status = 'succeeded', result = $3, error = NULL, finished_at = $4, lease_owner = NULL"),
      lease.job_id, lease.epoch, storage::write_json(result, "a job's result"), storage::time_number(now));
  if (then) then();
  const Row changed = demanded(asked.row(), lease);
  tell(session, changed, "succeeded", json::object(), now);
}

void fail(Session& session, const Lease& lease, const JobError& error, std::optional<base::WallTime> retry_at,
          base::WallTime now) {
  const Row job = held(session, lease);
  // Asked for while the attempt failed: nobody wants another.
  if (retry_at && job.truth("cancel_requested")) return end_cancelled(session, lease, now);
  if (retry_at && job.number("attempts") < job.number("max_attempts")) {
    const Row changed =
        change_held(session, lease, "status = 'queued', error = $3, run_at = $4, lease_owner = NULL",
                    error_text(error), storage::time_number(*retry_at));
    tell(session, changed, "retrying",
         json::object{{"error", base::to_json(error)}, {"run_at", base::iso8601(*retry_at)}}, now);
    return;
  }
  const JobStatus status = retry_at ? JobStatus::kDead : JobStatus::kFailed;
  const Row changed =
      change_held(session, lease, "status = $3, error = $4, finished_at = $5, lease_owner = NULL",
                  base::to_name(status), error_text(error), storage::time_number(now));
  end(session, changed, status, error, now);
}

void end_cancelled(Session& session, const Lease& lease, base::WallTime now) {
  const Row changed =
      change_held(session, lease, "status = 'cancelled', finished_at = $3, lease_owner = NULL",
                  storage::time_number(now));
  tell(session, changed, "cancelled", json::object(), now);
}

void release(Session& session, const Lease& lease, base::WallTime now) {
  const Row changed =
      change_held(session, lease, "status = 'queued', attempts = attempts - 1, lease_owner = NULL");
  tell(session, changed, "interrupted", json::object{{"reason", "the worker was stopped"}}, now);
}

bool cancel(Session& session, const JobId& id, base::WallTime now) {
  const auto job = session.find(fmt::format("SELECT status FROM jobs WHERE id = $1{}", locking(session)), id);
  if (!job) return false;
  const auto status = base::from_name<JobStatus>(job->text(0), "a job's status");
  if (status == JobStatus::kRunning) {
    session.run("UPDATE jobs SET cancel_requested = true WHERE id = $1", id);
  } else if (status == JobStatus::kQueued) {
    const Row changed =
        change(session, id, "status = 'cancelled', finished_at = $2", storage::time_number(now));
    tell(session, changed, "cancelled", json::object(), now);
  }
  return !is_over(status);
}

bool replay(Session& session, const JobId& id, base::WallTime now) {
  const auto job = session.find(
      fmt::format("SELECT id FROM jobs WHERE id = $1 AND status IN ('failed', 'cancelled', 'dead'){}",
                  locking(session)),
      id);
  if (!job) return false;
  const Row changed = change(session, id,
                             "status = 'queued', attempts = 0, error = NULL, cancel_requested = false,"
                             " run_at = $2, finished_at = NULL",
                             storage::time_number(now));
  tell(session, changed, "replayed", json::object(), now);
  return true;
}

std::vector<HeldJob> held_by(Session& session, const std::string& worker) {
  std::vector<HeldJob> held;
  for (const Row& row : session.run("SELECT id, lease_epoch, cancel_requested FROM jobs"
                                    " WHERE lease_owner = $1 AND status = 'running'",
                                    worker)) {
    held.push_back(
        {.lease = {.job_id = row.text(0), .epoch = row.number(1)}, .cancel_requested = row.truth(2)});
  }
  return held;
}

bool has_orphans(Session& session) {
  return session.find(fmt::format("SELECT id {} LIMIT 1", kFromOrphans)).has_value();
}

std::vector<JobId> requeue_orphans(Session& session, base::WallTime now) {
  const storage::Rows orphans = session.run(fmt::format(
      "SELECT id, attempts, max_attempts, cancel_requested {}{}", kFromOrphans, skipping_locked(session)));
  const JobError gone{.code = "unavailable", .message = "the worker that had the job has gone"};
  std::vector<JobId> ids;
  for (const Row& job : orphans) {
    const JobId& id = ids.emplace_back(job.text(0));
    if (job.truth("cancel_requested")) {
      const Row changed = change(session, id, "status = 'cancelled', lease_owner = NULL, finished_at = $2",
                                 storage::time_number(now));
      tell(session, changed, "cancelled", json::object(), now);
    } else if (job.number("attempts") < job.number("max_attempts")) {
      const Row changed = change(session, id, "status = 'queued', lease_owner = NULL");
      tell(session, changed, "interrupted", json::object{{"reason", gone.message}}, now);
    } else {
      const Row changed =
          change(session, id, "status = 'dead', lease_owner = NULL, error = $2, finished_at = $3",
                 error_text(gone), storage::time_number(now));
      end(session, changed, JobStatus::kDead, gone, now);
    }
  }
  return ids;
}

std::size_t bring_forward(Session& session, base::WallTime now) {
  session.run(
      "UPDATE jobs SET run_at = $1 WHERE status = 'queued' AND run_at > $1"
      " AND ((last_event = 0 AND run_at = created_at) OR EXISTS (SELECT 1 FROM job_events e"
      " WHERE e.job_id = jobs.id AND e.number = jobs.last_event AND e.created_at > $1))",
      storage::time_number(now));
  return session.changed();
}

}  // namespace pharos::jobs
