// The whole flow against a provider that says exactly what a test wants said.
#include "platform/oidc/provider.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/oidc/form.h"
#include "platform/oidc/tests/support.h"
#include "platform/outbound/tests/support.h"

namespace pharos::oidc {
namespace {
using base::Code;
using outbound::testing_support::ScriptedServer;
using outbound::testing_support::wait;
using outbound::testing_support::Wire;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace testing_support;

/// What the provider does, until a test says otherwise.
struct ScriptedProvider {
  std::string issuer() const { return server.url(""); }
  int asked(const std::string& path) const {
    int count = 0;
    for (const std::string& each : server.requests()) count += each.contains(" " + path + " ") ? 1 : 0;
    return count;
  }
  std::string last(const std::string& path) const {
    std::string found;
    for (const std::string& each : server.requests()) {
      if (each.contains(" " + path + " ")) found = each;
    }
    return found;
  }
  bool answer(const std::string& request, Wire& wire) {
    if (request.contains("openid-configuration")) return wire.answer(200, metadata());
    if (request.contains(" /jwks ")) return wire.answer(200, keys);
    if (request.contains(" /me ")) return wire.answer(200, person);
    return wire.answer(token_status, token_answer);
  }
  std::string metadata() const {
    json::object text{{"issuer", issuer()},
                      {"authorization_endpoint", server.url("/authorize?tenant=7")},
                      {"token_endpoint", server.url("/token")},
                      {"jwks_uri", server.url("/jwks")},
                      {"userinfo_endpoint", server.url("/me")},
                      {"authorization_response_iss_parameter_supported", names_itself}};
    if (!proofs.empty()) text["token_endpoint_auth_methods_supported"] = proofs;
    return json::serialize(text);
  }
  /// What it gives for a code.
  void grant(const std::string& token) {
    token_answer = json::serialize(json::object{{"id_token", token}, {"access_token", "to ask about me"}});
  }

  std::string keys = jwks(rsa().public_jwk());
  std::string person = "{}";
  std::string token_answer;
  int token_status = 200;
  json::array proofs;
  bool names_itself = false;
  ScriptedServer server{[this](const std::string& request, Wire& wire) { return answer(request, wire); }};
};

struct ProviderTest : testing::Test {
  ProviderTest() { there.grant(rsa().token(claims_of(there.issuer()))); }

  Provider make(const std::string& secret = "a secret") {
    return Provider({.issuer = there.issuer(), .client_id = "pharos", .client_secret = secret}, client,
                    clock);
  }
  static Errand errand() { return {.state = "the state", .nonce = "the nonce", .verifier = "the verifier"}; }
  static Return back() { return {.state = "the state", .code = "the code"}; }
  Person arrive(Provider& at, const Return& brought = back()) {
    return wait(at.arrive(errand(), brought, "https://pharos.example/back"));
  }
  /// Why somebody does not get in, after the error's code.
  std::string refusal(Provider& at, const Return& brought = back()) {
    try {
      arrive(at, brought);
      return "in";
    } catch (const base::Error& error) {
      return std::string(base::code_name(error.code())) + ": " + error.what();
    }
  }

