#include "core/graph/retry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <system_error>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "core/base/status_error.h"
#include "core/graph/errors.h"

namespace pharos::graph {

namespace {

/// What the system says of a connection. Everything else it says, such as "permission denied" or "no such
/// file", will be no different next time.
bool is_of_a_connection(const std::error_condition& condition) {
  using enum std::errc;
  constexpr std::array kinds{connection_aborted, connection_refused, connection_reset,
                             network_down,       network_reset,      network_unreachable,
                             host_unreachable,   not_connected,      broken_pipe,
                             timed_out,          stream_timeout,     resource_unavailable_try_again,
                             interrupted,        address_in_use,     device_or_resource_busy};
  return std::ranges::any_of(kinds, [&](std::errc kind) { return condition == kind; });
}

/// Other categories are those of connections: name look-up, streams, TLS.
bool is_transient_code(const boost::system::error_code& code) {
  if (code == boost::asio::error::operation_aborted) return false;
  const bool systems = code.category() == boost::system::system_category() ||
                       code.category() == boost::system::generic_category();
  return !systems || is_of_a_connection(std::error_code(code).default_error_condition());
}

}  // namespace

bool is_transient(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const NodeError& error) {
    return is_transient(error.cause());
  } catch (const base::StatusError& error) {
    return base::is_transient_status(error.status());
  } catch (const base::Error& error) {
    return error.code() == base::Code::kUnavailable || error.code() == base::Code::kTimeout;
  } catch (const boost::system::system_error& error) {
    return is_transient_code(error.code());
  } catch (const std::system_error& error) {
    return is_of_a_connection(error.code().default_error_condition());
  } catch (const std::range_error&) {
    return false;
  } catch (const std::overflow_error&) {
    return false;
  } catch (const std::underflow_error&) {
    return false;
  } catch (const std::runtime_error&) {
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
