// Which provider of identities, and as whom this server asks it.
#pragma once

#include <chrono>
#include <string>

namespace pharos::oidc {

struct ProviderSettings {
  std::string issuer;         ///< its name, just as it writes it: check_issuer()
  std::string client_id;      ///< by which it knows this server
  std::string client_secret;  ///< empty: this server has none
  std::string scopes = "openid email profile";
  std::chrono::seconds leeway{60};  ///< how far its clock and ours may be apart
};

}  // namespace pharos::oidc
