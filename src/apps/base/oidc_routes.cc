#include "apps/base/oidc_routes.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "apps/base/session_cookies.h"
#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/problem.h"
#include "platform/http/url_text.h"

namespace pharos::base_api {
namespace {

using base::Code;
using base::Error;
using std::chrono::seconds;

constexpr seconds kErrandLifetime{600};
constexpr std::string_view kPurpose = "errand at a provider of identities";
constexpr const char* kStart = "/api/v1/auth/oidc/start";
constexpr const char* kCallback = "/api/v1/auth/oidc/callback";

/// What a browser carries to the provider and back, sealed.
struct Luggage {
  oidc::Errand errand;
  std::string return_to;
  std::string device;  ///< the cookie itself is not sent when another site's page sends the browser back
  std::int64_t expires_at = 0;
};
BOOST_DESCRIBE_STRUCT(Luggage, (), (errand, return_to, device, expires_at))

http::Response redirect(int status, const std::string& to) {
  return {.status = status, .headers = {{"Location", to}}, .body = {}, .stream = {}};
}

/// Of everything that providers add, what counts here. A name that comes twice counts as nothing.
oidc::Return return_of(const http::Request& request) {
  const auto pairs = http::decode_form(request.query);
  if (!pairs) throw http::InputError({{.place = "query", .message = "is not percent-encoded UTF-8"}});
  const auto find = [&](std::string_view name) {
    std::string found;
    int count = 0;
    for (const auto& [each, value] : *pairs) {
      if (each != name) continue;
      found = value;
      ++count;
    }
    if (count > 1)
      throw http::InputError({{.place = fmt::format("query.{}", name), .message = "is given twice"}});
    return found;
  };
  return {.state = find("state"), .code = find("code"), .error = find("error"), .issuer = find("iss")};
}

Luggage luggage_of(const http::Request& request, const storage::Cipher& cipher) {
  const std::string_view sealed = SessionCookies::of(request, SessionCookies::kErrand);
  try {
    if (!sealed.empty()) {
      return base::from_json<Luggage>(boost::json::parse(cipher.open(std::string(sealed), kPurpose)),
                                      "errand");
    }
  } catch (const Error&) {
    // Somebody else's cookie, or one of a key that is gone: as if there were none.
  }
  throw Error(Code::kForbidden,
              fmt::format("this sign-in was not begun in this browser, or is over; begin it at {}", kStart));
}

std::string domain_of(const std::string& email) {
  return email.substr(email.rfind('@') + 1);
}

}  // namespace

bool is_local_path(std::string_view path) {
  const auto is_plain = [](unsigned char letter) { return letter > ' ' && letter < 0x7f && letter != '\\'; };
  return path.starts_with('/') && !path.starts_with("//") && std::ranges::all_of(path, is_plain);
}

OidcRoutes::OidcRoutes(http::Routes& table, OidcParts parts, OidcSettings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)) {
  auto routes = table.of(*this);
  routes.get("/api/v1/auth/methods", &OidcRoutes::methods)
      .open()
      .tag("auth")
      .summary("List the ways to log in");
  routes.get(kStart, &OidcRoutes::start)
      .open()
      .limited(http::Limit::kAuth)
      .tag("auth")
      .summary("Log in with a company's account")
      .status(302)
      .raises(Code::kNotFound)
      .raises(Code::kUnavailable);
  routes.get(kCallback, &OidcRoutes::come_back)
      .open()
      .limited(http::Limit::kAuth)
      .tag("auth")
      .summary("Come back from the provider of identities")
      .status(303)
      .raises(Code::kNotFound)
      .raises(Code::kInvalidInput)
      .raises(Code::kUnauthenticated)
      .raises(Code::kForbidden)
      .raises(Code::kConflict)
      .raises(Code::kUnavailable);
}

oidc::Provider& OidcRoutes::provider() const {
  if (parts_.provider == nullptr) {
    throw Error(Code::kNotFound, "this server has no provider of identities; log in with your password");
  }
  return *parts_.provider;
}

