// Keys that people make for their programs, over either database.
#include "platform/security/api_keys.h"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/security/tests/support_accounts.h"

namespace pharos::security {
namespace {
using base::Code;
using std::chrono::hours;
using std::chrono::seconds;
using testing_support::code_of;
using testing_support::kHome;
using testing_support::kPassword;
using testing_support::Server;
using testing_support::wait;

template <class Kind>
struct KeysOf : testing::Test {
  Caller person(const std::string& email) {
    wait(server.accounts.sign_up({.email = email, .password = kPassword}));
    const Tokens tokens = wait(server.accounts.log_in({.email = email, .password = kPassword}, kHome));
    return wait(server.accounts.identify(tokens.access_token));
  }
  CreatedApiKey make(const Caller& caller, NewApiKey wanted = {.name = "nightly"}) {
    return wait(keys.create(caller, std::move(wanted)));
  }
  Caller identify(const std::string& key) { return wait(server.accounts.identify(key)); }
  std::optional<Code> refused(const std::string& key) {
    return code_of([&] { identify(key); });
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  Server server{url, calendar};
  ApiKeys keys{server.parts(), server.accounts.identities()};
  Caller ada = person("ada@example.org");
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(KeysOf, Databases);

TYPED_TEST(KeysOf, AKeyActsForItsOwner) {
  const CreatedApiKey made = this->make(this->ada);
  const Caller caller = this->identify(made.key);
  EXPECT_EQ(caller.user_id, this->ada.user_id);
  EXPECT_EQ(caller.team_id, this->ada.team_id);
  EXPECT_EQ(caller.session_id, made.info.id);
  EXPECT_TRUE(caller.may(Permission::kAnalyse));
  EXPECT_EQ(this->server.accounts.identify_now(made.key)->user_id, this->ada.user_id) << "and is remembered";
  EXPECT_EQ(this->server.count("api_keys WHERE '" + made.key + "' LIKE '%' || secret_hash || '%'"), 0);
}

TYPED_TEST(KeysOf, AKeyMayNoMoreThanItSays) {
  const CreatedApiKey made = this->make(this->ada, {.name = "photos", .scopes = {Permission::kAnalyse}});
  const Caller caller = this->identify(made.key);
  EXPECT_TRUE(caller.may(Permission::kAnalyse));
  EXPECT_FALSE(caller.may(Permission::kItemsWrite));
  EXPECT_EQ(code_of([&] { this->make(caller, {.name = "more", .scopes = {Permission::kTeamManage}}); }),
            Code::kForbidden);
  const Caller child = this->identify(this->make(caller, {.name = "same"}).key);
  EXPECT_FALSE(child.may(Permission::kItemsWrite)) << "no key may more than the one that made it";
}

TYPED_TEST(KeysOf, AWrongSecretIsRefusedAlsoWhenTheKeyIsRemembered) {
  const CreatedApiKey made = this->make(this->ada);
  this->identify(made.key);
  // Another secret for the same id, with the right sum at its end.
  const CreatedApiKey other = this->make(this->ada);
  std::string forged = made.key;
  EXPECT_EQ(this->refused(forged.replace(25, 1, forged[25] == '0' ? "1" : "0")), Code::kUnauthenticated);
  EXPECT_EQ(this->refused("phk_"), Code::kUnauthenticated);
  EXPECT_EQ(this->refused(""), Code::kUnauthenticated);
  EXPECT_FALSE(this->refused(other.key));
}

TYPED_TEST(KeysOf, ARevokedKeyIsRefusedAtOnce) {
  const CreatedApiKey made = this->make(this->ada);
  this->identify(made.key);
  wait(this->keys.revoke(this->ada, made.info.id));
  EXPECT_EQ(this->refused(made.key), Code::kUnauthenticated);
  EXPECT_FALSE(wait(this->keys.list(this->ada)).at(0).is_good);
  EXPECT_EQ(code_of([&] { wait(this->keys.revoke(this->ada, made.info.id)); }), Code::kNotFound);
}

TYPED_TEST(KeysOf, AKeyExpiresAlsoWhileItIsRemembered) {
  const CreatedApiKey made = this->make(this->ada, {.name = "short", .expires_in_days = 1});
  this->calendar.advance(hours(24) - seconds(1));
  EXPECT_FALSE(this->refused(made.key));
  this->calendar.advance(seconds(1));
  EXPECT_EQ(this->refused(made.key), Code::kUnauthenticated);
}

TYPED_TEST(KeysOf, AReplacedKeyStaysGoodForTheOverlap) {
  const CreatedApiKey old = this->make(this->ada, {.name = "nightly", .scopes = {Permission::kAnalyse}});
  const CreatedApiKey fresh = wait(this->keys.rotate(this->ada, old.info.id, hours(2)));
  EXPECT_EQ(fresh.info.name, "nightly");
  EXPECT_EQ(fresh.info.scopes, old.info.scopes);
  this->calendar.advance(hours(2) - seconds(1));
  EXPECT_FALSE(this->refused(old.key));
  EXPECT_FALSE(this->refused(fresh.key));
  this->calendar.advance(seconds(1));
  EXPECT_EQ(this->refused(old.key), Code::kUnauthenticated);
  EXPECT_FALSE(this->refused(fresh.key));
  EXPECT_EQ(code_of([&] { wait(this->keys.rotate(this->ada, old.info.id, hours(1))); }), Code::kNotFound);
}

TYPED_TEST(KeysOf, AnotherTeamsKeysAreNotThere) {
  const CreatedApiKey made = this->make(this->ada);
  const Caller eve = this->person("eve@example.org");
  EXPECT_TRUE(wait(this->keys.list(eve)).empty());
  EXPECT_EQ(code_of([&] { wait(this->keys.revoke(eve, made.info.id)); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->keys.rotate(eve, made.info.id, hours(1))); }), Code::kNotFound);
  EXPECT_FALSE(this->refused(made.key));
}

TYPED_TEST(KeysOf, WhenAKeyWasUsedIsKnownToTheHour) {
  const CreatedApiKey made = this->make(this->ada);
  EXPECT_EQ(wait(this->keys.list(this->ada)).at(0).last_used_at, std::nullopt);
  this->identify(made.key);
  EXPECT_EQ(wait(this->keys.list(this->ada)).at(0).last_used_at, "2027-01-15T08:00:00.000Z");
  this->calendar.advance(std::chrono::minutes(59));
  this->identify(made.key);
  EXPECT_EQ(wait(this->keys.list(this->ada)).at(0).last_used_at, "2027-01-15T08:00:00.000Z");
}

TYPED_TEST(KeysOf, WhatCannotBeAKeyIsRefused) {
  for (const NewApiKey& wanted : std::vector<NewApiKey>{{.name = ""},
                                                        {.name = std::string(101, 'x')},
                                                        {.name = "x", .expires_in_days = 0},
                                                        {.name = "x", .expires_in_days = 3651}}) {
    EXPECT_EQ(code_of([&] { this->make(this->ada, wanted); }), Code::kInvalidInput);
  }
}

TYPED_TEST(KeysOf, EveryChangeIsInTheAudit) {
  const CreatedApiKey made = this->make(this->ada);
  const CreatedApiKey fresh = wait(this->keys.rotate(this->ada, made.info.id, hours(1)));
  wait(this->keys.revoke(this->ada, fresh.info.id));
  EXPECT_EQ(this->server.count("audit_log WHERE action LIKE 'key_%'"), 3);
  EXPECT_FALSE(this->server.audit_fault(this->ada.team_id));
}

}  // namespace
}  // namespace pharos::security
