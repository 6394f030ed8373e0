#include "server/gate.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/base/session_cookies.h"
#include "core/base/error.h"
#include "platform/http/problem.h"
#include "platform/http/same_origin.h"
#include "platform/http/web_socket.h"
#include "platform/security/address_key.h"

namespace pharos::server {
namespace {

using std::chrono::seconds;

http::Headers as_headers(const security::LimitVerdict& verdict) {
  http::Headers headers;
  for (auto& [name, value] : security::limit_headers(verdict)) headers.add(name, value);
  return headers;
}

/// What the client says who it is; nothing when it does not.
std::optional<std::string_view> credential_of(const http::Request& request) {
  if (const auto key = request.headers.find("X-API-Key")) return key;
  const auto field = request.headers.find("Authorization");
  if (!field) {
    const std::string_view offered = http::socket_token(request);
    return offered.empty() ? std::nullopt : std::optional(offered);
  }
  constexpr std::string_view kBearer = "Bearer ";
  if (field->size() <= kBearer.size() ||
      !http::equal_ignoring_case(field->substr(0, kBearer.size()), kBearer)) {
    throw base::Error(base::Code::kUnauthenticated, "only Authorization: Bearer TOKEN is understood");
  }
  return field->substr(kBearer.size());
}

/// A browser's token, when it may be used for this request.
std::optional<std::string_view> cookie_of(const http::Request& request, const std::string& public_url) {
  const std::string_view token = base_api::SessionCookies::of(request, base_api::SessionCookies::kAccess);
  if (token.empty()) return std::nullopt;
  // Another site's page may open a socket, too, and would read what comes.
  const bool only_fetches = request.method == http::Method::kGet && !request.headers.has("Upgrade");
  if (!only_fetches && !http::is_from_own_page(request, public_url)) {
    throw base::Error(base::Code::kUnauthenticated,
                      "a cookie does not count for requests of other sites' pages; programs send "
                      "Authorization: Bearer TOKEN");
  }
  return token;
}

[[noreturn]] void refuse(const security::LimitVerdict& verdict) {
  const security::TierState& full =
      *std::ranges::max_element(verdict.tiers, {}, &security::TierState::retry_after);
  const auto wait = std::chrono::ceil<seconds>(full.retry_after).count();
  throw http::RefusedError(base::Code::kLimited,
                           fmt::format("more than {} calls in {} s ({}); try again in {} s", full.tier->limit,
                                       full.tier->window.count(), full.tier->name, wait),
                           as_headers(verdict));
}

}  // namespace

ServerGate::ServerGate(security::Accounts& accounts, security::RateLimits& limits, GateSettings settings)
    : accounts_(accounts),
      limits_(limits),
      counts_(settings.counts),
      public_url_(settings.public_url),
      general_{.name = "general", .limit = settings.requests_a_minute, .window = seconds(60)},
      team_{.name = "team", .limit = settings.team_requests_a_minute, .window = seconds(60)},
      address_{.name = "address", .limit = settings.address_requests_a_minute, .window = seconds(60)},
      auth_{.name = "auth", .limit = 10, .window = seconds(60)},
      upload_{.name = "upload", .limit = 10, .window = seconds(3600)},
      analyze_{.name = "analyze", .limit = 20, .window = seconds(3600)},
      streams_(settings.open_streams) {}

base::Task<std::optional<security::Caller>> ServerGate::identify(const http::Request& request) {
  auto credential = credential_of(request);
  if (!credential) credential = cookie_of(request, public_url_);
  if (!credential) co_return std::nullopt;
  if (auto known = accounts_.identify_now(*credential)) co_return known;
  co_return co_await accounts_.identify(*credential);
}

const security::Tier& ServerGate::tier_of(http::Limit limit) const {
  switch (limit) {
    case http::Limit::kAuth:
      return auth_;
    case http::Limit::kUpload:
      return upload_;
    case http::Limit::kAnalyze:
      return analyze_;
    case http::Limit::kNone:
    case http::Limit::kGeneral:
      return general_;
  }
  return general_;
}

base::Task<http::Headers> ServerGate::count(const http::Route& route, const http::Request& request,
                                            const std::optional<security::Caller>& caller) {
  if (!counts_ || route.limit() == http::Limit::kNone) co_return http::Headers();
  const bool by_address = !caller || route.limit() == http::Limit::kAuth;
  const std::string address = security::address_key(request.client);
  std::vector<security::Charge> charges{
      {.tier = &tier_of(route.limit()), .key = by_address ? "ip:" + address : "user:" + caller->user_id},
      {.tier = &address_, .key = address}};
  if (caller) charges.push_back({.tier = &team_, .key = caller->team_id});
  const security::LimitVerdict verdict = co_await limits_.take(std::move(charges));
  if (!verdict.allowed) refuse(verdict);
  co_return as_headers(verdict);
}

std::shared_ptr<void> ServerGate::hold_stream(const http::Request& request,
                                              const std::optional<security::Caller>& caller) {
  if (!counts_) return nullptr;
  return streams_.open(caller ? "user:" + caller->user_id : "ip:" + security::address_key(request.client));
}

}  // namespace pharos::server
