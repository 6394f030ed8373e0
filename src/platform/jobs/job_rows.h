// Jobs and their events as rows.
#pragma once

#include <string_view>

#include "platform/jobs/job.h"
#include "platform/storage/session.h"

namespace pharos::jobs {

/// The columns that job_of() reads.
inline constexpr std::string_view kJobColumns =
    "id, team_id, user_id, kind, status, priority, input, result, error, attempts, max_attempts,"
    " cancel_requested, run_at, created_at, started_at, finished_at, last_event";
Job job_of(const storage::Row& row);

/// The columns that event_of() reads.
inline constexpr std::string_view kEventColumns = "job_id, number, name, data, created_at";
JobEvent event_of(const storage::Row& row);

/// What follows a statement that chooses rows to change: on PostgreSQL those that others are changing are
/// passed over; in SQLite there are no others.
std::string_view skipping_locked(const storage::Session& session);
/// The same where one must wait for them.
std::string_view locking(const storage::Session& session);

}  // namespace pharos::jobs
