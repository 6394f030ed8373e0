#include "platform/security/access_tokens.h"

#include <chrono>
#include <string>
#include <vector>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "platform/security/crypto.h"
#include "platform/security/tests/support.h"

namespace pharos::security {
namespace {
namespace json = boost::json;
using std::chrono::seconds;
using testing_support::code_of;

/// A server with its tokens, at a time of its own.
struct Server {
  explicit Server(Algorithm algorithm = Algorithm::kEdDsa, TokenSettings settings = {})
      : key(SigningKey::generate(algorithm)), tokens(settings, KeySet({key}), clock, ids) {}

  std::string issue() { return tokens.issue({.user_id = "ada", .session_id = "s1", .session_version = 3}); }
  /// A token with any header and claims, signed with the right key.
  std::string forge(const std::string& header, const std::string& claims) const {
    const std::string text = base64(header, Base64::kUrl) + "." + base64(claims, Base64::kUrl);
    return text + "." + base64(key.sign(text), Base64::kUrl);
  }
  std::string header(const std::string& more = "") const {
    return R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + key.id() + "\"" + more + "}";
  }
  json::object claims() const {
    return {{"iss", "pharos"}, {"aud", "pharos"}, {"sub", "ada"}, {"sid", "s1"}, {"jti", "t1"},
            {"ver", 3},        {"iat", 1000},     {"nbf", 1000},  {"exp", 1600}};
  }
  bool takes(const std::string& token) const {
    return !code_of([&] { tokens.verify(token); });
  }
  /// True when it is refused for who is asking, and for no other reason.
  bool refuses(const std::string& token) const {
    return code_of([&] { tokens.verify(token); }) == base::Code::kUnauthenticated;
  }

  base::ManualClock clock{base::SteadyTime{}, base::WallTime(seconds(1000))};
  base::Ids ids{clock, 1};
  SigningKey key;
  AccessTokens tokens;
};

TEST(AccessTokens, SayWhoTheyAreFor) {
  for (const Algorithm algorithm : {Algorithm::kEdDsa, Algorithm::kEs256, Algorithm::kHs256}) {
    Server server(algorithm);
    const std::string token = server.issue();
    for (int time = 0; time < 2; ++time) {  // as a stranger, then remembered
      const auto claims = server.tokens.verify(token);
      EXPECT_EQ(claims->user_id, "ada");
      EXPECT_EQ(claims->session_id, "s1");
      EXPECT_EQ(claims->session_version, 3);
      EXPECT_EQ(claims->expires_at - claims->issued_at, 600);
      EXPECT_TRUE(base::is_uuid(claims->token_id));
    }
  }
}

TEST(AccessTokens, AreRememberedOnceTheirSignatureWasChecked) {
  Server server;
  const std::string token = server.issue();
  EXPECT_EQ(server.tokens.verify(token), server.tokens.verify(token));
}

TEST(AccessTokens, ExpireEvenWhenTheyAreRemembered) {
  Server server;
  const std::string token = server.issue();
  server.clock.advance(seconds(629));
  EXPECT_TRUE(server.takes(token));
  server.clock.advance(seconds(1));
  EXPECT_TRUE(server.refuses(token));
}

TEST(AccessTokens, OfAnotherClockAreTakenWithinTheLeeway) {
  Server server;
  json::object claims = server.claims();
  for (const auto& [from, taken] : {std::pair(1030, true), std::pair(1031, false)}) {
    claims["iat"] = claims["nbf"] = from;
    EXPECT_EQ(server.takes(server.forge(server.header(), json::serialize(claims))), taken) << from;
  }
}

TEST(AccessTokens, NeedEveryClaimInItsKind) {
  Server server;
  EXPECT_TRUE(server.takes(server.forge(server.header(), json::serialize(server.claims()))));
  for (const auto& member : server.claims()) {
    json::object without = server.claims();
    without.erase(member.key());
    EXPECT_TRUE(server.refuses(server.forge(server.header(), json::serialize(without)))) << member.key();
    for (const json::value& other :
         {json::value(nullptr), json::value(""), json::value(-1), json::value(1.5),
          json::value(json::object{}), json::value(json::array{1}), json::value(1e300)}) {
      json::object wrong = server.claims();
      wrong[member.key()] = other;
      EXPECT_TRUE(server.refuses(server.forge(server.header(), json::serialize(wrong))))
          << member.key() << other;
    }
  }
}

TEST(AccessTokens, OfOtherServersAreRefused) {
  Server server;
  for (const char* name : {"iss", "aud"}) {
    json::object claims = server.claims();
    claims[name] = "somebody else";
    EXPECT_TRUE(server.refuses(server.forge(server.header(), json::serialize(claims))));
  }
  json::object claims = server.claims();
  claims["aud"] = json::array{"somebody else", "pharos"};
  EXPECT_TRUE(server.takes(server.forge(server.header(), json::serialize(claims))));
  claims["aud"] = json::array{"somebody else"};
  EXPECT_TRUE(server.refuses(server.forge(server.header(), json::serialize(claims))));
}

TEST(AccessTokens, WithHeadersThatWantMoreAreRefused) {
  Server server;
  const std::string claims = json::serialize(server.claims());
  const std::string id = server.key.id();
  EXPECT_TRUE(server.takes(server.forge(server.header(), claims)));
  for (const std::string& header : {
           server.header(R"(,"jku":"https://example.org/keys")"),
           server.header(R"(,"x5u":"https://example.org/keys")"),
           server.header(R"(,"jwk":{"kty":"oct"})"),
           server.header(R"(,"crit":["exp"])"),
           server.header(R"(,"b64":false)"),
           server.header(R"(,"alg":"none")"),
           server.header(R"(,"\u0061lg":"none")"),
           R"({"alg":"none","typ":"at+jwt","kid":")" + id + "\"}",
           R"({"alg":"HS256","typ":"at+jwt","kid":")" + id + "\"}",
           R"({"alg":"eddsa","typ":"at+jwt","kid":")" + id + "\"}",
           R"({"alg":"EdDSA","typ":"JWT","kid":")" + id + "\"}",
           R"({"alg":"EdDSA","kid":")" + id + "\"}",
           std::string(R"({"alg":"EdDSA","typ":"at+jwt"})"),
           std::string(R"({"alg":"EdDSA","typ":"at+jwt","kid":"other"})"),
           std::string("[]"),
           std::string("{"),
       }) {
    EXPECT_TRUE(server.refuses(server.forge(header, claims))) << header;
  }
}

