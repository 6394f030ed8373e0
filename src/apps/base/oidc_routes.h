// Signing in with a company's account: /api/v1/auth/methods and /api/v1/auth/oidc.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/http/routes.h"
#include "platform/oidc/provider.h"
#include "platform/security/accounts.h"
#include "platform/storage/cipher.h"

namespace pharos::base_api {

/// One provider of identities.
struct SignInProvider {
  std::string name;   ///< as people know it
  std::string start;  ///< where a browser goes to sign in with it
};
BOOST_DESCRIBE_STRUCT(SignInProvider, (), (name, start))

struct SignInMethods {
  bool password = true;
  std::vector<SignInProvider> providers;
};
BOOST_DESCRIBE_STRUCT(SignInMethods, (), (password, providers))

struct SignInStart {
  std::optional<http::Text<1, 500>> return_to;  ///< a path of this server
};
BOOST_DESCRIBE_STRUCT(SignInStart, (), (return_to))

struct OidcSettings {
  std::string name;                  ///< as people know the provider
  std::vector<std::string> domains;  ///< of e-mail addresses that may sign in, in lower case; none: all
  bool emails_are_verified = false;  ///< the provider says only addresses that it has seen to
};

/// What the routes work with. All outlive them.
struct OidcParts {
  security::Accounts& accounts;
  oidc::Provider* provider = nullptr;  ///< null where there is none
  const storage::Cipher& cipher;
  const base::Clock& clock;
  std::function<std::string()> address;  ///< of this server, as people and the provider know it
};

/// Browsers only: what they must remember on their way is sealed in a cookie of their own, and in the end
/// they have the cookies of a login (session_routes.h).
class OidcRoutes {
 public:
  OidcRoutes(http::Routes& table, OidcParts parts, OidcSettings settings);

 private:
  base::Task<SignInMethods> methods();
  base::Task<http::Response> start(const http::Request& request, http::Query<SignInStart> wanted);
  base::Task<http::Response> come_back(const http::Request& request);

  base::Task<security::Tokens> log_in(oidc::Provider& at, oidc::Errand errand, oidc::Return back,
                                      security::ClientInfo client);
  oidc::Provider& provider() const;
  std::string redirect_uri() const;
  std::int64_t now() const;
  /// Throws base::Error (kForbidden) for whoever is not of a domain that may sign in.
  void check_domain(const security::ProvenIdentity& identity) const;

  OidcParts parts_;
  OidcSettings settings_;
};

/// Whether a browser that is sent there stays on this server: not to `//elsewhere`, nor to what some browsers
/// take for that.
bool is_local_path(std::string_view path);

}  // namespace pharos::base_api
