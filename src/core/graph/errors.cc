#include "core/graph/errors.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace pharos::graph {
namespace {

std::string sentence(TimeLimitError::Limit limit, base::Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (limit == TimeLimitError::Limit::kRun)
    return fmt::format("it took longer than its limit of {} s", seconds);
  return fmt::format(
      "it showed no progress for {} s, its idle limit: let it call Context::progress() while it works, or "
      "raise idle_timeout()",
      seconds);
}

}  // namespace

std::string describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is not a std::exception was thrown";
  }
}

base::Code code_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const base::Error& error) {
    return error.code();
  } catch (...) {
    return base::Code::kInternal;
  }
}

TimeLimitError::TimeLimitError(Limit limit, base::Duration duration)
    : GraphError(Fault::kTimeLimit, base::Code::kTimeout, sentence(limit, duration)),
      limit_(limit),
      duration_(duration) {}

NodeError::NodeError(const std::string& graph, std::string node, int attempts, std::exception_ptr cause)
    : GraphError(Fault::kNodeFailed, code_of(cause),
                 fmt::format("graph '{}': node '{}' failed{}: {}", graph, node,
                             attempts > 1 ? fmt::format(" {} times", attempts) : "", describe(cause))),
      node_(std::move(node)),
      attempts_(attempts),
      cause_(std::move(cause)),
      reason_(describe(cause_)) {}

}  // namespace pharos::graph
