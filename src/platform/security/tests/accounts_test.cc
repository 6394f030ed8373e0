// What accounts promise, over either database.
#include "platform/security/accounts.h"

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/security/limited_error.h"
#include "platform/security/tests/support_accounts.h"

namespace pharos::security {
namespace {
using base::Code;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::code_of;
using testing_support::kElsewhere;
using testing_support::kHome;
using testing_support::kPassword;
using testing_support::Server;
using testing_support::wait;

template <class Kind>
struct AccountsOf : testing::Test {
  User sign_up(const std::string& email = "ada@example.org") {
    return wait(server.accounts.sign_up({.email = email, .password = kPassword}));
  }
  Tokens log_in(const ClientInfo& client = kHome, const std::string& email = "ada@example.org") {
    return wait(server.accounts.log_in({.email = email, .password = kPassword}, client));
  }
  std::optional<Code> fail(const ClientInfo& client = kElsewhere,
                           const std::string& email = "ada@example.org") {
    return code_of(
        [&] { wait(server.accounts.log_in({.email = email, .password = "a wrong guess"}, client)); });
  }
  Caller identify(const Tokens& tokens) { return wait(server.accounts.identify(tokens.access_token)); }
  bool is_recognised(const Tokens& tokens) { return recognised_by(server, tokens); }
  static bool recognised_by(Server& by, const Tokens& tokens) {
    const auto code = code_of([&] { wait(by.accounts.identify(tokens.access_token)); });
    EXPECT_TRUE(!code || code == Code::kUnauthenticated);
    return !code;
  }
  Tokens refresh(const Tokens& tokens) { return wait(server.accounts.refresh(tokens.refresh_token, kHome)); }
  std::optional<Code> refresh_fails(const Tokens& tokens) {
    return code_of([&] { refresh(tokens); });
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  Server server{url, calendar};
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(AccountsOf, Databases);

TYPED_TEST(AccountsOf, WhoeverSignsUpCanSignInAndIsRecognised) {
  const User user = this->sign_up("  Ada@Example.org ");
  EXPECT_EQ(user.email, "ada@example.org");
  EXPECT_FALSE(user.is_superuser);
  const Tokens tokens = this->log_in(kHome, "ADA@example.org");
  EXPECT_EQ(tokens.token_type, "bearer");
  EXPECT_EQ(tokens.expires_in, 600);
  const Caller caller = this->identify(tokens);
  EXPECT_EQ(caller.user_id, user.id);
  EXPECT_EQ(caller.email, "ada@example.org");
  EXPECT_EQ(caller.team_id, user.team_id);
  EXPECT_EQ(caller.role, Role::kOwner) << "of their personal team";
  EXPECT_EQ(wait(this->server.accounts.me(caller)).created_at, "2027-01-15T08:00:00.000Z");
}

TYPED_TEST(AccountsOf, AnAddressHasOneAccount) {
  this->sign_up();
  EXPECT_EQ(code_of([&] { this->sign_up("ADA@example.org"); }), Code::kConflict);
  EXPECT_EQ(this->server.count("teams"), 1);
}

TYPED_TEST(AccountsOf, WhatIsNoAddressIsRefused) {
  for (const std::string email :
       {"", "ada", "@example.org", "ada@", "a@b@c", "a b@c", "<a@b>", "\xff@example.org"}) {
    EXPECT_EQ(code_of([&] { this->sign_up(email); }), Code::kInvalidInput) << email;
  }
  EXPECT_EQ(code_of([&] { this->sign_up(std::string(255, 'a') + "@example.org"); }), Code::kInvalidInput);
}

TYPED_TEST(AccountsOf, AWrongPasswordAndAnUnknownAddressSoundTheSame) {
  this->sign_up();
  const auto said = [&](const std::string& email) -> std::string {
    try {
      wait(this->server.accounts.log_in({.email = email, .password = "a wrong guess"}, kElsewhere));
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), Code::kUnauthenticated);
      return error.what();
    }
    return "it was right";
  };
  EXPECT_EQ(said("ada@example.org"), said("nobody@example.org"));
  EXPECT_EQ(said("ada@example.org"), said("not even an address"));
}

TYPED_TEST(AccountsOf, AfterFiveFailuresThereIsAWaitThatDoubles) {
  this->sign_up();
  for (const std::string email : {"ada@example.org", "nobody@example.org"}) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(this->fail(kElsewhere, email), Code::kUnauthenticated);
    for (const int pause : {1, 2, 4, 8}) {
      EXPECT_EQ(this->fail(kElsewhere, email), Code::kLimited) << email;
      this->calendar.advance(seconds(pause) - milliseconds(1));
      EXPECT_EQ(this->fail(kElsewhere, email), Code::kLimited) << email << pause;
      this->calendar.advance(milliseconds(1));
      EXPECT_EQ(this->fail(kElsewhere, email), Code::kUnauthenticated) << email << pause;
    }
  }
}

TYPED_TEST(AccountsOf, TheWaitIsNeverLongerThanAQuarterOfAnHourAndForgottenAfterTwelve) {
  this->sign_up();
  const auto wait_told = [&]() -> std::chrono::seconds {
    try {
      wait(this->server.accounts.log_in({.email = "ada@example.org", .password = "a wrong guess"},
                                        kElsewhere));
    } catch (const LimitedError& error) {
      return error.retry_after();
    } catch (const base::Error&) {
    }
    return seconds(0);
  };
  for (int i = 0; i < 20; ++i) {
    wait_told();
    this->calendar.advance(std::chrono::minutes(15));
  }
  this->fail();
  EXPECT_EQ(wait_told(), std::chrono::minutes(15));
  EXPECT_EQ(code_of([&] { this->log_in(kElsewhere); }), Code::kLimited) << "also for the right password";
  this->calendar.advance(hours(12));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(wait_told(), seconds(0));
}

TYPED_TEST(AccountsOf, ManyAtTheSameTimeAreCountedBeforeAnyIsCompared) {
  this->sign_up();
  boost::asio::io_context loop;
  int compared = 0;
  int refused = 0;
  const auto count = [&](std::exception_ptr failure, const Tokens&) {
    try {
      std::rethrow_exception(failure);
    } catch (const LimitedError&) {
      ++refused;
    } catch (const base::Error&) {
      ++compared;
    }
  };
  for (int i = 0; i < 20; ++i) {
    boost::asio::co_spawn(
        loop,
        this->server.accounts.log_in({.email = "ada@example.org", .password = "a wrong guess"}, kElsewhere),
        count);
  }
  loop.run();
  EXPECT_EQ(compared, 5);
  EXPECT_EQ(refused, 15);
}

TYPED_TEST(AccountsOf, SuccessClearsTheCount) {
  this->sign_up();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(this->fail(kElsewhere), Code::kUnauthenticated);
    this->log_in(kElsewhere);
  }
}

