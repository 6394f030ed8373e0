// Webhooks' messages through the guarded client.
#pragma once

#include "platform/jobs/webhooks.h"
#include "platform/outbound/client.h"

namespace pharos::server {

/// Thread-safe.
class WebhookCalls final : public jobs::WebhookSender {
 public:
  /// The client must outlive it.
  explicit WebhookCalls(outbound::Client& client) : client_(client) {}

  base::Task<int> post(std::string url, Headers headers, std::string body) override;

 private:
  outbound::Client& client_;
};

}  // namespace pharos::server
