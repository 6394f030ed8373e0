#include "platform/oidc/metadata.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::oidc {
namespace {
namespace json = boost::json;
using ::testing::HasSubstr;

const std::string kIssuer = "https://login.example.org/company";

json::object good() {
  return {{"issuer", kIssuer},
          {"authorization_endpoint", "https://login.example.org/authorize"},
          {"token_endpoint", "https://login.example.org/token"},
          {"jwks_uri", "https://keys.example.org/jwks"},
          {"userinfo_endpoint", "https://login.example.org/me"}};
}
json::object with(std::string_view name, json::value value) {
  json::object changed = good();
  changed[name] = std::move(value);
  return changed;
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(read_metadata(text, kIssuer));
    return "taken";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    return error.what();
  }
}

bool is_issuer(const std::string& text) {
  try {
    check_issuer(text);
    return true;
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kInvalidInput);
    return false;
  }
}

TEST(Metadata, IsThatOfTheProviderWhoseNameIsKnown) {
  EXPECT_EQ(refusal(json::serialize(good())), "taken");
  for (const char* other : {"https://login.example.org/company/", "https://evil.example.org", ""}) {
    EXPECT_THAT(refusal(json::serialize(with("issuer", other))), HasSubstr("its name is"));
  }
}

TEST(Metadata, NamesPlacesThatAreCalledSafely) {
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"}) {
    EXPECT_THAT(refusal(json::serialize(with(name, "http://login.example.org/x"))), HasSubstr("https"));
    EXPECT_THAT(refusal(json::serialize(with(name, "javascript:alert(1)"))), HasSubstr(name));
    EXPECT_THAT(refusal(json::serialize(with(name, nullptr))), HasSubstr(name));
  }
  json::object without = good();
  without.erase("userinfo_endpoint");
  EXPECT_EQ(read_metadata(json::serialize(without), kIssuer).userinfo_endpoint, "");
}

TEST(Metadata, IsOneJsonObject) {
  for (const char* text : {"", "[]", "{", R"({"issuer":"a","issuer":"b"})"})
    EXPECT_NE(refusal(text), "taken");
}

TEST(Metadata, SaysHowSecretsAreShown) {
  const auto proof = [](const json::object& text, bool has_secret) {
    return read_metadata(json::serialize(text), kIssuer).proof(has_secret);
  };
  constexpr const char* kList = "token_endpoint_auth_methods_supported";
  EXPECT_EQ(proof(good(), true), ClientProof::kBasic) << "where nothing is said";
  EXPECT_EQ(proof(with(kList, json::array{"client_secret_post", "client_secret_basic"}), true),
            ClientProof::kBasic);
  EXPECT_EQ(proof(with(kList, json::array{"client_secret_post"}), true), ClientProof::kPost);
  EXPECT_EQ(proof(with(kList, json::array{"private_key_jwt"}), false), ClientProof::kNone);
  EXPECT_THROW(proof(with(kList, json::array{"private_key_jwt"}), true), base::Error);
}

TEST(Issuer, IsAnHttpsUrlOrOnThisMachine) {
  for (const char* name : {"https://login.example.org", "https://login.example.org/company/v2.0",
                           "http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"}) {
    EXPECT_TRUE(is_issuer(name)) << name;
  }
  for (const char* name :
       {"http://login.example.org", "login.example.org", "https://login.example.org?a=b",
        "https://login.example.org#a", "https://me:pass@login.example.org", "ftp://x", "http://10.0.0.7"}) {
    EXPECT_FALSE(is_issuer(name)) << name;
  }
}

TEST(Issuer, IsDescribedBeneathIt) {
  EXPECT_EQ(discovery_url("https://a.example"), "https://a.example/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://a.example/b/"), "https://a.example/b/.well-known/openid-configuration");
}

}  // namespace
}  // namespace pharos::oidc