TYPED_TEST(AccountsOf, StrangersDoNotLockOutAKnownDevice) {
  this->sign_up();
  this->log_in(kHome);
  for (int i = 0; i < 8; ++i) this->fail(kElsewhere);
  EXPECT_EQ(this->fail(kElsewhere), Code::kLimited);
  this->log_in(kHome);
}

TYPED_TEST(AccountsOf, AnAddressThatFailsInManyAccountsIsStopped) {
  Server strict(this->url, this->calendar, {.free_attempts_of_address = 8});
  std::set<std::optional<Code>> codes;
  for (int i = 0; i < 8; ++i) {
    const std::string email = "person" + std::to_string(i) + "@example.org";
    EXPECT_EQ(code_of([&] {
                wait(strict.accounts.log_in({.email = email, .password = "summer2026"}, kElsewhere));
              }),
              Code::kUnauthenticated);
  }
  EXPECT_EQ(code_of([&] {
              wait(strict.accounts.log_in({.email = "x@y.z", .password = "summer2026"}, kElsewhere));
            }),
            Code::kLimited);
  EXPECT_EQ(
      code_of([&] { wait(strict.accounts.log_in({.email = "x@y.z", .password = "summer2026"}, kHome)); }),
      Code::kUnauthenticated);
}

TYPED_TEST(AccountsOf, ARefreshTokenIsGoodForOnce) {
  this->sign_up();
  const Tokens first = this->log_in();
  const Tokens second = this->refresh(first);
  EXPECT_NE(second.refresh_token, first.refresh_token);
  EXPECT_NE(second.access_token, first.access_token);
  EXPECT_TRUE(this->is_recognised(second));
  const Tokens third = this->refresh(second);
  EXPECT_TRUE(this->is_recognised(third));
  EXPECT_EQ(this->server.count("sessions WHERE ended_at IS NULL"), 1);
}

