// A piece of work that is done later, and what is told of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/json.h"

namespace pharos::jobs {

namespace json = boost::json;

using JobId = std::string;

/// Where a job stands. The last four are its ends.
enum class JobStatus {
  kQueued,     ///< waits for its turn, or for its time
  kRunning,    ///< a worker has it
  kSucceeded,  ///< it has a result
  kFailed,     ///< it cannot succeed as it was asked for
  kCancelled,
  kDead  ///< every attempt failed: kept for somebody to look at, and to replay
};
BOOST_DESCRIBE_ENUM(JobStatus, kQueued, kRunning, kSucceeded, kFailed, kCancelled, kDead)

bool is_over(JobStatus status);

/// Whatever waits of a higher priority is done before anything of a lower one.
enum class Priority { kLow, kNormal, kHigh };
BOOST_DESCRIBE_ENUM(Priority, kLow, kNormal, kHigh)

/// Why a job has no result.
struct JobError {
  std::string code;  ///< as base::code_name has it
  std::string message;

  bool operator==(const JobError&) const = default;
};
BOOST_DESCRIBE_STRUCT(JobError, (), (code, message))

/// A job as its owner sees it. Times are texts such as `2026-11-21T09:41:03.120Z`.
struct Job {
  JobId id;
  std::string team_id;
  std::string user_id;
  std::string kind;
  JobStatus status = JobStatus::kQueued;
  Priority priority = Priority::kNormal;
  json::value input;
  json::value result;
  std::optional<JobError> error;  ///< of the last attempt that failed
  std::int64_t attempts = 0;      ///< begun
  std::int64_t max_attempts = 0;
  bool cancel_requested = false;
  std::string run_at;
  std::string created_at;
  std::optional<std::string> started_at;  ///< of the last attempt
  std::optional<std::string> finished_at;
  std::int64_t last_event = 0;  ///< the number of the newest; 0 when there is none
};
BOOST_DESCRIBE_STRUCT(Job, (),
                      (id, team_id, user_id, kind, status, priority, input, result, error, attempts,
                       max_attempts, cancel_requested, run_at, created_at, started_at, finished_at,
                       last_event))

/// A moment of a job. The numbers of one job's count from 1 without gaps. Names: `progress` is what the
/// handler tells; `started`, `retrying`, `replayed`, `interrupted` and the names of the ends are what the
/// queue tells.
struct JobEvent {
  JobId job_id;
  std::int64_t number = 0;
  std::string name;
  json::value data;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(JobEvent, (), (job_id, number, name, data, created_at))

/// What is new of a job.
struct JobEvents {
  std::vector<JobEvent> events;
  bool is_over = false;  ///< the last of them is the job's last
};
BOOST_DESCRIBE_STRUCT(JobEvents, (), (events, is_over))

/// What is asked for. Its owner is in whose name it is enqueued.
struct NewJob {
  std::string kind;
  json::value input = nullptr;
  Priority priority = Priority::kNormal;
  std::optional<base::WallTime> run_at = {};  ///< not before
  int max_attempts = 5;
  /// A team's second job of that kind and key is the first one, whatever has become of it.
  std::optional<std::string> unique_key = {};
  std::optional<JobId> id = {};  ///< never used before; made up when unset
};

/// Which jobs to list, newest first.
struct JobQuery {
  std::optional<JobStatus> status = {};
  std::optional<std::string> kind = {};
  std::optional<JobId> before = {};  ///< the last of the page before
  int limit = 50;                    ///< 1 to 200
};

}  // namespace pharos::jobs
