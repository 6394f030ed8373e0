// How messages to others' servers are signed: Standard Webhooks (github.com/standard-webhooks, version 1).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"

namespace pharos::jobs {

/// A new secret: `whsec_` and base64 of 24 random bytes.
std::string new_webhook_secret();

/// `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`. Throws base::Error (kInvalidInput) when the
/// secret is none.
std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t timestamp,
                              std::string_view body);

/// The headers of a message that is sent now: `webhook-id`, `webhook-timestamp`, `webhook-signature`, and the
/// content's type.
std::vector<std::pair<std::string, std::string>> webhook_headers(std::string_view secret, std::string_view id,
                                                                 base::WallTime now, std::string_view body);

}  // namespace pharos::jobs
