#include "platform/jobs/outcome.h"

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/storage/json_text.h"

namespace pharos::jobs {
namespace {

constexpr std::size_t kLongestMessage = 2000;  // characters

bool helps_to_retry(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const base::Error& error) {
    return error.code() == base::Code::kLimited || !base::is_users_mistake(error.code());
  } catch (...) {
    return true;
  }
}

JobError error_of(const std::exception_ptr& failure) {
  const auto said = [](base::Code code, std::string_view message) {
    return JobError{.code = std::string(base::code_name(code)),
                    .message = base::is_utf8(message) ? base::shorten(message, kLongestMessage)
                                                      : "the handler failed and said it in no readable text"};
  };
  try {
    std::rethrow_exception(failure);
  } catch (const base::Error& error) {
    return said(error.code(), error.what());
  } catch (const std::exception& error) {
    return said(base::Code::kInternal, error.what());
  } catch (...) {
    return said(base::Code::kInternal, "the handler threw something that is no exception");
  }
}

Outcome failed(const std::exception_ptr& failure,
               const std::function<bool(const std::exception_ptr&)>& retries) {
  return {.kind = Outcome::Kind::kFailed,
          .error = error_of(failure),
          .may_retry = retries ? retries(failure) : helps_to_retry(failure)};
}

Outcome out_of_time() {
  return {.kind = Outcome::Kind::kFailed,
          .error = {.code = std::string(base::code_name(base::Code::kTimeout)),
                    .message = "the attempt took longer than it may"}};
}

/// A result that cannot be kept is the handler's mistake.
Outcome succeeded(json::value result) {
  try {
    storage::write_json(result, "a job's result");
  } catch (const base::Error&) {
    return failed(std::current_exception(), {});
  }
  return {.kind = Outcome::Kind::kSucceeded, .result = std::move(result)};
}

}  // namespace

Outcome outcome_of(const JobContext& context, const std::exception_ptr& failure, json::value result,
                   const std::function<bool(const std::exception_ptr&)>& retries) {
  if (!failure) return succeeded(std::move(result));
  switch (context.stop_reason()) {
    case StopReason::kCancelled:
      return {.kind = Outcome::Kind::kCancelled};
    case StopReason::kOutOfTime:
      return out_of_time();
    case StopReason::kWorkerStops:
      return {.kind = Outcome::Kind::kReleased};
    case StopReason::kNone:
    case StopReason::kLeaseLost:
      return failed(failure, retries);
  }
  return failed(failure, retries);
}

void write_outcome(storage::Session& session, const Lease& lease, const Outcome& outcome, base::Duration wait,
                   base::WallTime now) {
  const auto retry_at = now + std::chrono::duration_cast<base::WallTime::duration>(wait);
  switch (outcome.kind) {
    case Outcome::Kind::kSucceeded:
      return succeed(session, lease, outcome.result, now);
    case Outcome::Kind::kFailed:
      return fail(session, lease, outcome.error, outcome.may_retry ? std::optional(retry_at) : std::nullopt,
                  now);
    case Outcome::Kind::kCancelled:
      return end_cancelled(session, lease, now);
    case Outcome::Kind::kReleased:
      return release(session, lease, now);
  }
}

}  // namespace pharos::jobs
