// The keys that tokens are signed with: one now, others that still count.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "platform/security/signing_key.h"

namespace pharos::security {

/// Does not change; thread-safe. The first key signs; every key checks.
class KeySet {
 public:
  /// Throws base::Error (kInvalidInput) when the first key cannot sign, or two have one id.
  explicit KeySet(std::vector<SigningKey> keys);
  /// From a JSON Web Key Set with private parts, as `to_private_json` writes it.
  static KeySet from_json(std::string_view text);

  const SigningKey& signing() const { return keys_.front(); }
  /// Null when no key has that id.
  const SigningKey* find(std::string_view id) const;

  /// The set with a new key in front. The `kept` newest of the others still check, until the next rotation.
  KeySet rotated(Algorithm algorithm, std::size_t kept = 2) const;

  /// What strangers need to check our tokens: the public parts. Secrets are left out.
  boost::json::object public_jwks() const;
  std::string to_private_json() const;

 private:
  std::vector<SigningKey> keys_;
};

/// The key set in `file`; when there is no such file, a new one with one key, written for its owner alone.
/// Programs that start at the same time end with the same set. Throws base::Error.
KeySet load_or_make_keys(const std::filesystem::path& file, Algorithm algorithm = Algorithm::kEdDsa);

}  // namespace pharos::security
