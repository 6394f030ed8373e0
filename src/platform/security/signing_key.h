// A key that signs tokens: one key, one algorithm.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace pharos::security {

enum class Algorithm {
  kEdDsa,  ///< Ed25519
  kEs256,  ///< ECDSA on P-256 with SHA-256
  kHs256,  ///< HMAC-SHA-256, a secret that everybody who checks must know
  kRs256,  ///< RSASSA-PKCS1-v1_5 with SHA-256: others' tokens are checked with it, ours are not signed so
};
/// As tokens name it: `EdDSA`, `ES256`, `HS256`, `RS256`.
std::string_view algorithm_name(Algorithm algorithm);

/// Cheap to copy; does not change; thread-safe.
class SigningKey {
 public:
  class Material;

  /// Throws base::Error (kUnsupported) for kRs256.
  static SigningKey generate(Algorithm algorithm);
  /// From a JSON Web Key (RFC 7517, 8037): with its private part, or to check with only. Throws base::Error
  /// (kInvalidInput) that says what is wrong with it.
  static SigningKey from_jwk(const boost::json::object& jwk);

  /// Its `kid`, or else its thumbprint (RFC 7638).
  const std::string& id() const { return id_; }
  Algorithm algorithm() const;
  bool can_sign() const;

  /// Throws base::Error (kInternal) when the key has no private part.
  std::string sign(std::string_view text) const;
  bool verify(std::string_view text, std::string_view signature) const;

  /// With `kid`, `alg` and `use`. A secret has no public part: throws base::Error (kInternal).
  boost::json::object public_jwk() const;
  boost::json::object private_jwk() const;

 private:
  SigningKey(std::shared_ptr<const Material> material, std::string id);

  std::shared_ptr<const Material> material_;
  std::string id_;
};

}  // namespace pharos::security
