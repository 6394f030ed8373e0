// What came of an attempt, and how it is written down.
#pragma once

#include <exception>
#include <functional>

#include "platform/jobs/job_context.h"

namespace pharos::jobs {

struct Outcome {
  enum class Kind { kSucceeded, kFailed, kCancelled, kReleased };

  Kind kind = Kind::kSucceeded;
  json::value result = nullptr;
  JobError error = {};    ///< when it has failed
  bool may_retry = true;  ///< another attempt may help
};

/// A handler that returned a result has succeeded, even when it was asked to stop. `retries` may be empty.
Outcome outcome_of(const JobContext& context, const std::exception_ptr& failure, json::value result,
                   const std::function<bool(const std::exception_ptr&)>& retries);

/// Throws base::Error (kConflict) when the lease is lost.
void write_outcome(storage::Session& session, const Lease& lease, const Outcome& outcome, base::Duration wait,
                   base::WallTime now);

}  // namespace pharos::jobs
