// What replicas compute once for all of them.
#pragma once

#include "platform/storage/cache.h"
#include "platform/storage/redis/redis.h"

namespace pharos::storage {

/// Redis throws away what it has no room for, by its own `maxmemory-policy`.
class RedisCache final : public Cache {
 public:
  /// `prefix` comes before each key: `pharos:cache:`. `redis` must outlive it.
  RedisCache(Redis& redis, std::string prefix) : redis_(redis), prefix_(std::move(prefix)) {}

  base::Task<std::optional<std::string>> get(std::string key) override;
  base::Task<void> put(std::string key, std::string value, base::Duration time_to_live) override;
  base::Task<void> remove(std::string key) override;

 private:
  base::Task<RedisReply> ask(RedisCommand command);

  Redis& redis_;
  std::string prefix_;
};

}  // namespace pharos::storage
