#include "platform/oidc/metadata.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/outbound/url.h"
#include "platform/security/strict_json.h"

namespace pharos::oidc {
namespace json = boost::json;
namespace {

[[noreturn]] void refuse(const std::string& issuer, const std::string& why) {
  throw base::Error(base::Code::kUnavailable,
                    fmt::format("the identity provider {} describes itself wrongly: {}", issuer, why));
}

bool is_this_machine(const outbound::Url& url) {
  return url.host() == "localhost" || url.host() == "127.0.0.1" || url.host() == "::1";
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->get_string()) : "";
}

/// Whether a list has a text; `standard` when there is no such list.
bool lists(const json::object& object, std::string_view name, std::string_view text, bool standard) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || !member->is_array()) return standard;
  return std::ranges::any_of(member->get_array(), [&](const json::value& each) {
    return each.is_string() && each.get_string() == text;
  });
}

std::string place_of(const json::object& object, std::string_view name, const std::string& issuer) {
  std::string place = text_of(object, name);
  if (place.empty()) refuse(issuer, fmt::format("it has no '{}'", name));
  try {
    const outbound::Url url = outbound::Url::parse(place);
    if (outbound::Url::parse(issuer).is_https() && !url.is_https()) {
      refuse(issuer, fmt::format("its '{}' is not called by https", name));
    }
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kInvalidInput) throw;
    refuse(issuer, fmt::format("its '{}' is no URL: {}", name, error.what()));
  }
  return place;
}

json::object object_of(std::string_view text, const std::string& issuer) {
  try {
    json::value value = security::parse_strict_json(text, "it", 16);
    if (value.is_object()) return std::move(value.get_object());
  } catch (const base::Error& error) {
    refuse(issuer, error.what());
  }
  refuse(issuer, "it is no JSON object");
}

}  // namespace

ClientProof Metadata::proof(bool has_secret) const {
  if (!has_secret) return ClientProof::kNone;
  if (takes_basic) return ClientProof::kBasic;
  if (takes_post) return ClientProof::kPost;
  throw base::Error(
      base::Code::kUnavailable,
      "the identity provider takes no client secret by client_secret_basic or client_secret_post; "
      "whoever runs it can allow one of the two");
}

void check_issuer(const std::string& issuer) {
  const auto refuse_name = [](const char* why) { throw base::Error(base::Code::kInvalidInput, why); };
  const outbound::Url url = outbound::Url::parse(issuer);
  if (issuer.contains('?') || issuer.contains('#')) {
    refuse_name("an issuer is a URL without '?' and '#', just as the provider writes it");
  }
  if (!url.is_https() && !is_this_machine(url)) {
    refuse_name("an issuer begins with https://, unless it is on this machine");
  }
}

std::string discovery_url(const std::string& issuer) {
  return issuer + (issuer.ends_with('/') ? "" : "/") + ".well-known/openid-configuration";
}

Metadata read_metadata(std::string_view text, const std::string& issuer) {
  const json::object object = object_of(text, issuer);
  const std::string name = text_of(object, "issuer");
  if (name != issuer) {
    refuse(issuer, fmt::format("it says that its name is '{}'; the setting must be just that", name));
  }
  Metadata metadata{.authorization_endpoint = place_of(object, "authorization_endpoint", issuer),
                    .token_endpoint = place_of(object, "token_endpoint", issuer),
                    .jwks_uri = place_of(object, "jwks_uri", issuer)};
  if (object.contains("userinfo_endpoint")) {
    metadata.userinfo_endpoint = place_of(object, "userinfo_endpoint", issuer);
  }
  constexpr std::string_view kProofs = "token_endpoint_auth_methods_supported";
  metadata.takes_basic = lists(object, kProofs, "client_secret_basic", true);
  metadata.takes_post = lists(object, kProofs, "client_secret_post", false);
  const json::value* names_itself = object.if_contains("authorization_response_iss_parameter_supported");
  metadata.names_itself = names_itself != nullptr && names_itself->is_bool() && names_itself->get_bool();
  return metadata;
}

}  // namespace pharos::oidc
