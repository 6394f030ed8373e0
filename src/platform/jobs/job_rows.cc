#include "platform/jobs/job_rows.h"

#include "platform/storage/json_text.h"
#include "platform/storage/time.h"

namespace pharos::jobs {
namespace {

std::optional<std::string> optional_time_of(const storage::Row& row, storage::Column column) {
  const auto time = row.optional_number(column);
  return time ? std::optional(storage::time_text(*time)) : std::nullopt;
}

}  // namespace

bool is_over(JobStatus status) {
  return status != JobStatus::kQueued && status != JobStatus::kRunning;
}

Job job_of(const storage::Row& row) {
  Job job{.id = row.text("id"),
          .team_id = row.text("team_id"),
          .user_id = row.text("user_id"),
          .kind = row.text("kind"),
          .status = base::from_name<JobStatus>(row.text("status"), "a job's status"),
          .priority = static_cast<Priority>(row.number("priority")),
          .input = storage::read_json(row.text("input"), "a job's input"),
          .result = nullptr,
          .error = std::nullopt,
          .attempts = row.number("attempts"),
          .max_attempts = row.number("max_attempts"),
          .cancel_requested = row.truth("cancel_requested"),
          .run_at = storage::time_text(row.number("run_at")),
          .created_at = storage::time_text(row.number("created_at")),
          .started_at = optional_time_of(row, "started_at"),
          .finished_at = optional_time_of(row, "finished_at"),
          .last_event = row.number("last_event")};
  if (const auto result = row.optional_text("result")) job.result = storage::read_json(*result, "a result");
  if (const auto error = row.optional_text("error")) {
    job.error = base::from_json<JobError>(storage::read_json(*error, "a job's error"));
  }
  return job;
}

JobEvent event_of(const storage::Row& row) {
  return {.job_id = row.text("job_id"),
          .number = row.number("number"),
          .name = row.text("name"),
          .data = storage::read_json(row.text("data"), "an event"),
          .created_at = storage::time_text(row.number("created_at"))};
}

std::string_view skipping_locked(const storage::Session& session) {
  return session.engine() == storage::Engine::kPostgres ? " FOR UPDATE SKIP LOCKED" : "";
}

std::string_view locking(const storage::Session& session) {
  return session.engine() == storage::Engine::kPostgres ? " FOR UPDATE" : "";
}

}  // namespace pharos::jobs
