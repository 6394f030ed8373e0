// People whom a provider of identities has recognised, in either database.
#include <future>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "platform/security/tests/support_accounts.h"

namespace pharos::security {
namespace {
using base::Code;
using testing_support::code_of;
using testing_support::kElsewhere;
using testing_support::kHome;
using testing_support::kPassword;
using testing_support::Server;
using testing_support::wait;

template <class Kind>
struct SigningInElsewhereOn : testing::Test {
  static ProvenIdentity ada() {
    return {.issuer = "https://login.example.org",
            .subject = "7",
            .email = "Ada@Example.org",
            .email_is_verified = true,
            .full_name = "Ada"};
  }
  Caller enter(const ProvenIdentity& identity) {
    const Tokens tokens = wait(server.accounts.log_in_elsewhere(identity, kHome));
    return wait(server.accounts.identify(tokens.access_token));
  }
  std::optional<Code> refusal(const ProvenIdentity& identity) {
    return code_of([&] { enter(identity); });
  }
  std::int64_t noted(const std::string& action) {
    return server.count("audit_log WHERE action = '" + action + "'");
  }
  User sign_up(const std::string& email = "ada@example.org") {
    return wait(server.accounts.sign_up({.email = email, .password = kPassword}));
  }
  /// As by the link that is sent to it.
  void verify(const std::string& email = "ada@example.org") {
    wait(server.accounts.verify_email(wait(server.accounts.ask_to_verify(email, kHome)).value()));
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(std::chrono::hours(1000)),
                             base::WallTime(std::chrono::seconds(1'800'000'000))};
  Server server{url, calendar, {.only_verified = true}};
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(SigningInElsewhereOn, Databases);

TYPED_TEST(SigningInElsewhereOn, TheFirstTimeMakesAnAccountAndTheNextFindsIt) {
  const Caller first = this->enter(this->ada());
  const User user = wait(this->server.accounts.me(first));
  EXPECT_EQ(user.email, "ada@example.org");
  EXPECT_EQ(user.full_name, "Ada");
  EXPECT_TRUE(user.is_verified);
  const Caller second = this->enter(this->ada());
  EXPECT_EQ(second.user_id, first.user_id);
  EXPECT_NE(second.session_id, first.session_id);
  EXPECT_EQ(this->noted("signed_up"), 1);
  EXPECT_EQ(this->noted("logged_in"), 2);
  EXPECT_EQ(this->server.count("audit_log WHERE details = '{\"issuer\":\"https://login.example.org\"}'"), 3)
      << "each says who has recognised her";
  EXPECT_EQ(this->server.count("users"), 1);
  EXPECT_EQ(this->server.audit_fault(first.team_id), std::nullopt);
}

TYPED_TEST(SigningInElsewhereOn, APersonIsTheirSubjectAndNotTheirAddress) {
  const Caller first = this->enter(this->ada());
  ProvenIdentity moved = this->ada();
  moved.email = "ada@else.org";
  EXPECT_EQ(this->enter(moved).user_id, first.user_id);
  moved.email = "";
  moved.email_is_verified = false;
  EXPECT_EQ(this->enter(moved).user_id, first.user_id) << "who is known need not say it again";
  ProvenIdentity other = this->ada();
  other.subject = "8";
  other.email = "eve@example.org";
  EXPECT_NE(this->enter(other).user_id, first.user_id);
  other.issuer = "https://another.example.org";
  other.subject = "7";
  other.email = "bob@example.org";
  EXPECT_NE(this->enter(other).user_id, first.user_id);
}

TYPED_TEST(SigningInElsewhereOn, ThereIsNoPasswordUntilOneIsSet) {
  this->enter(this->ada());
  const auto log_in = [&] {
    return code_of([&] {
      wait(this->server.accounts.log_in({.email = "ada@example.org", .password = kPassword}, kHome));
    });
  };
  EXPECT_EQ(log_in(), Code::kUnauthenticated) << "as where nobody has the address";
  const auto link = wait(this->server.accounts.forgot_password("ada@example.org", kHome));
  wait(this->server.accounts.reset_password(link.value(), kPassword));
  EXPECT_EQ(log_in(), std::nullopt);
  EXPECT_EQ(this->refusal(this->ada()), std::nullopt) << "both ways stay open";
}

TYPED_TEST(SigningInElsewhereOn, AnAccountIsLinkedWhenBothKnowThatTheAddressIsTheirs) {
  const User there = this->sign_up();
  this->verify();
  EXPECT_EQ(this->enter(this->ada()).user_id, there.id);
  EXPECT_EQ(this->enter(this->ada()).user_id, there.id);
  EXPECT_EQ(this->noted("identity_linked"), 1);
}

TYPED_TEST(SigningInElsewhereOn, WhoSignedUpFirstWithAnothersAddressDoesNotShareTheirAccount) {
  this->sign_up();
  EXPECT_EQ(this->refusal(this->ada()), Code::kConflict);
  EXPECT_EQ(this->noted("identity_refused"), 1);
  EXPECT_EQ(this->server.count("external_identities"), 0);
  const auto link = wait(this->server.accounts.forgot_password("ada@example.org", kHome));
  wait(this->server.accounts.reset_password(link.value(), "only she knows this"));
  EXPECT_EQ(this->refusal(this->ada()), std::nullopt) << "she has the letters that are sent there";
}

TYPED_TEST(SigningInElsewhereOn, AnAddressThatNobodyHasSeenToMakesAndOpensNoAccount) {
  ProvenIdentity claimed = this->ada();
  claimed.email_is_verified = false;
  EXPECT_EQ(this->refusal(claimed), Code::kForbidden);
  this->sign_up();
  this->verify();
  EXPECT_EQ(this->refusal(claimed), Code::kForbidden);
  for (const char* email : {"", "no address", "@example.org"}) {
    ProvenIdentity without = this->ada();
    without.email = email;
    EXPECT_EQ(this->refusal(without), Code::kForbidden) << email;
  }
  EXPECT_EQ(this->server.count("users"), 1);
  EXPECT_EQ(this->server.count("external_identities"), 0);
}

TYPED_TEST(SigningInElsewhereOn, WhoIsNotLetInIsNoted) {
  wait(this->server.accounts.note_failure_elsewhere("https://login.example.org"));
  EXPECT_EQ(this->noted("login_failed"), 1);
}

TYPED_TEST(SigningInElsewhereOn, WhoIsDisabledStaysOut) {
  const std::string id = this->enter(this->ada()).user_id;
  this->server.execute("UPDATE users SET is_active = false WHERE id = '" + id + "'");
  EXPECT_EQ(this->refusal(this->ada()), Code::kForbidden);
  const User eve = this->sign_up("eve@example.org");
  this->server.execute("UPDATE users SET is_active = false WHERE id = '" + eve.id + "'");
  ProvenIdentity other = this->ada();
  other.subject = "8";
  other.email = "eve@example.org";
  EXPECT_EQ(this->refusal(other), Code::kForbidden);
  EXPECT_EQ(this->server.count("external_identities"), 1);
}

TYPED_TEST(SigningInElsewhereOn, StrangersWhoGuessThePasswordDoNotKeepAnybodyOut) {
  this->sign_up();
  this->verify();
  this->enter(this->ada());
  const Credentials wrong{.email = "ada@example.org", .password = "a wrong guess"};
  for (int i = 0; i < 6; ++i)
    static_cast<void>(code_of([&] { wait(this->server.accounts.log_in(wrong, kElsewhere)); }));
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.log_in(wrong, kElsewhere)); }), Code::kLimited);
  EXPECT_EQ(this->refusal(this->ada()), std::nullopt);
}

TYPED_TEST(SigningInElsewhereOn, AnAddressThatIsConfirmedThereIsConfirmedHere) {
  const Caller ada = this->enter(this->ada());
  wait(this->server.accounts.change_me(ada, {.email = "ada@else.org", .full_name = {}}));
  EXPECT_EQ(this->refusal(this->ada()), Code::kForbidden) << "this server wants the new one confirmed";
  ProvenIdentity moved = this->ada();
  moved.email = "ada@else.org";
  EXPECT_EQ(this->refusal(moved), std::nullopt);
}

TYPED_TEST(SigningInElsewhereOn, ANameIsTakenAsFarAsItIsOne) {
  ProvenIdentity odd = this->ada();
  odd.full_name = std::string("\xff");
  EXPECT_EQ(wait(this->server.accounts.me(this->enter(odd))).full_name, std::nullopt);
  odd.subject = "8";
  odd.email = "bob@example.org";
  odd.full_name = std::string(1000, 'b');
  EXPECT_LE(wait(this->server.accounts.me(this->enter(odd))).full_name.value().size(), 255U);
}

TYPED_TEST(SigningInElsewhereOn, ManyAtOnceGetOneAccount) {
  for (int round = 0; round < 5; ++round) {
    ProvenIdentity person = this->ada();
    person.subject = std::to_string(round);
    person.email = person.subject + "@example.org";
    std::vector<std::future<std::string>> calls;
    for (int i = 0; i < 6; ++i) {
      calls.push_back(std::async(std::launch::async, [&] { return this->enter(person).user_id; }));
    }
    std::set<std::string> users;
    for (auto& each : calls) users.insert(each.get());
    EXPECT_EQ(users.size(), 1U);
  }
}

}  // namespace
}  // namespace pharos::security
