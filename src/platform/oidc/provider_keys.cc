#include "platform/oidc/provider_keys.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/strict_json.h"

namespace pharos::oidc {
namespace json = boost::json;
namespace {

constexpr std::size_t kMostKeys = 100;

[[noreturn]] void refuse(std::string_view why) {
  throw base::Error(base::Code::kUnavailable,
                    fmt::format("the keys of the identity provider cannot be used: {}", why));
}

json::value parse(std::string_view text) {
  try {
    return security::parse_strict_json(text, "the set", 8);
  } catch (const base::Error& error) {
    refuse(error.what());
  }
}

std::optional<security::SigningKey> key_of(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  try {
    security::SigningKey key = security::SigningKey::from_jwk(value.get_object());
    if (key.algorithm() == security::Algorithm::kHs256) return std::nullopt;
    return key;
  } catch (const base::Error&) {
    return std::nullopt;  // of another kind, or for encrypting: others of the set may be good
  }
}

}  // namespace

ProviderKeys::ProviderKeys(std::string_view text) {
  const json::value value = parse(text);
  const json::value* keys = value.is_object() ? value.get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) refuse("a set of keys is {\"keys\": […]}");
  if (keys->get_array().size() > kMostKeys) refuse(fmt::format("there are more than {}", kMostKeys));
  for (const json::value& each : keys->get_array()) {
    if (auto key = key_of(each)) keys_.push_back(*std::move(key));
  }
  if (keys_.empty()) refuse("none is for RS256, ES256 or EdDSA");
}

const security::SigningKey* ProviderKeys::find(std::optional<std::string_view> id,
                                               std::string_view algorithm) const {
  const security::SigningKey* found = nullptr;
  for (const security::SigningKey& key : keys_) {
    if (algorithm_name(key.algorithm()) != algorithm || (id && key.id() != *id)) continue;
    if (found != nullptr) return nullptr;  // which of them is not said
    found = &key;
  }
  return found;
}

}  // namespace pharos::oidc
