// Access tokens: what a person shows with each request to say who they are, for some minutes. JSON Web Tokens
// in the profile of RFC 9068, read more strictly than they have to be.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "platform/security/key_set.h"

namespace pharos::security {

/// What a token says. Times are seconds since 1970.
struct Claims {
  std::string issuer;
  std::string audience;
  std::string user_id;               ///< sub
  std::string session_id;            ///< sid
  std::string token_id;              ///< jti
  std::int64_t session_version = 0;  ///< ver: a token of an earlier version than the account's is void
  std::int64_t issued_at = 0;
  std::int64_t not_before = 0;
  std::int64_t expires_at = 0;
};

/// Whom a token is made for.
struct TokenSubject {
  std::string user_id;
  std::string session_id;
  std::int64_t session_version = 0;
};

struct TokenSettings {
  std::string issuer = "pharos";
  std::string audience = "pharos";
  std::chrono::seconds lifetime{600};
  std::chrono::seconds leeway{30};  ///< how far two machines' clocks may be apart; at most 60
  std::size_t remembered = 16'384;  ///< tokens whose signature is not checked a second time
};

/// Thread-safe.
class AccessTokens {
 public:
  /// Throws base::Error (kInvalidInput) for settings that would not be safe.
  AccessTokens(TokenSettings settings, KeySet keys, const base::Clock& clock, base::Ids& ids);

  std::string issue(const TokenSubject& subject) const;

  /// What a token of ours says, which is not too old or too new. Throws base::Error (kUnauthenticated) that
  /// says what is wrong. A signature is checked once (50 µs for EdDSA); after that the token is looked up.
  std::shared_ptr<const Claims> verify(std::string_view token) const;

  std::chrono::seconds lifetime() const { return settings_.lifetime; }
  /// For other programs that check our tokens (`/.well-known/jwks.json`).
  boost::json::object public_keys() const;
  /// From now on; tokens of keys that are not in the set are void at once.
  void replace_keys(KeySet keys);

 private:
  struct Ring;

  std::shared_ptr<Ring> ring() const;
  std::int64_t now() const;
  void check_claims(const Claims& claims) const;

  TokenSettings settings_;
  const base::Clock& clock_;
  base::Ids& ids_;
  mutable std::mutex mutex_;
  std::shared_ptr<Ring> ring_;
};

/// The claims of a token whose signature one of `keys` made; times, issuer and audience are not looked at.
/// Throws base::Error (kUnauthenticated).
Claims read_signed_claims(std::string_view token, const KeySet& keys, std::string_view audience);

}  // namespace pharos::security