  ScriptedProvider there;
  base::SystemClock machine;
  base::ManualClock clock{machine.now(), base::WallTime(std::chrono::seconds(kNow))};
  outbound::testing_support::ScriptedResolver resolver{{{"127.0.0.1"}}};
  outbound::Client client{{.clock = machine, .resolver = resolver},
                          {.guard = {.private_networks = outbound::Networks({"127.0.0.1"})}, .attempts = 1}};
  Provider provider = make();
};

TEST_F(ProviderTest, ABrowserLeavesWithSecretsOfItsOwn) {
  const Departure first = wait(provider.depart("https://pharos.example/back"));
  const Departure second = wait(provider.depart("https://pharos.example/back"));
  EXPECT_THAT(first.url,
              HasSubstr(there.server.url("/authorize?tenant=7&response_type=code&client_id=pharos")));
  EXPECT_THAT(first.url,
              HasSubstr("redirect_uri=https%3A%2F%2Fpharos.example%2Fback&scope=openid%20email%20profile"));
  EXPECT_THAT(first.url, HasSubstr("&state=" + first.errand.state + "&nonce=" + first.errand.nonce));
  EXPECT_THAT(first.url, HasSubstr("&code_challenge_method=S256"));
  EXPECT_THAT(first.url, Not(HasSubstr(first.errand.verifier))) << "only its sum is shown";
  EXPECT_NE(first.errand.state, second.errand.state);
  EXPECT_NE(first.errand.nonce, second.errand.nonce);
  EXPECT_NE(first.errand.verifier, second.errand.verifier);
  EXPECT_EQ(there.asked("/.well-known/openid-configuration"), 1) << "it is remembered";
  clock.advance(std::chrono::hours(1));
  wait(provider.depart("https://pharos.example/back"));
  EXPECT_EQ(there.asked("/.well-known/openid-configuration"), 2) << "for an hour";
}

TEST_F(ProviderTest, WhoComesBackIsKnown) {
  const Person person = arrive(provider);
  EXPECT_EQ(person.subject, "person-1");
  EXPECT_EQ(person.email, "ada@example.org");
  EXPECT_TRUE(person.email_is_verified);
  const std::string asked = there.last("/token");
  EXPECT_THAT(asked, HasSubstr("grant_type=authorization_code&code=the%20code"));
  EXPECT_THAT(asked, HasSubstr("code_verifier=the%20verifier"));
  EXPECT_THAT(asked, HasSubstr("Authorization: Basic cGhhcm9zOmElMjBzZWNyZXQ=")) << "pharos:a%20secret";
  EXPECT_THAT(asked, Not(HasSubstr("client_secret=")));
  EXPECT_EQ(there.asked("/me"), 0) << "all is said";
}

TEST_F(ProviderTest, TheSecretIsShownAsTheProviderWants) {
  there.proofs = {"client_secret_post"};
  Provider posting = make();
  arrive(posting);
  EXPECT_THAT(there.last("/token"), HasSubstr("client_id=pharos&client_secret=a%20secret"));
  EXPECT_THAT(there.last("/token"), Not(HasSubstr("Authorization:")));
  Provider open = make("");
  arrive(open);
  EXPECT_THAT(there.last("/token"), HasSubstr("client_id=pharos"));
  EXPECT_THAT(there.last("/token"), Not(HasSubstr("client_secret")));
}

TEST_F(ProviderTest, WhatTheTokenDoesNotSayIsAskedFor) {
  json::object claims = claims_of(there.issuer());
  claims.erase("email");
  there.grant(rsa().token(claims));
  there.person = R"({"sub":"person-1","email":"ada@example.org","email_verified":"true","name":"Ada"})";
  const Person person = arrive(provider);
  EXPECT_EQ(person.email, "ada@example.org");
  EXPECT_TRUE(person.email_is_verified);
  EXPECT_EQ(person.name, "Ada");
  EXPECT_THAT(there.last("/me"), HasSubstr("Authorization: Bearer to ask about me"));
  there.person = R"({"sub":"person-2","email":"eve@example.org"})";
  EXPECT_THAT(refusal(provider), HasSubstr("two people"));
  there.person = R"({"sub":"person-1","email":"ada@example.org"})";
  EXPECT_FALSE(arrive(provider).email_is_verified) << "the token's word was for no address";
}

TEST_F(ProviderTest, ANewKeyIsAskedForAtOnceAndThenOnceAMinute) {
  arrive(provider);
  EXPECT_EQ(there.asked("/jwks"), 1);
  there.keys = jwks(other_rsa().public_jwk());
  there.grant(other_rsa().token(claims_of(there.issuer())));
  EXPECT_EQ(refusal(provider), "in");
  EXPECT_EQ(there.asked("/jwks"), 2);
  there.grant(rsa().token(claims_of(there.issuer())));
  EXPECT_THAT(refusal(provider), HasSubstr("unauthenticated: ")) << "the old one does not count any more";
  EXPECT_EQ(there.asked("/jwks"), 2) << "within the minute";
  clock.advance(std::chrono::minutes(1));
  EXPECT_THAT(refusal(provider), HasSubstr("has not published"));
  EXPECT_EQ(there.asked("/jwks"), 3);
}

TEST_F(ProviderTest, KeysAreRememberedForAnHour) {
  arrive(provider);
  arrive(provider);
  EXPECT_EQ(there.asked("/jwks"), 1);
  clock.advance(std::chrono::hours(1));
  json::object claims = claims_of(there.issuer());
  claims["exp"] = kNow + 7200;
  there.grant(rsa().token(claims));
  arrive(provider);
  EXPECT_EQ(there.asked("/jwks"), 2);
}

TEST_F(ProviderTest, WhoDidNotLeaveFromHereDoesNotArrive) {
  EXPECT_THAT(refusal(provider, {.state = "another", .code = "x"}),
              HasSubstr("forbidden: this sign-in was not begun"));
  EXPECT_THAT(refusal(provider, {.code = "x"}), HasSubstr("forbidden: "));
  EXPECT_THAT(refusal(provider, {.state = "the state", .code = "x", .issuer = "https://evil.example"}),
              HasSubstr("forbidden: another identity provider"));
  EXPECT_EQ(there.asked("/token"), 0) << "nobody's code is shown to anybody";
  there.names_itself = true;
  Provider naming = make();
  EXPECT_THAT(refusal(naming), HasSubstr("forbidden: another identity provider"));
  EXPECT_EQ(refusal(naming, {.state = "the state", .code = "x", .issuer = there.issuer()}), "in");
}

TEST_F(ProviderTest, WhatTheProviderRefusesIsTold) {
  EXPECT_THAT(refusal(provider, {.state = "the state", .error = "access_denied"}), HasSubstr("forbidden: "));
  EXPECT_THAT(refusal(provider, {.state = "the state", .error = "server_error"}),
              HasSubstr("unavailable: the identity provider could not sign you in (server_error)"));
  EXPECT_THAT(refusal(provider, {.state = "the state", .error = "<script>"}), Not(HasSubstr("script")));
  EXPECT_THAT(refusal(provider, {.state = "the state"}), HasSubstr("without a 'code'"));
  there.token_status = 400;
  there.token_answer = R"({"error":"invalid_grant"})";
  EXPECT_THAT(refusal(provider), HasSubstr("unauthenticated: this sign-in was used already"));
  there.token_status = 401;
  there.token_answer = R"({"error":"invalid_client"})";
  EXPECT_THAT(refusal(provider),
              HasSubstr("unavailable: the identity provider does not take this server's word (inv"));
  there.token_status = 500;
  EXPECT_THAT(refusal(provider), HasSubstr("unavailable: the identity provider answers with status 500"));
}

TEST_F(ProviderTest, WhatIsNotUnderstoodIsNoSignIn) {
  for (const char* answer : {"", "[]", "{", "{}", R"({"id_token":7})"}) {
    there.token_answer = answer;
    EXPECT_NE(refusal(provider), "in") << answer;
  }
  json::object claims = claims_of(there.issuer());
  claims["nonce"] = "of another browser";
  there.grant(rsa().token(claims));
  EXPECT_THAT(refusal(provider), HasSubstr("another question"));
}

TEST_F(ProviderTest, AProviderThatIsDownIsUnavailable) {
  Provider gone({.issuer = "http://127.0.0.1:1", .client_id = "pharos"}, client, clock);
  try {
    wait(gone.depart("https://pharos.example/back"));
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("the identity provider cannot be asked"));
  }
  there.keys = "nothing";
  EXPECT_THAT(refusal(provider), HasSubstr("unavailable: the keys of the identity provider"));
}

}  // namespace
}  // namespace pharos::oidc
