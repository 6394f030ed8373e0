// The keys that a provider of identities signs with, as it publishes them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "platform/security/signing_key.h"

namespace pharos::oidc {

/// Does not change; thread-safe. Only keys with a public part: a secret would let whoever knows it sign.
class ProviderKeys {
 public:
  /// From a JSON Web Key Set. Keys of kinds that this server does not know, or that are not for signing, are
  /// left out. Throws base::Error (kUnavailable) when it is no such set, or none is left.
  explicit ProviderKeys(std::string_view text);

  /// The key of that id; without an id the only one for that algorithm. Null when there is none.
  const security::SigningKey* find(std::optional<std::string_view> id, std::string_view algorithm) const;

 private:
  std::vector<security::SigningKey> keys_;
};

}  // namespace pharos::oidc
