#include "platform/oidc/provider.h"

#include <algorithm>
#include <utility>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "platform/oidc/form.h"
#include "platform/oidc/identity_token.h"
#include "platform/security/crypto.h"
#include "platform/security/strict_json.h"

namespace pharos::oidc {
namespace json = boost::json;
using base::Code;
using base::Error;
using security::Base64;
namespace {

constexpr std::chrono::hours kKeptFor{1};
constexpr std::chrono::minutes kBetweenUnknownKeys{1};
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kLongestErrorName = 64;

std::string new_secret() {
  return security::base64(security::random_bytes(kSecretBytes), Base64::kUrl);
}

/// RFC 7636: what shows later that whoever brings the code is who began.
std::string challenge_of(const std::string& verifier) {
  return security::base64(security::bytes_of(security::sha256_of(verifier)), Base64::kUrl);
}

/// RFC 6749, 2.3.1: encoded as in forms, then as HTTP wants it.
std::string basic_proof(const std::string& id, const std::string& secret) {
  std::string text = security::base64(encode(id) + ":" + encode(secret), Base64::kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return "Basic " + text;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->get_string()) : "";
}

/// Some write it as a text.
bool is_true(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr) return false;
  return member->is_bool() ? member->get_bool() : member->is_string() && member->get_string() == "true";
}

json::object object_of(std::string_view text, std::string_view what) {
  const auto refuse = [&](std::string_view why) {
    throw Error(Code::kUnavailable,
                fmt::format("the identity provider's answer about {} is not understood: {}", what, why));
  };
  try {
    json::value value = security::parse_strict_json(text, "it", 16);
    if (value.is_object()) return std::move(value.get_object());
  } catch (const Error& error) {
    refuse(error.what());
  }
  refuse("it is no JSON object");
  return {};
}

/// A name such as `invalid_grant`, when it is one.
std::string error_name(std::string_view text) {
  const bool is_name =
      !text.empty() && text.size() <= kLongestErrorName && std::ranges::all_of(text, [](char letter) {
        return base::is_letter_or_digit(letter) || letter == '_' || letter == '-';
      });
  return is_name ? std::string(text) : "an error without a name";
}

[[noreturn]] void throw_grant_refused(const outbound::Response& response) {
  const bool is_answer = response.status == 400 || response.status == 401;
  const std::string name =
      is_answer ? error_name(text_of(object_of(response.body, "your sign-in"), "error")) : "";
  if (name == "invalid_grant") {
    throw Error(Code::kUnauthenticated, "this sign-in was used already or is too old; sign in again");
  }
  if (!is_answer) {
    throw Error(
        Code::kUnavailable,
        fmt::format("the identity provider answers with status {}; try again later", response.status));
  }
  throw Error(
      Code::kUnavailable,
      fmt::format("the identity provider does not take this server's word ({}): whoever runs the server "
                  "must see to its client id, its secret and its address there",
                  name));
}

Person person_of(const json::object& identity, const json::object& more) {
  const auto said = [&](std::string_view name) {
    const std::string text = text_of(identity, name);
    return text.empty() ? text_of(more, name) : text;
  };
  Person person{.subject = text_of(identity, "sub"), .email = said("email")};
  // An address and the word for it must come from one place.
  person.email_is_verified = is_true(text_of(identity, "email").empty() ? more : identity, "email_verified");
  if (std::string name = said("name"); !name.empty()) person.name = std::move(name);
  return person;
}

}  // namespace

Provider::Provider(ProviderSettings settings, outbound::Client& client, const base::Clock& clock)
    : settings_(std::move(settings)), client_(client), clock_(clock) {}

base::Task<Departure> Provider::depart(std::string redirect_uri) {
  const std::shared_ptr<const Metadata> known = co_await metadata();
  Errand errand{.state = new_secret(), .nonce = new_secret(), .verifier = new_secret()};
  const std::string query = form_of({{"response_type", "code"},
                                     {"client_id", settings_.client_id},
                                     {"redirect_uri", redirect_uri},
                                     {"scope", settings_.scopes},
                                     {"state", errand.state},
                                     {"nonce", errand.nonce},
                                     {"code_challenge", challenge_of(errand.verifier)},
                                     {"code_challenge_method", "S256"}});
  const std::string& place = known->authorization_endpoint;
  co_return Departure{.url = place + (place.contains('?') ? "&" : "?") + query, .errand = std::move(errand)};
}

base::Task<Person> Provider::arrive(Errand errand, Return back, std::string redirect_uri) {
  const std::shared_ptr<const Metadata> known = co_await metadata();
  check_return(errand, back, *known);
  const Grant grant =
      co_await exchange(known, std::move(back.code), std::move(errand.verifier), std::move(redirect_uri));
  const json::object identity_claims = co_await identity(grant.identity_token, std::move(errand.nonce));
  json::object more;
  const bool must_ask = text_of(identity_claims, "email").empty() && !known->userinfo_endpoint.empty() &&
                        !grant.access_token.empty();
  if (must_ask) {
    more = co_await userinfo(known->userinfo_endpoint, grant.access_token);
    if (text_of(more, "sub") != text_of(identity_claims, "sub")) {
      throw Error(Code::kUnauthenticated, "the identity provider speaks of two people; sign in again");
    }
  }
  co_return person_of(identity_claims, more);
}

