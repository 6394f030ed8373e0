#include "platform/oidc/identity_token.h"

#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/oidc/tests/support.h"

namespace pharos::oidc {
namespace {
using security::Algorithm;
using security::SigningKey;
using ::testing::HasSubstr;
using namespace testing_support;

const std::string kIssuer = "https://login.example.org";

Expected expected(std::int64_t now = kNow) {
  return {.issuer = kIssuer, .client_id = "pharos", .nonce = "the nonce", .now = now, .leeway = 60};
}

json::object good_claims() {
  return claims_of(kIssuer);
}
json::object claims_with(std::string_view name, json::value value) {
  json::object claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}

/// Why a token is not believed; `believed` when it is.
std::string verdict(const std::string& token, const std::string& keys, const Expected& wanted = expected()) {
  try {
    static_cast<void>(IdentityToken(token).claims(ProviderKeys(keys), wanted));
    return "believed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnauthenticated);
    return error.what();
  }
}
std::string verdict_of(const json::object& claims, const Expected& wanted = expected()) {
  return verdict(rsa().token(claims), jwks(rsa().public_jwk()), wanted);
}

TEST(IdentityToken, IsBelievedInEachAlgorithm) {
  EXPECT_EQ(verdict_of(good_claims()), "believed");
  for (const Algorithm algorithm : {Algorithm::kEs256, Algorithm::kEdDsa}) {
    const SigningKey key = SigningKey::generate(algorithm);
    EXPECT_EQ(verdict(token_of(key, good_claims()), jwks(rsa().public_jwk(), key.public_jwk())), "believed");
  }
}

TEST(IdentityToken, SaysWhoItIs) {
  const json::object claims =
      IdentityToken(rsa().token(good_claims())).claims(ProviderKeys(jwks(rsa().public_jwk())), expected());
  EXPECT_EQ(claims.at("sub"), "person-1");
}

TEST(IdentityToken, SignedByNobodyIsRefused) {
  for (const char* none : {"none", "None", "NONE"}) {
    const std::string text =
        fmt::format("{}.{}.", encoded({{"alg", none}, {"kid", "rsa-1"}}), encoded(good_claims()));
    EXPECT_THAT(verdict(text, jwks(rsa().public_jwk())), HasSubstr("in a way that does not count"));
  }
  const std::string token = rsa().token(good_claims());
  EXPECT_THAT(verdict(token.substr(0, token.rfind('.') + 1), jwks(rsa().public_jwk())),
              HasSubstr("signature is wrong"));
}

TEST(IdentityToken, SignedWithThePublicKeyAsASecretIsRefused) {
  const json::object published = rsa().public_jwk();
  const std::string text = encoded({{"alg", "HS256"}, {"kid", "rsa-1"}}) + "." + encoded(good_claims());
  for (const std::string& secret : {json::serialize(published), std::string(published.at("n").as_string())}) {
    const std::string signature =
        security::base64(security::bytes_of(security::hmac_sha256(secret, text)), Base64::kUrl);
    EXPECT_THAT(verdict(fmt::format("{}.{}", text, signature), jwks(published)),
                HasSubstr("in a way that does not count"));
  }
}

TEST(IdentityToken, AKeyCountsForItsOwnAlgorithmOnly) {
  for (const char* algorithm : {"ES256", "EdDSA", "RS512", "PS256"}) {
    const std::string token = rsa().token({{"alg", algorithm}, {"kid", "rsa-1"}}, good_claims());
    EXPECT_NE(verdict(token, jwks(rsa().public_jwk())), "believed") << algorithm;
  }
}

TEST(IdentityToken, BringsNoKeyAndDemandsNothing) {
  for (const char* name : {"jku", "jwk", "x5u", "x5c", "crit"}) {
    json::object header{{"alg", "RS256"}, {"kid", "rsa-1"}};
    header[name] = rsa().public_jwk();
    EXPECT_THAT(verdict(rsa().token(header, good_claims()), jwks(rsa().public_jwk())), HasSubstr(name));
  }
  EXPECT_THAT(
      verdict(rsa().token({{"alg", "RS256"}, {"typ", "at+jwt"}}, good_claims()), jwks(rsa().public_jwk())),
      HasSubstr("type"));
}

TEST(IdentityToken, OfAnotherKeyIsRefused) {
  EXPECT_THAT(verdict(other_rsa().token(good_claims()), jwks(rsa().public_jwk())),
              HasSubstr("not published"));
  EXPECT_THAT(verdict(other_rsa().token({{"alg", "RS256"}, {"kid", "rsa-1"}}, good_claims()),
                      jwks(rsa().public_jwk())),
              HasSubstr("signature is wrong"));
}

TEST(IdentityToken, WithoutAKeysNameThereIsOneToChoose) {
  const std::string token = rsa().token(json::object{{"alg", "RS256"}}, good_claims());
  EXPECT_EQ(verdict(token, jwks(rsa().public_jwk())), "believed");
  EXPECT_THAT(verdict(token, jwks(rsa().public_jwk(), other_rsa().public_jwk())), HasSubstr("not published"));
}

TEST(IdentityToken, IsForThisServerInAnswerToItsQuestion) {
  EXPECT_THAT(verdict_of(claims_with("iss", "https://login.example.org/")), HasSubstr("another provider"));
  EXPECT_THAT(verdict_of(claims_with("nonce", "another")), HasSubstr("another question"));
  EXPECT_THAT(verdict_of(claims_with("aud", "another")), HasSubstr("somebody else"));
  EXPECT_THAT(verdict_of(claims_with("aud", json::array{"another"})), HasSubstr("somebody else"));
  EXPECT_THAT(verdict_of(claims_with("aud", 7)), HasSubstr("somebody else"));
  EXPECT_THAT(verdict_of(claims_with("azp", "another")), HasSubstr("asked for by somebody else"));
  EXPECT_EQ(verdict_of(claims_with("azp", "pharos")), "believed");
  EXPECT_EQ(verdict_of(claims_with("aud", json::array{"pharos"})), "believed");
  json::object several = claims_with("aud", json::array{"another", "pharos"});
  EXPECT_THAT(verdict_of(several), HasSubstr("azp"));
  several["azp"] = "pharos";
  EXPECT_EQ(verdict_of(several), "believed");
}

TEST(IdentityToken, CountsForItsTimeAndAMinuteMore) {
  EXPECT_EQ(verdict_of(good_claims(), expected(kNow + 359)), "believed");
  EXPECT_THAT(verdict_of(good_claims(), expected(kNow + 360)), HasSubstr("expired"));
  EXPECT_EQ(verdict_of(good_claims(), expected(kNow - 60)), "believed");
  EXPECT_THAT(verdict_of(good_claims(), expected(kNow - 61)), HasSubstr("not valid yet"));
  EXPECT_THAT(verdict_of(claims_with("nbf", kNow + 61)), HasSubstr("not valid yet"));
}

TEST(IdentityToken, MissesNothingThatItNeeds) {
  for (const char* name : {"iss", "sub", "aud", "exp", "iat", "nonce"}) {
    json::object claims = good_claims();
    claims.erase(name);
    EXPECT_NE(verdict_of(claims), "believed") << name;
  }
  EXPECT_THAT(verdict_of(claims_with("sub", json::string(256, 'x'))), HasSubstr("too long"));
  EXPECT_THAT(verdict_of(claims_with("exp", "tomorrow")), HasSubstr("whole number"));
}

TEST(IdentityToken, SaysNothingTwiceAndIsNoGarbage) {
  const std::string header = encoded({{"alg", "RS256"}, {"kid", "rsa-1"}});
  const std::string twice = header + "." + security::base64(R"({"sub":"a","sub":"b"})", Base64::kUrl);
  EXPECT_THAT(
      verdict(twice + "." + security::base64(rsa().sign(twice), Base64::kUrl), jwks(rsa().public_jwk())),
      HasSubstr("twice"));
  for (const std::string& text : {std::string(), std::string("a.b"), std::string("a.b.c.d"),
                                  std::string("!.!.!"), std::string(40'000, 'a')}) {
    EXPECT_NE(verdict(text, jwks(rsa().public_jwk())), "believed");
  }
}

TEST(ProviderKeys, LeavesOutWhatIsNotForCheckingSignatures) {
  json::object for_encrypting = other_rsa().public_jwk();
  for_encrypting["use"] = "enc";
  const json::object secret = SigningKey::generate(Algorithm::kHs256).private_jwk();
  const json::object unknown{{"kty", "EC"}, {"crv", "P-521"}};
  const ProviderKeys keys(jwks(for_encrypting, secret, unknown, rsa().public_jwk(), json::value("text")));
  EXPECT_NE(keys.find("rsa-1", "RS256"), nullptr);
  EXPECT_EQ(keys.find("rsa-2", "RS256"), nullptr);
  EXPECT_EQ(keys.find(std::string_view(secret.at("kid").as_string()), "HS256"), nullptr);
}

TEST(ProviderKeys, MustBeASetWithOneThatCounts) {
  std::string many = R"({"keys":[0)";
  for (int i = 0; i < 100; ++i) many += ",0";
  for (const std::string& text : {std::string(), std::string("[]"), std::string("{}"),
                                  std::string(R"({"keys":{}})"), std::string(R"({"keys":[]})"), many + "]}",
                                  jwks(SigningKey::generate(Algorithm::kHs256).private_jwk())}) {
    try {
      const ProviderKeys keys{text};
      ADD_FAILURE() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kUnavailable);
    }
  }
}

}  // namespace
}  // namespace pharos::oidc