TYPED_TEST(AccountsOf, ALostAnswerIsGivenAgainForTenSeconds) {
  this->sign_up();
  const Tokens first = this->log_in();
  const Tokens second = this->refresh(first);
  this->calendar.advance(seconds(10));
  EXPECT_EQ(this->refresh(first).refresh_token, second.refresh_token);
  EXPECT_TRUE(this->is_recognised(this->refresh(second)));
}

TYPED_TEST(AccountsOf, AStolenRefreshTokenEndsTheLogin) {
  this->sign_up();
  const Tokens first = this->log_in();
  const Tokens second = this->refresh(first);
  EXPECT_TRUE(this->is_recognised(second));
  this->calendar.advance(seconds(11));
  EXPECT_EQ(this->refresh_fails(first), Code::kUnauthenticated);
  EXPECT_EQ(this->refresh_fails(second), Code::kUnauthenticated) << "whoever of the two was the thief";
  EXPECT_FALSE(this->is_recognised(second)) << "access too, at once";
  EXPECT_EQ(this->server.count("audit_log WHERE action = 'refresh_token_reused'"), 1);
}

TYPED_TEST(AccountsOf, AReusedTokenWhoseChildWasUsedIsStolenHoweverSoon) {
  this->sign_up();
  const Tokens first = this->log_in();
  const Tokens second = this->refresh(first);
  const Tokens third = this->refresh(second);
  EXPECT_EQ(this->refresh_fails(first), Code::kUnauthenticated);
  EXPECT_EQ(this->refresh_fails(third), Code::kUnauthenticated);
}

TYPED_TEST(AccountsOf, TwoRefreshesAtTheSameTimeGetTheSame) {
  this->sign_up();
  const Tokens first = this->log_in();
  boost::asio::io_context loop;
  std::set<std::string> tokens;
  for (int i = 0; i < 6; ++i) {
    boost::asio::co_spawn(loop, this->server.accounts.refresh(first.refresh_token, kHome),
                          [&](std::exception_ptr failure, const Tokens& got) {
                            EXPECT_EQ(failure, nullptr);
                            tokens.insert(got.refresh_token);
                          });
  }
  loop.run();
  EXPECT_EQ(tokens.size(), 1U);
}

TYPED_TEST(AccountsOf, ALoginEndsWhenItIsIdleAndAtLastInAnyCase) {
  this->sign_up();
  const Tokens idle = this->log_in();
  this->calendar.advance(hours(24 * 14));
  EXPECT_EQ(this->refresh_fails(idle), Code::kUnauthenticated);
  Tokens busy = this->log_in();
  for (int day = 0; day < 29; ++day) {
    this->calendar.advance(hours(24));
    busy = this->refresh(busy);
  }
  this->calendar.advance(hours(24));
  EXPECT_EQ(this->refresh_fails(busy), Code::kUnauthenticated);
}

TYPED_TEST(AccountsOf, AClockThatJumpsLocksNobodyOut) {
  this->sign_up();
  for (const auto jump : {hours(1), hours(-1), hours(24 * 30), hours(-24 * 30)}) {
    SCOPED_TRACE(jump.count());
    for (int i = 0; i < 7; ++i) this->fail();
    this->calendar.advance(jump);
    this->fail();
    this->calendar.advance(std::chrono::minutes(15));
    const Tokens tokens = this->log_in(kElsewhere);
    EXPECT_NO_THROW(wait(this->server.accounts.identify(tokens.access_token)));
    EXPECT_FALSE(this->refresh(tokens).access_token.empty());
  }
}

TYPED_TEST(AccountsOf, WhatIsNoRefreshTokenIsRefused) {
  this->sign_up();
  Tokens tokens = this->log_in();
  for (const std::string& other :
       {std::string(), std::string("x"), tokens.access_token, tokens.refresh_token + "x"}) {
    tokens.refresh_token = other;
    EXPECT_EQ(this->refresh_fails(tokens), Code::kUnauthenticated);
  }
}

TYPED_TEST(AccountsOf, WhoeverSignsOutIsNotRecognisedAnyMore) {
  this->sign_up();
  const Tokens here = this->log_in();
  const Tokens there = this->log_in(kElsewhere);
  wait(this->server.accounts.log_out(this->identify(here)));
  EXPECT_FALSE(this->is_recognised(here));
  EXPECT_EQ(this->refresh_fails(here), Code::kUnauthenticated);
  EXPECT_TRUE(this->is_recognised(there));
  wait(this->server.accounts.log_out_everywhere(this->identify(there)));
  EXPECT_FALSE(this->is_recognised(there));
  EXPECT_EQ(this->refresh_fails(there), Code::kUnauthenticated);
}

