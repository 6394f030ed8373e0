// How often somebody may, counted by all replicas of a server together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "platform/security/rate_limits.h"
#include "platform/storage/redis/redis.h"

namespace pharos::security {

struct RedisLimitSettings {
  int instances = 2;  ///< how many replicas there are, about: each counts its share when Redis is gone
  /// For tests: whose time counts instead of Redis' own.
  const base::Clock* instead_of_redis_time = nullptr;
};

/// Thread-safe. While Redis does not answer, each process counts by itself to its share of each limit: never
/// open, and never more than 50 ms late. Redis and the clock must outlive it.
class RedisRateLimits final : public RateLimits {
 public:
  RedisRateLimits(storage::Redis& redis, RedisLimitSettings settings, const base::Clock& clock);

  base::Task<LimitVerdict> take(std::vector<Charge> charges) override;
  base::Task<void> give_back(std::vector<Charge> charges) override;

 private:
  base::Task<storage::RedisReply> run(const char* what, const std::vector<Charge>& charges);
  base::Task<LimitVerdict> take_share(std::vector<Charge> charges);
  std::vector<Tier> shares_of(const std::vector<Charge>& charges) const;

  storage::Redis& redis_;
  RedisLimitSettings settings_;
  LocalRateLimits local_;
};

}  // namespace pharos::security
