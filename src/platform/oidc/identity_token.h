// Identity tokens: what a provider says about who has just signed in there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "platform/oidc/provider_keys.h"
#include "platform/security/json_web_token.h"

namespace pharos::oidc {

/// What a token must say to be the answer to this server's question, now.
struct Expected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  std::int64_t now = 0;     ///< seconds since 1970
  std::int64_t leeway = 0;  ///< seconds that two machines' clocks may be apart
};

/// A token that was read and not believed yet.
class IdentityToken {
 public:
  /// `text` must outlive it. Throws base::Error (kUnauthenticated): for what is no signed token, and for one
  /// that brings its own key, demands extensions or wants to be signed by nobody.
  explicit IdentityToken(std::string_view text);

  /// The key that has signed it, among those that the provider has published; null when it is not there.
  const security::SigningKey* key_in(const ProviderKeys& keys) const;

  /// What it says, once it is known to be the provider's, for this server, in answer to its question and not
  /// too old. Throws base::Error (kUnauthenticated) that says what is wrong.
  boost::json::object claims(const ProviderKeys& keys, const Expected& expected) const;

 private:
  security::JsonWebToken token_;
  std::string algorithm_;
  std::optional<std::string> key_id_;
};

}  // namespace pharos::oidc
