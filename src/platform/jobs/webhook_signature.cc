#include "platform/jobs/webhook_signature.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/crypto.h"

namespace pharos::jobs {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 24;  // a multiple of three: its base64 needs no padding

std::string key_of(std::string_view secret) {
  std::string_view text = secret.starts_with(kPrefix) ? secret.substr(kPrefix.size()) : secret;
  while (text.ends_with('=')) text.remove_suffix(1);
  auto key = security::from_base64(text, security::Base64::kStandard);
  if (!key || key->empty()) {
    throw base::Error(base::Code::kInvalidInput,
                      "a webhook's secret is not whsec_ and base64: make a new one for the endpoint");
  }
  return *std::move(key);
}

}  // namespace

std::string new_webhook_secret() {
  return std::string(kPrefix) +
         security::base64(security::random_bytes(kSecretBytes), security::Base64::kStandard);
}

std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t timestamp,
                              std::string_view body) {
  const auto sum = security::hmac_sha256(key_of(secret), fmt::format("{}.{}.{}", id, timestamp, body));
  // 32 bytes are one short of a multiple of three.
  return fmt::format("v1,{}=", security::base64(security::bytes_of(sum), security::Base64::kStandard));
}

std::vector<std::pair<std::string, std::string>> webhook_headers(std::string_view secret, std::string_view id,
                                                                 base::WallTime now, std::string_view body) {
  const std::int64_t timestamp =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return {{"content-type", "application/json"},
          {"webhook-id", std::string(id)},
          {"webhook-timestamp", std::to_string(timestamp)},
          {"webhook-signature", webhook_signature(secret, id, timestamp, body)}};
}

}  // namespace pharos::jobs