TYPED_TEST(AccountsOf, AnotherProcessKnowsWithinFiveSeconds) {
  this->sign_up();
  const Tokens tokens = this->log_in();
  Server other(this->url, this->calendar);
  EXPECT_TRUE(this->recognised_by(other, tokens));
  wait(this->server.accounts.log_out(this->identify(tokens)));
  this->calendar.advance(seconds(4));
  EXPECT_FALSE(this->recognised_by(other, tokens));
}

TYPED_TEST(AccountsOf, RecognisingAgainAsksNoDatabase) {
  this->sign_up();
  const Tokens tokens = this->log_in();
  EXPECT_EQ(this->server.accounts.identify_now(tokens.access_token), std::nullopt);
  this->identify(tokens);
  this->calendar.advance(seconds(3));
  ASSERT_TRUE(this->server.accounts.identify_now(tokens.access_token));
  EXPECT_EQ(this->server.accounts.identify_now(tokens.access_token)->email, "ada@example.org");
  this->calendar.advance(seconds(1));
  EXPECT_EQ(this->server.accounts.identify_now(tokens.access_token), std::nullopt);
}

TYPED_TEST(AccountsOf, ANewPasswordEndsEveryOtherLogin) {
  this->sign_up();
  const Tokens here = this->log_in();
  const Tokens there = this->log_in(kElsewhere);
  const Caller caller = this->identify(here);
  EXPECT_TRUE(this->is_recognised(there));
  EXPECT_EQ(code_of([&] {
              wait(this->server.accounts.change_password(
                  caller, {.current_password = "a wrong guess", .new_password = "four other words"}, kHome));
            }),
            Code::kInvalidInput);
  const Tokens fresh = wait(this->server.accounts.change_password(
      caller, {.current_password = kPassword, .new_password = "four other words"}, kHome));
  EXPECT_TRUE(this->is_recognised(fresh));
  EXPECT_FALSE(this->is_recognised(here));
  EXPECT_FALSE(this->is_recognised(there));
  EXPECT_EQ(this->refresh_fails(there), Code::kUnauthenticated);
  EXPECT_EQ(code_of([&] { this->log_in(); }), Code::kUnauthenticated);
}

TYPED_TEST(AccountsOf, OldHashesAreMadeAnewWhenTheirOwnerSignsIn) {
  this->sign_up();
  const std::string old = hash_password(kPassword, {.hasher = PasswordHasher::kPbkdf2Sha256});
  this->server.execute("UPDATE users SET password_hash = '" + old + "'");
  this->log_in();
  EXPECT_EQ(this->server.count("users WHERE password_hash LIKE '$argon2id$%'"), 1);
  this->log_in();
}

TYPED_TEST(AccountsOf, ADisabledAccountCannotSignInOrStay) {
  this->sign_up();
  const Tokens tokens = this->log_in();
  this->identify(tokens);
  this->server.execute(this->server.database->engine() == storage::Engine::kSqlite
                           ? "UPDATE users SET is_active = 0"
                           : "UPDATE users SET is_active = false");
  this->calendar.advance(seconds(5));
  EXPECT_FALSE(this->is_recognised(tokens));
  EXPECT_EQ(this->refresh_fails(tokens), Code::kUnauthenticated);
  EXPECT_EQ(code_of([&] { this->log_in(); }), Code::kForbidden);
}

TYPED_TEST(AccountsOf, PeopleSeeWhereTheyAreSignedInAndCanEndIt) {
  this->sign_up();
  const Caller here = this->identify(this->log_in());
  this->calendar.advance(seconds(1));
  const Caller there = this->identify(this->log_in(kElsewhere));
  const std::vector<LiveSession> live = wait(this->server.accounts.sessions(here));
  ASSERT_EQ(live.size(), 2U);
  EXPECT_EQ(live[0].address, kElsewhere.address);
  EXPECT_FALSE(live[0].is_this);
  EXPECT_TRUE(live[1].is_this);
  wait(this->server.accounts.end_session(here, there.session_id));
  EXPECT_EQ(wait(this->server.accounts.sessions(here)).size(), 1U);
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.end_session(here, there.session_id)); }),
            Code::kNotFound);
}

