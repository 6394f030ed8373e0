// Addresses that somebody has shown to be theirs, in either database.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "platform/security/people.h"
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
struct VerifiedEmailOn : testing::Test {
  std::optional<std::string> ask(const std::string& email = "ada@example.org") {
    return wait(server.accounts.ask_to_verify(email, kHome));
  }
  std::optional<Code> verify(const std::string& token) {
    return code_of([&] { wait(server.accounts.verify_email(token)); });
  }
  std::optional<Code> log_in(const std::string& email = "ada@example.org",
                             const std::string& password = kPassword) {
    return code_of([&] { wait(server.accounts.log_in({.email = email, .password = password}, kHome)); });
  }
  Caller caller() {
    return {.user_id = ada.id, .email = ada.email, .team_id = ada.team_id, .role = Role::kOwner};
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  Server server{url, calendar, {.only_verified = true}};
  User ada = wait(server.accounts.sign_up({.email = "ada@example.org", .password = kPassword}));
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(VerifiedEmailOn, Databases);

TYPED_TEST(VerifiedEmailOn, IsNeededToSignInWhereThatIsAsked) {
  EXPECT_FALSE(this->ada.is_verified);
  EXPECT_EQ(this->log_in(), Code::kForbidden);
  EXPECT_EQ(this->log_in("ada@example.org", "not this one"), Code::kUnauthenticated)
      << "says nothing to strangers";
  const auto token = this->ask();
  ASSERT_TRUE(token);
  EXPECT_EQ(this->verify(*token), std::nullopt);
  EXPECT_EQ(this->verify(*token), Code::kUnauthenticated) << "once";
  EXPECT_EQ(this->log_in(), std::nullopt);
  EXPECT_TRUE(wait(this->server.accounts.me(this->caller())).is_verified);
  EXPECT_EQ(this->ask(), std::nullopt) << "there is nothing left to show";
}

TYPED_TEST(VerifiedEmailOn, ALinkIsGoodForADay) {
  const auto token = this->ask();
  this->calendar.advance(hours(24));
  EXPECT_EQ(this->verify(*token), Code::kUnauthenticated);
}

TYPED_TEST(VerifiedEmailOn, ANewAddressIsNotShownByTheOldOnesLink) {
  const auto token = this->ask();
  wait(this->server.accounts.change_me(this->caller(), {.email = "ada@else.org", .full_name = {}}));
  EXPECT_EQ(this->verify(*token), Code::kUnauthenticated);
  EXPECT_EQ(this->verify(*this->ask("ada@else.org")), std::nullopt);
  EXPECT_EQ(this->log_in("ada@else.org"), std::nullopt);
  wait(this->server.accounts.change_me(this->caller(), {.email = "ada@third.org", .full_name = {}}));
  EXPECT_EQ(this->log_in("ada@third.org"), Code::kForbidden);
}

TYPED_TEST(VerifiedEmailOn, ALinkForANewPasswordShowsItToo) {
  const auto token = wait(this->server.accounts.forgot_password("ada@example.org", kHome));
  wait(this->server.accounts.reset_password(*token, "four other words"));
  EXPECT_EQ(this->log_in("ada@example.org", "four other words"), std::nullopt);
}

TYPED_TEST(VerifiedEmailOn, WhoRunsTheServerSpeaksForWhomTheyAdd) {
  People people(this->server.parts(), this->server.accounts.identities());
  const User eve = wait(people.create({.user_id = "root", .is_superuser = true},
                                      {.email = "eve@example.org", .password = kPassword}));
  EXPECT_TRUE(eve.is_verified);
  EXPECT_EQ(this->log_in("eve@example.org"), std::nullopt);
}

TYPED_TEST(VerifiedEmailOn, NobodyElseGetsALinkAndNobodyGetsEndlesslyMany) {
  EXPECT_EQ(this->ask("nobody@example.org"), std::nullopt);
  for (int i = 0; i < 5; ++i) this->ask();
  EXPECT_EQ(code_of([&] { this->ask(); }), Code::kLimited);
}

}  // namespace
}  // namespace pharos::security
