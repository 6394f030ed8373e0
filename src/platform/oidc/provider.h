// A provider of identities, such as a company's: sends browsers there, and finds out who has come back.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>
#include <boost/json/object.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/oidc/metadata.h"
#include "platform/oidc/provider_keys.h"
#include "platform/oidc/provider_settings.h"
#include "platform/outbound/client.h"

namespace pharos::oidc {

/// What must be remembered of a browser while it is at the provider's. Only that browser may have it, sealed.
struct Errand {
  std::string state;
  std::string nonce;
  std::string verifier;
};
BOOST_DESCRIBE_STRUCT(Errand, (), (state, nonce, verifier))

struct Departure {
  std::string url;  ///< where the browser goes
  Errand errand;
};

/// What a browser brings back. Whatever it does not is empty.
struct Return {
  std::string state;
  std::string code;
  std::string error;
  std::string issuer;
};

/// Somebody who has signed in at the provider's.
struct Person {
  std::string subject;             ///< who they are there, for ever
  std::string email;               ///< empty when it is not said
  bool email_is_verified = false;  ///< the provider has seen to it that the address is theirs
  std::optional<std::string> name;
};

/// OpenID Connect's authorization code flow with PKCE. Thread-safe. What the provider says of itself is asked
/// for when it is needed first, and again after an hour; its keys also when a token has an unknown one, but
/// for that at most once a minute. Where it does not answer: base::Error (kUnavailable).
class Provider {
 public:
  /// The client and the clock must outlive it.
  Provider(ProviderSettings settings, outbound::Client& client, const base::Clock& clock);

  const std::string& issuer() const { return settings_.issuer; }

  /// `redirect_uri` is where the provider sends the browser back to; it must know that address.
  base::Task<Departure> depart(std::string redirect_uri);

  /// Who has come back. Throws base::Error: kForbidden for whoever did not leave from here, or was refused
  /// there; kUnauthenticated when what the provider says is not believed, or was said before.
  base::Task<Person> arrive(Errand errand, Return back, std::string redirect_uri);

 private:
  /// Something that was asked for, and until when it counts.
  template <class T>
  struct Known {
    std::shared_ptr<const T> value;
    base::SteadyTime until{};
  };
  /// What the token endpoint gives for a code.
  struct Grant {
    std::string identity_token;
    std::string access_token;
  };

  base::Task<std::shared_ptr<const Metadata>> metadata();
  base::Task<std::shared_ptr<const ProviderKeys>> keys();
  base::Task<std::shared_ptr<const ProviderKeys>> ask_for_keys();
  bool may_ask_for_unknown_key();
  void check_return(const Errand& errand, const Return& back, const Metadata& metadata) const;
  base::Task<Grant> exchange(std::shared_ptr<const Metadata> metadata, std::string code, std::string verifier,
                             std::string redirect_uri);
  base::Task<boost::json::object> identity(std::string token, std::string nonce);
  base::Task<boost::json::object> userinfo(std::string url, std::string access_token);
  base::Task<outbound::Response> ask(outbound::Request request);

  ProviderSettings settings_;
  outbound::Client& client_;
  const base::Clock& clock_;
  std::mutex mutex_;
  Known<Metadata> metadata_;
  Known<ProviderKeys> keys_;
  base::SteadyTime next_unknown_key_{};
};

}  // namespace pharos::oidc
