#include "platform/oidc/identity_token.h"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "platform/security/crypto.h"

namespace pharos::oidc {
namespace json = boost::json;
using security::token_text;
using security::token_time;
namespace {

constexpr std::size_t kLongestToken = 32 * 1024;  // some providers put every group of a company into it
constexpr std::size_t kLongestSubject = 255;

[[noreturn]] void refuse(std::string_view why) {
  throw base::Error(
      base::Code::kUnauthenticated,
      fmt::format("what the identity provider says of you is not believed: {}; sign in again", why));
}

/// Runs what reads a token; what it throws becomes the sentence above.
template <class Read>
auto reading(const Read& read) {
  try {
    return read();
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kInvalidInput) throw;
    refuse(error.what());
  }
}

/// With these a token would bring its own key, or change what its signature means.
void check_header(const json::object& header) {
  for (const std::string_view name : {"jku", "jwk", "x5u", "x5c", "crit"}) {
    if (header.contains(name)) refuse(fmt::format("its header may not have '{}'", name));
  }
  if (header.contains("typ") && base::lower(std::string(token_text(header, "typ"))) != "jwt") {
    refuse("its type is not 'JWT'");
  }
}

/// It is meant for us: alone, or among others when it was asked for by us.
void check_audience(const json::object& claims, const std::string& client_id) {
  const json::value* audience = claims.if_contains("aud");
  const bool is_list = audience != nullptr && audience->is_array();
  const auto is_us = [&](const json::value& each) {
    return each.is_string() && each.get_string() == client_id;
  };
  const bool is_among =
      is_list ? std::ranges::any_of(audience->get_array(), is_us) : audience != nullptr && is_us(*audience);
  if (!is_among) refuse("it is meant for somebody else");
  const bool has_others = is_list && audience->get_array().size() > 1;
  if (!has_others && !claims.contains("azp")) return;
  if (std::string_view(token_text(claims, "azp")) != client_id) refuse("it was asked for by somebody else");
}

void check_times(const json::object& claims, const Expected& expected) {
  if (expected.now >= token_time(claims, "exp") + expected.leeway) refuse("it has expired");
  const bool is_early =
      token_time(claims, "iat") > expected.now + expected.leeway ||
      (claims.contains("nbf") && token_time(claims, "nbf") > expected.now + expected.leeway);
  if (is_early) refuse("it is not valid yet: this machine's clock or the provider's is wrong");
}

}  // namespace

IdentityToken::IdentityToken(std::string_view text)
    : token_(reading([&] { return security::read_json_web_token(text, kLongestToken); })) {
  reading([&] {
    check_header(token_.header);
    algorithm_ = token_text(token_.header, "alg");
    if (token_.header.contains("kid")) key_id_ = token_text(token_.header, "kid");
  });
  constexpr std::array<std::string_view, 3> kKnown{"RS256", "ES256", "EdDSA"};
  if (std::ranges::find(kKnown, algorithm_) == kKnown.end()) {
    refuse(fmt::format("it is signed in a way that does not count here; RS256, ES256 and EdDSA do"));
  }
}

const security::SigningKey* IdentityToken::key_in(const ProviderKeys& keys) const {
  return keys.find(key_id_, algorithm_);
}

json::object IdentityToken::claims(const ProviderKeys& keys, const Expected& expected) const {
  const security::SigningKey* key = key_in(keys);
  if (key == nullptr) refuse("it was signed with a key that the provider has not published");
  if (!key->verify(token_.signed_text, token_.signature)) refuse("its signature is wrong");
  return reading([&] {
    json::object claims = security::read_token_claims(token_);
    if (std::string_view(token_text(claims, "iss")) != expected.issuer)
      refuse("another provider has made it");
    check_audience(claims, expected.client_id);
    check_times(claims, expected);
    if (!security::same_secret(std::string_view(token_text(claims, "nonce")), expected.nonce)) {
      refuse("it is the answer to another question");
    }
    if (token_text(claims, "sub").size() > kLongestSubject) refuse("its 'sub' is too long");
    return claims;
  });
}

}  // namespace pharos::oidc
