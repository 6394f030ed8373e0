// Reads what strangers say is a token of ours. Everything that is not exactly as we write it is refused.
#include <algorithm>
#include <array>
#include <optional>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/access_tokens.h"
#include "platform/security/crypto.h"
#include "platform/security/strict_json.h"

namespace pharos::security {
namespace json = boost::json;
namespace {

constexpr std::size_t kLongestToken = 8192;
constexpr std::size_t kMostDepth = 8;
constexpr std::size_t kLongestText = 512;
constexpr std::int64_t kLastTime = 253'402'300'799;  // the end of the year 9999

[[noreturn]] void refuse(std::string_view why) {
  throw base::Error(base::Code::kUnauthenticated,
                    fmt::format("the access token is not valid: {}; sign in again", why));
}

/// `header.claims.signature`, each in base64url.
struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text;
};

Parts split_token(std::string_view token) {
  if (token.size() > kLongestToken) refuse("it is longer than 8 KiB");
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    refuse("it does not have three parts");
  }
  return {.header = token.substr(0, first),
          .claims = token.substr(first + 1, second - first - 1),
          .signature = token.substr(second + 1),
          .signed_text = token.substr(0, second)};
}

json::object read_object(std::string_view part) {
  const std::optional<std::string> text = from_base64(part, Base64::kUrl);
  if (!text) refuse("it is not base64url");
  try {
    json::value value = parse_strict_json(*text, "it", kMostDepth);
    if (value.is_object()) return std::move(value.get_object());
  } catch (const base::Error& error) {
    refuse(error.what());
  }
  refuse("a part of it is no JSON object");
}

const json::string& text_in(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || !member->is_string()) refuse(fmt::format("it has no '{}'", name));
  const json::string& text = member->get_string();
  if (text.empty() || text.size() > kLongestText) refuse(fmt::format("its '{}' is empty or too long", name));
  return text;
}

std::string claim(const json::object& object, std::string_view name) {
  return std::string(text_in(object, name));
}

std::int64_t number_in(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || !member->is_int64() || member->get_int64() < 0 ||
      member->get_int64() > kLastTime) {
    refuse(fmt::format("it has no '{}' that is a whole number", name));
  }
  return member->get_int64();
}

/// The key that the header names. What a header could do beyond that (bring a key, name a place to fetch one
/// from, demand extensions, want no signature) is what attackers use it for.
const SigningKey& key_of(const json::object& header, const KeySet& keys) {
  for (const auto& member : header) {
    const std::string_view name = member.key();
    if (name != "alg" && name != "typ" && name != "kid")
      refuse(fmt::format("its header may not have '{}'", name));
  }
  const std::string_view type = text_in(header, "typ");
  if (type != "at+jwt" && type != "application/at+jwt") refuse("its type is not 'at+jwt'");
  const SigningKey* key = keys.find(text_in(header, "kid"));
  if (key == nullptr) refuse("it was signed with a key that is not used any more");
  if (text_in(header, "alg") != algorithm_name(key->algorithm())) refuse("its algorithm is not its key's");
  return *key;
}

/// One audience, or several of which one is wanted.
std::string audience_in(const json::object& claims, std::string_view wanted) {
  const json::value* audience = claims.if_contains("aud");
  if (audience == nullptr || !audience->is_array()) return claim(claims, "aud");
  const auto is_wanted = [&](const json::value& each) {
    return each.is_string() && each.get_string() == wanted;
  };
  if (std::ranges::none_of(audience->get_array(), is_wanted)) refuse("it is meant for somebody else");
  return std::string(wanted);
}

}  // namespace

Claims read_signed_claims(std::string_view token, const KeySet& keys, std::string_view audience) {
  const Parts parts = split_token(token);
  const json::object header = read_object(parts.header);
  const SigningKey& key = key_of(header, keys);
  const std::optional<std::string> signature = from_base64(parts.signature, Base64::kUrl);
  if (!signature || !key.verify(parts.signed_text, *signature)) refuse("its signature is wrong");
  const json::object claims = read_object(parts.claims);
  return {.issuer = claim(claims, "iss"),
          .audience = audience_in(claims, audience),
          .user_id = claim(claims, "sub"),
          .session_id = claim(claims, "sid"),
          .token_id = claim(claims, "jti"),
          .session_version = number_in(claims, "ver"),
          .issued_at = number_in(claims, "iat"),
          .not_before = number_in(claims, "nbf"),
          .expires_at = number_in(claims, "exp")};
}

}  // namespace pharos::security
