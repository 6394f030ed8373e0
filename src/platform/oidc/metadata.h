// What a provider of identities says of itself (OpenID Connect Discovery).
#pragma once

#include <string>
#include <string_view>

namespace pharos::oidc {

/// How this server says to the provider who it is.
enum class ClientProof {
  kNone,   ///< it has no secret, only a name
  kBasic,  ///< its secret stands in the request's head
  kPost,   ///< its secret stands in the form
};

/// Does not change.
struct Metadata {
  std::string authorization_endpoint;  ///< where browsers are sent
  std::string token_endpoint;
  std::string jwks_uri;
  std::string userinfo_endpoint;  ///< empty when there is none
  bool takes_basic = false;
  bool takes_post = false;
  bool names_itself = false;  ///< says its name when it sends browsers back (RFC 9207)

  /// Throws base::Error (kUnavailable) when the provider takes no way that this server knows.
  ClientProof proof(bool has_secret) const;
};

/// The name of a provider: an https URL without query and fragment, and for one on the same machine http,
/// too. Throws base::Error (kInvalidInput).
void check_issuer(const std::string& issuer);

/// Where a provider of that name describes itself.
std::string discovery_url(const std::string& issuer);

/// Throws base::Error (kUnavailable) when the text does not describe that provider, or in a way that would
/// not be safe: another name, or places that are not called by https although the provider is.
Metadata read_metadata(std::string_view text, const std::string& issuer);

}  // namespace pharos::oidc
