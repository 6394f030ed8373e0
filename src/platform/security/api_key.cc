#include "platform/security/api_key.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "core/base/text.h"
#include "platform/security/crypto.h"

namespace pharos::security {
namespace {

constexpr std::string_view kPrefix = "phk_";
constexpr std::size_t kId = 16;      // digits
constexpr std::size_t kSecret = 64;  // digits

std::string crc_of(std::string_view text) {
  const auto* bytes = reinterpret_cast<const Bytef*>(text.data());
  return fmt::format("{:08x}", crc32(0, bytes, static_cast<uInt>(text.size())));
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char digit) { return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'); });
}

std::string hash_of(std::string_view secret) {
  return hex(bytes_of(sha256_of(secret)));
}

}  // namespace

ApiKey make_api_key() {
  const std::string id = hex(random_bytes(kId / 2));
  const std::string secret = hex(random_bytes(kSecret / 2));
  const std::string body = fmt::format("{}{}_{}", kPrefix, id, secret);
  return {.text = fmt::format("{}_{}", body, crc_of(body)), .id = id, .secret_hash = hash_of(secret)};
}

bool is_api_key(std::string_view text) {
  return text.starts_with(kPrefix);
}

std::optional<ApiKey> read_api_key(std::string_view text) {
  constexpr std::size_t body = kPrefix.size() + kId + 1 + kSecret;
  if (text.size() != body + 1 + 8 || !is_api_key(text)) return std::nullopt;
  const std::string_view id = text.substr(kPrefix.size(), kId);
  const std::string_view secret = text.substr(kPrefix.size() + kId + 1, kSecret);
  const bool is_whole = text[kPrefix.size() + kId] == '_' && text[body] == '_' && is_hex(id) &&
                        is_hex(secret) && text.substr(body + 1) == crc_of(text.substr(0, body));
  if (!is_whole) return std::nullopt;
  return ApiKey{.text = std::string(text), .id = std::string(id), .secret_hash = hash_of(secret)};
}

}  // namespace pharos::security
