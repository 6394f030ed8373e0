// Everybody's accounts, for whoever runs the server, over either database.
#include "platform/security/people.h"

#include <chrono>
#include <string>

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
struct PeopleOf : testing::Test {
  User make(const std::string& email, bool is_superuser = false) {
    return wait(people.create(server_itself(),
                              {.email = email, .password = kPassword, .is_superuser = is_superuser}));
  }
  Tokens log_in(const std::string& email, const std::string& password = kPassword) {
    return wait(server.accounts.log_in({.email = email, .password = password}, kHome));
  }
  Caller identify(const Tokens& tokens) { return wait(server.accounts.identify(tokens.access_token)); }
  std::optional<Code> change_fails(const Caller& caller, const std::string& id, PersonChange change) {
    return code_of([&] { wait(people.change(caller, id, change)); });
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  Server server{url, calendar};
  People people{server.parts(), server.accounts.identities()};
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(PeopleOf, Databases);

TYPED_TEST(PeopleOf, OnlyWhoeverRunsTheServerManagesThem) {
  const User eve = this->make("eve@example.org");
  const Caller caller = this->identify(this->log_in("eve@example.org"));
  EXPECT_EQ(code_of([&] { wait(this->people.list(caller, 0, 10)); }), Code::kForbidden);
  EXPECT_EQ(code_of([&] { wait(this->people.get(caller, eve.id)); }), Code::kForbidden);
  EXPECT_EQ(code_of([&] { wait(this->people.create(caller, {})); }), Code::kForbidden);
  EXPECT_EQ(this->change_fails(caller, eve.id, {.is_superuser = true}), Code::kForbidden);
  const User ada = this->make("ada@example.org", true);
  EXPECT_EQ(wait(this->people.get(this->identify(this->log_in("ada@example.org")), ada.id)).email,
            "ada@example.org");
}

TYPED_TEST(PeopleOf, AreListedInPages) {
  for (const char* name : {"c", "a", "b"}) this->make(std::string(name) + "@example.org");
  const UserPage page = wait(this->people.list(server_itself(), 1, 1));
  EXPECT_EQ(page.count, 3);
  ASSERT_EQ(page.data.size(), 1U);
  EXPECT_EQ(page.data[0].email, "b@example.org");
}

TYPED_TEST(PeopleOf, ADisabledPersonIsOutAtOnceAndComesBackWhenEnabled) {
  const User eve = this->make("eve@example.org");
  const Tokens tokens = this->log_in("eve@example.org");
  this->identify(tokens);
  wait(this->people.change(server_itself(), eve.id, {.is_active = false}));
  EXPECT_EQ(code_of([&] { this->identify(tokens); }), Code::kUnauthenticated);
  EXPECT_EQ(code_of([&] { this->log_in("eve@example.org"); }), Code::kForbidden);
  wait(this->people.change(server_itself(), eve.id, {.is_active = true}));
  EXPECT_EQ(code_of([&] { this->identify(tokens); }), Code::kUnauthenticated) << "the old login stays ended";
  this->log_in("eve@example.org");
}

TYPED_TEST(PeopleOf, ANewRankOrPasswordEndsLoginsAndANewNameDoesNot) {
  const User eve = this->make("eve@example.org");
  const Tokens tokens = this->log_in("eve@example.org");
  wait(this->people.change(server_itself(), eve.id, {.full_name = "Eve"}));
  this->identify(tokens);
  wait(this->people.change(server_itself(), eve.id, {.is_superuser = true}));
  EXPECT_EQ(code_of([&] { this->identify(tokens); }), Code::kUnauthenticated);
  EXPECT_TRUE(this->identify(this->log_in("eve@example.org")).is_superuser);
  wait(this->people.change(server_itself(), eve.id, {.password = "four other words"}));
  EXPECT_EQ(code_of([&] { this->log_in("eve@example.org"); }), Code::kUnauthenticated);
  this->log_in("eve@example.org", "four other words");
}

TYPED_TEST(PeopleOf, SomebodyCanAlwaysRunTheServer) {
  const User ada = this->make("ada@example.org", true);
  for (const PersonChange& change : {PersonChange{.is_active = false}, PersonChange{.is_superuser = false}}) {
    EXPECT_EQ(this->change_fails(server_itself(), ada.id, change), Code::kConflict);
  }
  this->make("grace@example.org", true);
  EXPECT_EQ(this->change_fails(server_itself(), ada.id, {.is_superuser = false}), std::nullopt);
}

TYPED_TEST(PeopleOf, TheFirstAdminIsMadeOnceByALink) {
  const auto old = wait(this->people.first_admin_link());
  const auto link = wait(this->people.first_admin_link());
  ASSERT_TRUE(link);
  const NewUser ada{.email = "ada@example.org", .password = kPassword};
  EXPECT_EQ(code_of([&] { wait(this->people.make_first_admin(*old, ada)); }), Code::kUnauthenticated);
  EXPECT_EQ(code_of([&] { wait(this->people.make_first_admin("x", ada)); }), Code::kUnauthenticated);
  EXPECT_TRUE(wait(this->people.make_first_admin(*link, ada)).is_superuser);
  EXPECT_EQ(wait(this->people.first_admin_link()), std::nullopt);
  EXPECT_EQ(
      code_of([&] { wait(this->people.make_first_admin(*link, {.email = "e@x.y", .password = kPassword})); }),
      Code::kUnauthenticated);
}

TYPED_TEST(PeopleOf, WhatIsDoneToThemIsInTheServersChain) {
  const User eve = this->make("eve@example.org");
  wait(this->people.change(server_itself(), eve.id, {.full_name = "Eve"}));
  EXPECT_EQ(this->server.count("audit_log WHERE team_id = 'server' AND subject = '" + eve.id + "'"), 2);
}

}  // namespace
}  // namespace pharos::security
