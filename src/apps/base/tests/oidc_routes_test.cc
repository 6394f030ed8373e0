// What a browser brings back too late, or was sent elsewhere with; the rest is tried with a real provider.
#include "apps/base/oidc_routes.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/outbound/tests/support.h"
#include "platform/security/tests/support_accounts.h"

namespace pharos::base_api {
namespace {
using outbound::testing_support::ScriptedServer;
using outbound::testing_support::Wire;
using security::testing_support::OnSqlite;
using security::testing_support::Server;
using security::testing_support::wait;
using ::testing::HasSubstr;

TEST(LocalPath, StaysOnThisServer) {
  for (const char* path : {"/", "/docs", "/docs?a=b#c", "/a//b", "/%2F%2Fevil.example"})
    EXPECT_TRUE(is_local_path(path)) << path;
  for (const char* path : {"", "docs", "//evil.example", "///evil.example", "/\\evil.example",
                           "\\/evil.example", "https://evil.example", "javascript:alert(1)", "/\tevil",
                           "/a b", "/a\r\nSet-Cookie: a=b", "/caf\xc3\xa9", "/\x7f"}) {
    EXPECT_FALSE(is_local_path(path)) << path;
  }
}

/// Describes itself, and answers nothing else.
struct OidcRoutesTest : testing::Test {
  bool answer(Wire& wire) {
    const std::string issuer = there.url("");
    return wire.answer(
        200, boost::json::serialize(boost::json::object{{"issuer", issuer},
                                                        {"authorization_endpoint", issuer + "/authorize"},
                                                        {"token_endpoint", issuer + "/token"},
                                                        {"jwks_uri", issuer + "/jwks"}}));
  }
  http::Response ask(const std::string& path, const std::string& query, const std::string& cookie = "") {
    http::Exchange exchange;
    exchange.request.path = path;
    exchange.request.query = query;
    if (!cookie.empty()) exchange.request.headers.add("Cookie", cookie);
    return wait(table.find(http::Method::kGet, path).route->handler()(exchange));
  }
  /// Why a browser with that cookie does not get in, however it comes back.
  std::string refusal(const std::string& cookie) {
    try {
      ask("/api/v1/auth/oidc/callback", "state=another&code=c", cookie);
      return "in";
    } catch (const base::Error& error) {
      return std::string(base::code_name(error.code())) + ": " + error.what();
    }
  }
  std::string leave() {
    const http::Response response = ask("/api/v1/auth/oidc/start", "return_to=/docs");
    EXPECT_EQ(response.status, 302);
    const std::string cookie(response.headers.get("Set-Cookie"));
    return cookie.substr(0, cookie.find(';'));
  }
  static storage::Cipher cipher_of(const std::string& id) {
    storage::KeyRing ring{.in_use = id};
    ring.keys[id] = {};
    return storage::Cipher(ring);
  }

  storage::TemporaryFolder folder;
  base::SystemClock machine;
  base::ManualClock calendar{machine.now(), base::WallTime(std::chrono::seconds(1'800'000'000))};
  Server server{OnSqlite::make_url(folder), calendar};
  ScriptedServer there{[this](const std::string&, Wire& wire) { return answer(wire); }};
  outbound::testing_support::ScriptedResolver resolver{{{"127.0.0.1"}}};
  outbound::Client client{{.clock = machine, .resolver = resolver},
                          {.guard = {.private_networks = outbound::Networks({"127.0.0.1"})}}};
  oidc::Provider provider{{.issuer = there.url(""), .client_id = "pharos"}, client, calendar};
  storage::Cipher cipher = cipher_of("one");
  http::Routes table;
  OidcRoutes routes{table,
                    {.accounts = server.accounts,
                     .provider = &provider,
                     .cipher = cipher,
                     .clock = calendar,
                     .address = [] { return std::string("https://pharos.example/"); }},
                    {}};
};

TEST_F(OidcRoutesTest, ASignInMayTakeTenMinutes) {
  const std::string cookie = leave();
  calendar.advance(std::chrono::seconds(599));
  EXPECT_THAT(refusal(cookie), HasSubstr("forbidden: this sign-in was not begun"))
      << "by its state, not by its age";
  calendar.advance(std::chrono::seconds(1));
  EXPECT_THAT(refusal(cookie), HasSubstr("unauthenticated: this sign-in has taken more than 10 minutes"));
}

TEST_F(OidcRoutesTest, WhatIsRememberedCannotBeMadeUp) {
  EXPECT_THAT(refusal(""), HasSubstr("forbidden: this sign-in was not begun in this browser, or is over"));
  for (const std::string& made_up :
       {std::string("{}"), std::string("pharos1:one:AAAA"), cipher_of("two").seal("{}", "x"),
        cipher.seal(R"({"errand":{}})", "another purpose")}) {
    EXPECT_THAT(refusal("pharos_errand=" + made_up), HasSubstr("or is over")) << made_up;
  }
}

TEST_F(OidcRoutesTest, TheProviderSendsPeopleBackToWhereTheServerIsReached) {
  const http::Response response = ask("/api/v1/auth/oidc/start", "");
  EXPECT_THAT(std::string(response.headers.get("Location")),
              HasSubstr("redirect_uri=https%3A%2F%2Fpharos.example%2Fapi%2Fv1%2Fauth%2Foidc%2Fcallback&"));
}

}  // namespace
}  // namespace pharos::base_api
