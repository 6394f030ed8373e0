// Reads what strangers say is a token of ours. Everything that is not exactly as we write it is refused.
#include <algorithm>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/access_tokens.h"
#include "platform/security/json_web_token.h"

namespace pharos::security {
namespace json = boost::json;
namespace {

constexpr std::size_t kLongestToken = 8192;

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, why);
}

std::string claim(const json::object& object, std::string_view name) {
  return std::string(token_text(object, name));
}

/// The key that the header names. What a header could do beyond that (bring a key, name a place to fetch one
/// from, demand extensions, want no signature) is what attackers use it for.
const SigningKey& key_of(const json::object& header, const KeySet& keys) {
  for (const auto& member : header) {
    const std::string_view name = member.key();
    if (name != "alg" && name != "typ" && name != "kid")
      refuse(fmt::format("its header may not have '{}'", name));
  }
  const std::string_view type = token_text(header, "typ");
  if (type != "at+jwt" && type != "application/at+jwt") refuse("its type is not 'at+jwt'");
  const SigningKey* key = keys.find(token_text(header, "kid"));
  if (key == nullptr) refuse("it was signed with a key that is not used any more");
  if (token_text(header, "alg") != algorithm_name(key->algorithm())) refuse("its algorithm is not its key's");
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

Claims read(std::string_view text, const KeySet& keys, std::string_view audience) {
  const JsonWebToken token = read_json_web_token(text, kLongestToken);
  const SigningKey& key = key_of(token.header, keys);
  if (!key.verify(token.signed_text, token.signature)) refuse("its signature is wrong");
  const json::object claims = read_token_claims(token);
  const json::value* version = claims.if_contains("ver");
  if (version == nullptr || !version->is_int64() || version->get_int64() < 0) {
    refuse("it has no 'ver' that is a whole number");
  }
  return {.issuer = claim(claims, "iss"),
          .audience = audience_in(claims, audience),
          .user_id = claim(claims, "sub"),
          .session_id = claim(claims, "sid"),
          .token_id = claim(claims, "jti"),
          .session_version = version->get_int64(),
          .issued_at = token_time(claims, "iat"),
          .not_before = token_time(claims, "nbf"),
          .expires_at = token_time(claims, "exp")};
}

}  // namespace

Claims read_signed_claims(std::string_view token, const KeySet& keys, std::string_view audience) {
  try {
    return read(token, keys, audience);
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kInvalidInput) throw;
    throw base::Error(base::Code::kUnauthenticated,
                      fmt::format("the access token is not valid: {}; sign in again", error.what()));
  }
}

}  // namespace pharos::security
