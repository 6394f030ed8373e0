// Channels between replicas, over Redis.
#pragma once

#include "platform/storage/channels.h"
#include "platform/storage/redis/redis.h"

namespace pharos::storage {

/// One connection hears for all listeners of the program. It is made when somebody listens, and again when it
/// breaks; listeners are told that they may have missed something. Without Redis nothing is heard, and nobody
/// is refused.
class RedisChannels final : public Channels {
 public:
  /// `redis` publishes; the executor's context, the clock and it must outlive this and its listeners.
  RedisChannels(RedisSettings settings, Redis& redis, const boost::asio::any_io_executor& executor,
                base::Clock& clock);
  ~RedisChannels() override;

  base::Task<void> publish(std::string channel, std::string message) override;
  base::Task<std::unique_ptr<Listener>> listen(std::string channel) override;

 private:
  struct Core;

  Redis& redis_;
  std::shared_ptr<Core> core_;
};

}  // namespace pharos::storage