TYPED_TEST(AccountsOf, NobodyEndsSomebodyElsesSession) {
  this->sign_up();
  this->sign_up("eve@example.org");
  const Caller ada = this->identify(this->log_in());
  const Caller eve = this->identify(this->log_in(kElsewhere, "eve@example.org"));
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.end_session(eve, ada.session_id)); }), Code::kNotFound);
  EXPECT_EQ(wait(this->server.accounts.sessions(ada)).size(), 1U);
}

TYPED_TEST(AccountsOf, WhatPeopleChangeOfThemselvesIsKept) {
  this->sign_up();
  this->sign_up("eve@example.org");
  const Caller caller = this->identify(this->log_in());
  const User user =
      wait(this->server.accounts.change_me(caller, {.email = "Ada@Lovelace.org", .full_name = "Ada"}));
  EXPECT_EQ(user.email, "ada@lovelace.org");
  EXPECT_EQ(user.full_name, "Ada");
  this->log_in(kHome, "ada@lovelace.org");
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.change_me(caller, {.email = "eve@example.org"})); }),
            Code::kConflict);
}

TYPED_TEST(AccountsOf, NothingSecretIsInTheTables) {
  this->sign_up();
  const Tokens first = this->log_in();
  const Tokens second = this->refresh(first);
  for (const Tokens& tokens : {first, second}) {
    EXPECT_EQ(this->server.count("refresh_tokens WHERE token_hash = '" + tokens.refresh_token + "'"), 0);
  }
  EXPECT_EQ(this->server.count("users WHERE password_hash LIKE '%" + kPassword + "%'"), 0);
}

TYPED_TEST(AccountsOf, EveryChangeIsInTheAuditAndTheChainIsWhole) {
  const User user = this->sign_up();
  const Tokens tokens = this->log_in();
  this->fail();
  wait(this->server.accounts.log_out(this->identify(tokens)));
  EXPECT_EQ(this->server.count("audit_log WHERE team_id = '" + user.team_id + "'"), 3);
  EXPECT_EQ(this->server.count("audit_log WHERE team_id = 'server' AND action = 'login_failed'"), 1);
  EXPECT_FALSE(this->server.audit_fault(user.team_id));
  EXPECT_FALSE(this->server.audit_fault("server"));
}

TYPED_TEST(AccountsOf, WhereAFailedLoginCameFromIsKeptSealed) {
  const User user = this->sign_up();
  this->fail();
  EXPECT_THROW(
      wait(this->server.accounts.log_in({.email = "nobody@example.org", .password = "a guess"}, kElsewhere)),
      base::Error);
  const auto read = [](storage::Session& session) {
    return search_audit(session, std::string(kServerChain), {.action = "login_failed"});
  };
  const std::vector<AuditRow> rows = wait(this->server.database->read(storage::Scope::system(), read));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].entry.subject, "");
  EXPECT_EQ(rows[1].entry.subject, user.id);
  for (const AuditRow& row : rows) {
    EXPECT_EQ(row.entry.personal, R"({"address":")" + kElsewhere.address + R"(","user_agent":"script"})");
    EXPECT_EQ(row.entry.details, "");
  }
  this->server.execute("DELETE FROM audit_subjects WHERE user_id = '" + user.id + "'");
  EXPECT_TRUE(wait(this->server.database->read(storage::Scope::system(), read))[1].is_erased);
  EXPECT_FALSE(this->server.audit_fault("server"));
}

TYPED_TEST(AccountsOf, WhoeverTampersWithTheAuditIsFoundOut) {
  const User user = this->sign_up();
  for (int i = 0; i < 4; ++i) this->log_in();
  const std::string here = " WHERE team_id = '" + user.team_id + "' AND number = ";
  const auto fault_after = [&](const std::string& sql) {
    this->server.execute(sql);
    const auto fault = this->server.audit_fault(user.team_id);
    return fault ? fault->number : 0;
  };
  EXPECT_EQ(fault_after("DELETE FROM audit_log" + here + "5"), 4) << "the end was cut off";
  EXPECT_EQ(fault_after("UPDATE audit_log SET subject = 'x'" + here + "3"), 3);
  EXPECT_EQ(fault_after("DELETE FROM audit_log" + here + "2"), 2);
}

}  // namespace
}  // namespace pharos::security
