// A new password for somebody who has forgotten theirs, over either database.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "platform/security/tests/support_accounts.h"

namespace pharos::security {
namespace {
using base::Code;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing_support::code_of;
using testing_support::kHome;
using testing_support::kPassword;
using testing_support::Server;
using testing_support::wait;

template <class Kind>
struct ForgottenPasswordOn : testing::Test {
  std::optional<std::string> forget(const std::string& email = "ada@example.org") {
    return wait(server.accounts.forgot_password(email, kHome));
  }
  std::optional<Code> reset(const std::string& token) {
    return code_of([&] { wait(server.accounts.reset_password(token, "four other words")); });
  }
  std::optional<Code> log_in(const std::string& password) {
    return code_of(
        [&] { wait(server.accounts.log_in({.email = "ada@example.org", .password = password}, kHome)); });
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  Server server{url, calendar};
  User ada = wait(server.accounts.sign_up({.email = "ada@example.org", .password = kPassword}));
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(ForgottenPasswordOn, Databases);

TYPED_TEST(ForgottenPasswordOn, ALinkReplacesItOnceAndEndsEveryLogin) {
  const Tokens before =
      wait(this->server.accounts.log_in({.email = "ada@example.org", .password = kPassword}, kHome));
  const auto token = this->forget();
  ASSERT_TRUE(token);
  EXPECT_EQ(this->reset(*token), std::nullopt);
  EXPECT_EQ(this->log_in(kPassword), Code::kUnauthenticated);
  EXPECT_EQ(this->log_in("four other words"), std::nullopt);
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.identify(before.access_token)); }),
            Code::kUnauthenticated);
  EXPECT_EQ(this->reset(*token), Code::kUnauthenticated) << "once";
}

TYPED_TEST(ForgottenPasswordOn, ALinkIsGoodForAnHour) {
  const auto token = this->forget();
  this->calendar.advance(hours(1));
  EXPECT_EQ(this->reset(*token), Code::kUnauthenticated);
  EXPECT_EQ(this->log_in(kPassword), std::nullopt);
}

TYPED_TEST(ForgottenPasswordOn, ANewLinkMakesTheOldOneVoid) {
  const auto first = this->forget();
  const auto second = this->forget();
  EXPECT_EQ(this->reset(*first), Code::kUnauthenticated);
  EXPECT_EQ(this->reset(*second), std::nullopt);
}

TYPED_TEST(ForgottenPasswordOn, NobodyElseGetsALinkAndNobodyGetsEndlesslyMany) {
  EXPECT_EQ(this->forget("nobody@example.org"), std::nullopt);
  for (const std::string email : {"ada@example.org", "nobody@else.org"}) {
    for (int i = 0; i < 5; ++i) this->forget(email);
    EXPECT_EQ(code_of([&] { this->forget(email); }), Code::kLimited) << email;
  }
  EXPECT_EQ(this->log_in(kPassword), std::nullopt) << "signing in is counted apart";
}

TYPED_TEST(ForgottenPasswordOn, AWeakPasswordDoesNotUseTheLinkUp) {
  const auto token = this->forget();
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.reset_password(*token, "short")); }),
            Code::kInvalidInput);
  EXPECT_EQ(this->reset(*token), std::nullopt);
}

}  // namespace
}  // namespace pharos::security
