// How the servers that are called fare: who is left alone for a while, how much is asked of each at once, and
// how much of it again.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/clock.h"

namespace pharos::outbound {

struct UpstreamSettings {
  int at_once = 32;                                 ///< calls of one origin; one more is refused
  int failures_in_a_row = 5;                        ///< after so many it is left alone
  base::Duration pause = std::chrono::seconds(30);  ///< before one call may try again
  double extra_load = 0.1;                          ///< repeated calls among all, beyond the first few
  double free_repeats = 3;                          ///< before that share is reached
  std::size_t remembered = 1000;                    ///< origins
};

/// Of each origin: a circuit breaker, a bulkhead and a budget of repeated calls. Thread-safe.
class Upstreams {
 public:
  class Call;

  /// The clock must outlive it.
  explicit Upstreams(const base::Clock& clock, UpstreamSettings settings = {})
      : clock_(clock), settings_(settings) {}

  /// One call that begins. Throws base::Error (kUnavailable) when the origin is left alone, or has as many
  /// calls as it may.
  Call begin(const std::string& origin);
  /// Whether one more of the calls may be made again. Asking takes it from the budget.
  bool may_repeat(const std::string& origin);

 private:
  struct Upstream {
    int under_way = 0;
    int failures = 0;
    base::SteadyTime closed_until{};  ///< when there were too many failures
    bool is_tried = false;            ///< the one call that finds out whether it is well again
    double repeats = 0;
  };

  std::shared_ptr<Upstream> find(const std::string& origin);
  void forget_some();

  const base::Clock& clock_;
  UpstreamSettings settings_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Upstream>> upstreams_;
};

/// Say how it ended; one that was not told, such as a cancelled one, says nothing of its origin.
class Upstreams::Call {
 public:
  ~Call();
  Call(Call&& other) noexcept = default;
  Call& operator=(Call&&) = delete;

  void succeeded();
  void failed();

 private:
  friend class Upstreams;
  Call(Upstreams& owner, std::shared_ptr<Upstream> upstream)
      : owner_(&owner), upstream_(std::move(upstream)) {}

  Upstreams* owner_;
  std::shared_ptr<Upstream> upstream_;  ///< null once it was moved away
};

}  // namespace pharos::outbound
