// How often somebody may: tiers, checked together, and then all counted or none.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace pharos::security {

/// One limit, such as a hundred requests a minute for a user.
struct Tier {
  enum class Kind {
    kHard,    ///< never more than the limit in any window
    kSmooth,  ///< the limit at once, then evenly
  };
  std::string name;  ///< as headers and keys name it: letters, digits and `-`
  std::int64_t limit = 100;
  std::chrono::seconds window{60};
  Kind kind = Kind::kHard;
};

/// What a call takes from one tier: for whom, and how much. The tier must outlive the call.
struct Charge {
  const Tier* tier = nullptr;
  std::string key;  ///< whose count: a user's id, an address
  std::int64_t cost = 1;
};

/// How a tier stands after a call.
struct TierState {
  const Tier* tier = nullptr;
  std::int64_t remaining = 0;
  std::chrono::nanoseconds reset{0};        ///< until nothing of what was taken counts any more
  std::chrono::nanoseconds retry_after{0};  ///< until the same call would find room in this tier
};

struct LimitVerdict {
  bool allowed = true;
  std::vector<TierState> tiers;  ///< in the order of the charges

  /// The longest of the tiers'.
  std::chrono::nanoseconds retry_after() const;
};

/// Counts calls. Implementations are thread-safe.
class RateLimits {
 public:
  virtual ~RateLimits() = default;

  /// Counts the call in every tier, or in none when one of them has no room. No two charges may name the
  /// same key of the same tier, and there are at most 16; throws base::Error (kInternal) otherwise.
  virtual base::Task<LimitVerdict> take(std::vector<Charge> charges) = 0;
  /// Undoes what was taken: a slot that was not used, an estimate that was too high.
  virtual base::Task<void> give_back(std::vector<Charge> charges) = 0;
};

/// Throws base::Error (kInternal) for charges that no implementation takes.
void check_charges(const std::vector<Charge>& charges);

/// Within this process. Keeps the keys used last; what is forgotten starts anew.
class LocalRateLimits final : public RateLimits {
 public:
  explicit LocalRateLimits(const base::Clock& clock, std::size_t most_keys = 100'000);
  ~LocalRateLimits() override;

  base::Task<LimitVerdict> take(std::vector<Charge> charges) override;
  base::Task<void> give_back(std::vector<Charge> charges) override;

  /// The same without waiting for anything.
  LimitVerdict take_now(const std::vector<Charge>& charges);

 private:
  struct Shard;
  struct Counter;
  class Held;

  const base::Clock& clock_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

/// `RateLimit-Policy`, `RateLimit`, `X-RateLimit-Limit`, `-Remaining`, `-Reset` and, when it was refused,
/// `Retry-After` of an answer. Names and values, in this order; none when there were no tiers.
std::vector<std::pair<std::string, std::string>> limit_headers(const LimitVerdict& verdict);

}  // namespace pharos::security