void Provider::check_return(const Errand& errand, const Return& back, const Metadata& metadata) const {
  if (!security::same_secret(back.state, errand.state)) {
    throw Error(Code::kForbidden, "this sign-in was not begun in this browser; begin it here");
  }
  if (back.issuer.empty() ? metadata.names_itself : back.issuer != settings_.issuer) {
    throw Error(Code::kForbidden, "another identity provider has sent you back; begin again here");
  }
  if (back.error == "access_denied") {
    throw Error(Code::kForbidden, "the identity provider has not let you in, or you have declined");
  }
  if (!back.error.empty()) {
    throw Error(Code::kUnavailable,
                fmt::format("the identity provider could not sign you in ({}); try again, or "
                            "ask whoever runs this server",
                            error_name(back.error)));
  }
  if (back.code.empty()) {
    throw Error(Code::kInvalidInput,
                "the identity provider has sent you back without a 'code'; sign in again");
  }
}

base::Task<std::shared_ptr<const Metadata>> Provider::metadata() {
  {
    const std::scoped_lock lock(mutex_);
    if (metadata_.value && clock_.now() < metadata_.until) co_return metadata_.value;
  }
  const outbound::Response response = co_await ask({.url = discovery_url(settings_.issuer)});
  auto read = std::make_shared<const Metadata>(read_metadata(response.body, settings_.issuer));
  const std::scoped_lock lock(mutex_);
  metadata_ = {.value = read, .until = clock_.now() + kKeptFor};
  co_return read;
}

base::Task<std::shared_ptr<const ProviderKeys>> Provider::keys() {
  {
    const std::scoped_lock lock(mutex_);
    if (keys_.value && clock_.now() < keys_.until) co_return keys_.value;
  }
  co_return co_await ask_for_keys();
}

base::Task<std::shared_ptr<const ProviderKeys>> Provider::ask_for_keys() {
  const std::shared_ptr<const Metadata> known = co_await metadata();
  const outbound::Response response = co_await ask({.url = known->jwks_uri});
  auto read = std::make_shared<const ProviderKeys>(response.body);
  const std::scoped_lock lock(mutex_);
  keys_ = {.value = read, .until = clock_.now() + kKeptFor};
  co_return read;
}

/// Whoever sends tokens with made-up keys must not have the provider asked each time.
bool Provider::may_ask_for_unknown_key() {
  const std::scoped_lock lock(mutex_);
  const base::SteadyTime now = clock_.now();
  if (now < next_unknown_key_) return false;
  next_unknown_key_ = now + kBetweenUnknownKeys;
  return true;
}

base::Task<Provider::Grant> Provider::exchange(std::shared_ptr<const Metadata> metadata, std::string code,
                                               std::string verifier, std::string redirect_uri) {
  std::vector<std::pair<std::string, std::string>> fields{{"grant_type", "authorization_code"},
                                                          {"code", std::move(code)},
                                                          {"redirect_uri", std::move(redirect_uri)},
                                                          {"code_verifier", std::move(verifier)}};
  outbound::Request request{.method = "POST",
                            .url = metadata->token_endpoint,
                            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
  const ClientProof proof = metadata->proof(!settings_.client_secret.empty());
  if (proof == ClientProof::kBasic) {
    request.headers.emplace_back("Authorization", basic_proof(settings_.client_id, settings_.client_secret));
  } else {
    fields.emplace_back("client_id", settings_.client_id);
  }
  if (proof == ClientProof::kPost) fields.emplace_back("client_secret", settings_.client_secret);
  request.body = form_of(fields);
  const outbound::Response response = co_await ask(std::move(request));
  if (response.status != 200) throw_grant_refused(response);
  const json::object granted = object_of(response.body, "your sign-in");
  co_return Grant{.identity_token = text_of(granted, "id_token"),
                  .access_token = text_of(granted, "access_token")};
}

base::Task<json::object> Provider::identity(std::string token, std::string nonce) {
  const IdentityToken identity_token(token);
  std::shared_ptr<const ProviderKeys> published = co_await keys();
  if (identity_token.key_in(*published) == nullptr && may_ask_for_unknown_key()) {
    published = co_await ask_for_keys();
  }
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch()).count();
  co_return identity_token.claims(*published, {.issuer = settings_.issuer,
                                               .client_id = settings_.client_id,
                                               .nonce = std::move(nonce),
                                               .now = now,
                                               .leeway = settings_.leeway.count()});
}

/// Some tell it only there (OpenID Connect Core, 5.4).
base::Task<json::object> Provider::userinfo(std::string url, std::string access_token) {
  const outbound::Response response =
      co_await ask({.url = std::move(url), .headers = {{"Authorization", "Bearer " + access_token}}});
  co_return object_of(response.body, "you");
}

/// Of what is read, only 200 is an answer; a POST's statuses say more.
base::Task<outbound::Response> Provider::ask(outbound::Request request) {
  const bool is_read = request.method == "GET";
  request.headers.emplace_back("Accept", "application/json");
  request.deadline = base::Deadline::in(clock_, kPatience);
  std::string trouble;
  try {
    outbound::Response response = co_await client_.send(std::move(request));
    if (!is_read || response.status == 200) co_return response;
    trouble = fmt::format("it answers with status {}", response.status);
  } catch (const Error& error) {
    trouble = error.what();
  }
  throw Error(Code::kUnavailable,
              fmt::format("the identity provider cannot be asked ({}); try again later", trouble));
}

}  // namespace pharos::oidc
