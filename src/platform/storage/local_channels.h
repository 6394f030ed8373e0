// Channels within one program: what stands in for Redis when there is no other replica.
#pragma once

#include "platform/storage/channels.h"

namespace pharos::storage {

class LocalChannels final : public Channels {
 public:
  LocalChannels();

  base::Task<void> publish(std::string channel, std::string message) override;
  base::Task<std::unique_ptr<Listener>> listen(std::string channel) override;

 private:
  struct Core;

  std::shared_ptr<Core> core_;
};

}  // namespace pharos::storage
