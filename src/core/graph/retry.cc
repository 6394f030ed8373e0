#include "core/graph/retry.h"

#include <algorithm>
#include <cmath>

#include <boost/system/system_error.hpp>

#include "core/base/error.h"

namespace pharos::graph {

bool is_transient(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const base::Error& error) {
    return error.code() == base::Code::kUnavailable || error.code() == base::Code::kTimeout;
  } catch (const boost::system::system_error&) {
    return true;
  } catch (...) {
    return false;
  }
}

base::Duration wait_before(const RetryPolicy& policy, int next_attempt, double random) {
  using Seconds = std::chrono::duration<double>;
  const double longest = Seconds(policy.max_wait).count();
  const double grown = Seconds(policy.initial_wait).count() * std::pow(policy.factor, next_attempt - 2);
  const double wait = std::min(grown, longest) * (policy.jitter ? random : 1.0);
  return std::chrono::duration_cast<base::Duration>(Seconds(wait));
}

}  // namespace pharos::graph