TEST(AccessTokens, WithAClaimTwiceAreRefused) {
  Server server;
  std::string claims = json::serialize(server.claims());
  claims.insert(claims.size() - 1, R"(,"sub":"eve")");
  EXPECT_TRUE(server.refuses(server.forge(server.header(), claims)));
}

TEST(AccessTokens, ChangedInAnyLetterAreRefused) {
  Server server;
  const std::string token = server.issue();
  EXPECT_TRUE(server.takes(token));
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(server.refuses(changed)) << at;
    EXPECT_TRUE(server.refuses(token.substr(0, at))) << at;
  }
  for (const std::string& other : {token + ".", token + "=", token + "\n", " " + token, "." + token}) {
    EXPECT_TRUE(server.refuses(other)) << other;
  }
}

TEST(AccessTokens, SignedWithThePublicKeyAsASecretAreRefused) {
  Server server;
  const std::string text =
      base64(R"({"alg":"HS256","typ":"at+jwt","kid":")" + server.key.id() + "\"}", Base64::kUrl) + "." +
      base64(json::serialize(server.claims()), Base64::kUrl);
  const std::string point(server.key.public_jwk().at("x").as_string());
  EXPECT_TRUE(server.refuses(text + "." + base64(bytes_of(hmac_sha256(point, text)), Base64::kUrl)));
  EXPECT_TRUE(server.refuses(text + "."));
}

TEST(AccessTokens, LongerThanEightKilobytesAreNotLookedAt) {
  Server server;
  json::object claims = server.claims();
  claims["more"] = std::string(8192, 'x');
  EXPECT_TRUE(server.refuses(server.forge(server.header(), json::serialize(claims))));
}

TEST(AccessTokens, OutliveTheRotationOfTheirKeyAndEndWithItsRemoval) {
  Server server;
  const KeySet first({server.key});
  const std::string old = server.issue();
  EXPECT_TRUE(server.takes(old));
  server.tokens.replace_keys(first.rotated(Algorithm::kEs256));
  const std::string fresh = server.issue();
  EXPECT_TRUE(server.takes(old));
  EXPECT_TRUE(server.takes(fresh));
  EXPECT_EQ(server.tokens.public_keys().at("keys").as_array().size(), 2U);
  server.tokens.replace_keys(KeySet({SigningKey::generate(Algorithm::kEdDsa)}));
  EXPECT_TRUE(server.refuses(old)) << "remembered or not";
  EXPECT_TRUE(server.refuses(fresh));
}

TEST(AccessTokens, AreRememberedUpToALimit) {
  Server server(Algorithm::kHs256, {.remembered = 16});
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(server.takes(server.issue()));
}

TEST(AccessTokens, WithUnsafeSettingsAreNotMade) {
  for (const TokenSettings& settings : std::vector<TokenSettings>{{.leeway = seconds(61)},
                                                                  {.leeway = seconds(-1)},
                                                                  {.issuer = ""},
                                                                  {.audience = ""},
                                                                  {.lifetime = seconds(0)}}) {
    EXPECT_EQ(code_of([&] { const Server server(Algorithm::kEdDsa, settings); }), base::Code::kInvalidInput);
  }
}

}  // namespace
}  // namespace pharos::security
