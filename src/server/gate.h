// What stands before every route of this server: who asks, and how often they may.
#pragma once

#include "platform/http/dispatcher.h"
#include "platform/security/accounts.h"
#include "platform/security/rate_limits.h"
#include "server/open_streams.h"

namespace pharos::server {

struct GateSettings {
  bool counts = true;                             ///< whether calls are limited
  std::int64_t requests_a_minute = 100;           ///< of a person, or of an address that nobody is known by
  std::int64_t team_requests_a_minute = 1000;     ///< of all people of a team
  std::int64_t address_requests_a_minute = 3000;  ///< of all people at an address
  std::int64_t open_streams = 100;                ///< of a person at once
  std::string public_url;  ///< whose pages may use cookies, beside those of the host that is asked
};

/// Thread-safe. All outlive it.
class ServerGate final : public http::Gate {
 public:
  ServerGate(security::Accounts& accounts, security::RateLimits& limits, GateSettings settings);

  /// By `Authorization: Bearer TOKEN`, a key in `X-API-Key`, or a browser's cookie. A cookie is sent by the
  /// browser whoever's page asks for it: for what changes something it counts only when the page is this
  /// server's own.
  base::Task<std::optional<security::Caller>> identify(const http::Request& request) override;
  /// Known people have budgets of their own, within their team's; strangers share their address's, a /64 of
  /// IPv6. What comes from an address has one, whoever asks. A call counts in all of them or in none.
  base::Task<http::Headers> count(const http::Route& route, const http::Request& request,
                                  const std::optional<security::Caller>& caller) override;
  /// Of a person, or of an address that nobody is known by.
  std::shared_ptr<void> hold_stream(const http::Request& request,
                                    const std::optional<security::Caller>& caller) override;

 private:
  const security::Tier& tier_of(http::Limit limit) const;

  security::Accounts& accounts_;
  security::RateLimits& limits_;
  bool counts_;
  std::string public_url_;
  security::Tier general_;
  security::Tier team_;
  security::Tier address_;
  security::Tier auth_;
  security::Tier upload_;
  security::Tier analyze_;
  OpenStreams streams_;
};

}  // namespace pharos::server