std::string OidcRoutes::redirect_uri() const {
  std::string address = parts_.address();
  if (address.ends_with('/')) address.pop_back();
  return address + kCallback;
}

std::int64_t OidcRoutes::now() const {
  return std::chrono::duration_cast<seconds>(parts_.clock.wall_now().time_since_epoch()).count();
}

void OidcRoutes::check_domain(const security::ProvenIdentity& identity) const {
  if (settings_.domains.empty()) return;
  const std::string email = base::lower(identity.email);
  const bool is_of_them = !email.empty() && identity.email_is_verified &&
                          std::ranges::find(settings_.domains, domain_of(email)) != settings_.domains.end();
  if (!is_of_them) {
    throw Error(Code::kForbidden,
                "your e-mail address is of no domain that may log in here, or is not confirmed");
  }
}

base::Task<SignInMethods> OidcRoutes::methods() {
  SignInMethods methods;
  if (parts_.provider != nullptr) methods.providers.push_back({.name = settings_.name, .start = kStart});
  co_return methods;
}

base::Task<http::Response> OidcRoutes::start(const http::Request& request, http::Query<SignInStart> wanted) {
  oidc::Provider& at = provider();
  const std::string return_to = http::value_of(wanted.return_to).value_or("/");
  if (!is_local_path(return_to)) {
    throw http::InputError(
        {{.place = "query.return_to", .message = "must be a path of this server, such as /docs"}});
  }
  std::string device = client_of(request).device;
  if (device.empty()) device = SessionCookies::new_device();
  oidc::Departure departure = co_await at.depart(redirect_uri());
  const Luggage luggage{.errand = std::move(departure.errand),
                        .return_to = return_to,
                        .device = std::move(device),
                        .expires_at = now() + kErrandLifetime.count()};
  http::Response response = redirect(302, departure.url);
  SessionCookies::set_errand(response.headers, request,
                             parts_.cipher.seal(base::compact_json(base::to_json(luggage)), kPurpose),
                             kErrandLifetime);
  co_return response;
}

base::Task<http::Response> OidcRoutes::come_back(const http::Request& request) {
  oidc::Provider& at = provider();
  const oidc::Return back = return_of(request);
  const Luggage luggage = luggage_of(request, parts_.cipher);
  if (now() >= luggage.expires_at) {
    throw Error(Code::kUnauthenticated,
                fmt::format("this sign-in has taken more than {} minutes; begin it again at {}",
                            kErrandLifetime.count() / 60, kStart));
  }
  security::ClientInfo client = client_of(request);
  client.device = luggage.device;
  const security::Tokens tokens = co_await log_in(at, luggage.errand, back, std::move(client));
  http::Response response = redirect(303, luggage.return_to);
  SessionCookies::set(response.headers, request, tokens);
  SessionCookies::set_device(response.headers, request, luggage.device);
  SessionCookies::clear_errand(response.headers, request);
  co_return response;
}

/// What keeps somebody out is noted, unless the provider could not be asked.
base::Task<security::Tokens> OidcRoutes::log_in(oidc::Provider& at, oidc::Errand errand, oidc::Return back,
                                                security::ClientInfo client) {
  std::exception_ptr failure;
  try {
    oidc::Person person = co_await at.arrive(std::move(errand), std::move(back), redirect_uri());
    security::ProvenIdentity identity{
        .issuer = at.issuer(),
        .subject = std::move(person.subject),
        .email = std::move(person.email),
        .email_is_verified = person.email_is_verified || settings_.emails_are_verified,
        .full_name = std::move(person.name)};
    check_domain(identity);
    co_return co_await parts_.accounts.log_in_elsewhere(std::move(identity), std::move(client));
  } catch (const Error& error) {
    failure = std::current_exception();
    if (!base::is_users_mistake(error.code())) std::rethrow_exception(failure);
  }
  co_await parts_.accounts.note_failure_elsewhere(at.issuer());
  std::rethrow_exception(failure);
}

}  // namespace pharos::base_api
