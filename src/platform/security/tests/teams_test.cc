// People who work together, over either database.
#include "platform/security/teams.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/security/api_keys.h"
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
struct TeamsOf : testing::Test {
  /// Signs up and in.
  void join_server(const std::string& name) {
    wait(server.accounts.sign_up({.email = name + "@example.org", .password = kPassword}));
    tokens[name] =
        wait(server.accounts.log_in({.email = name + "@example.org", .password = kPassword}, kHome));
  }
  Caller who(const std::string& name) { return wait(server.accounts.identify(tokens.at(name).access_token)); }
  /// Ada's team, in which she is and which she acts for.
  Team found_team() {
    join_server("ada");
    const Team team = wait(teams.create(who("ada"), "Analysts"));
    return wait(teams.enter(who("ada"), team.id));
  }
  void bring_in(const std::string& name, Role role, const std::string& by = "ada") {
    join_server(name);
    const SentInvitation sent = wait(teams.invite(who(by), {.email = name + "@example.org", .role = role}));
    const Team team = wait(teams.accept(who(name), sent.token));
    wait(teams.enter(who(name), team.id));
  }
  template <class T>
  std::optional<Code> fails(base::Task<T> task) {
    return code_of([&] { wait(std::move(task)); });
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  Server server{url, calendar};
  Teams teams{server.parts(), server.accounts.identities()};
  ApiKeys keys{server.parts(), server.accounts.identities()};
  std::map<std::string, Tokens> tokens;
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(TeamsOf, Databases);

TYPED_TEST(TeamsOf, WhoeverCreatesOneOwnsItAndCanActForIt) {
  const Team team = this->found_team();
  EXPECT_EQ(this->who("ada").team_id, team.id) << "with the tokens from before";
  EXPECT_EQ(this->who("ada").role, Role::kOwner);
  const std::vector<Team> mine = wait(this->teams.list(this->who("ada")));
  ASSERT_EQ(mine.size(), 2U);
  EXPECT_TRUE(mine[0].is_personal);
  EXPECT_EQ(mine[1].name, "Analysts");
  EXPECT_TRUE(mine[1].is_current);
  EXPECT_EQ(wait(this->teams.rename(this->who("ada"), " Seers ")).name, "Seers");
}

TYPED_TEST(TeamsOf, SomebodyInvitedJoinsWithTheirRole) {
  this->found_team();
  this->bring_in("eve", Role::kAnalyst);
  const Caller eve = this->who("eve");
  EXPECT_EQ(eve.role, Role::kAnalyst);
  EXPECT_EQ(eve.team_id, this->who("ada").team_id);
  const std::vector<Member> members = wait(this->teams.members(eve));
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].email, "ada@example.org");
  EXPECT_EQ(members[1].role, Role::kAnalyst);
  EXPECT_TRUE(wait(this->teams.invitations(this->who("ada"))).empty()) << "it was accepted";
}

TYPED_TEST(TeamsOf, AnInvitationIsForOneAddressOnceAndAWeek) {
  this->found_team();
  this->join_server("eve");
  this->join_server("mallory");
  const NewInvitation wanted{.email = "Eve@example.org", .role = Role::kUser};
  const std::string old = wait(this->teams.invite(this->who("ada"), wanted)).token;
  const SentInvitation sent = wait(this->teams.invite(this->who("ada"), wanted));
  EXPECT_EQ(sent.team_name, "Analysts");
  EXPECT_EQ(this->server.count("invitations WHERE token_hash = '" + sent.token + "'"), 0);
  EXPECT_EQ(this->fails(this->teams.accept(this->who("eve"), old)), Code::kNotFound)
      << "a newer one was sent";
  EXPECT_EQ(this->fails(this->teams.accept(this->who("mallory"), sent.token)), Code::kNotFound);
  wait(this->teams.accept(this->who("eve"), sent.token));
  EXPECT_EQ(this->fails(this->teams.accept(this->who("eve"), sent.token)), Code::kNotFound);
  const SentInvitation late = wait(this->teams.invite(this->who("ada"), {.email = "mallory@example.org"}));
  const SentInvitation gone = wait(this->teams.invite(this->who("ada"), {.email = "nobody@example.org"}));
  wait(this->teams.withdraw(this->who("ada"), gone.invitation.id));
  EXPECT_EQ(wait(this->teams.invitations(this->who("ada"))).size(), 1U);
  this->calendar.advance(hours(24 * 7));
  this->tokens["mallory"] = wait(this->server.accounts.refresh(this->tokens["mallory"].refresh_token, kHome));
  EXPECT_EQ(this->fails(this->teams.accept(this->who("mallory"), late.token)), Code::kNotFound);
}

TYPED_TEST(TeamsOf, OnlyItsManagersChangeIt) {
  this->found_team();
  this->bring_in("olga", Role::kOperator);
  const Caller olga = this->who("olga");
  const std::string ada = this->who("ada").user_id;
  EXPECT_EQ(this->fails(this->teams.invite(olga, {.email = "x@y.z"})), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.invitations(olga)), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.withdraw(olga, "x")), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.change_role(olga, olga.user_id, Role::kAdmin)), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.remove(olga, ada)), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.rename(olga, "Ours")), Code::kForbidden);
}

TYPED_TEST(TeamsOf, NobodyRaisesAnybodyAboveThemselves) {
  this->found_team();
  this->bring_in("bob", Role::kAdmin);
  this->bring_in("eve", Role::kUser, "bob");
  const Caller bob = this->who("bob");
  const std::string ada = this->who("ada").user_id;
  const std::string eve = this->who("eve").user_id;
  EXPECT_EQ(this->fails(this->teams.change_role(bob, eve, Role::kOwner)), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.change_role(bob, bob.user_id, Role::kOwner)), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.change_role(bob, ada, Role::kUser)), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.remove(bob, ada)), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.invite(bob, {.email = "x@y.z", .role = Role::kOwner})), Code::kForbidden);
  EXPECT_EQ(this->fails(this->teams.change_role(bob, eve, Role::kAdmin)), std::nullopt);
  EXPECT_EQ(this->who("eve").role, Role::kAdmin) << "at once in this process";
}

TYPED_TEST(TeamsOf, AlwaysHaveAnOwner) {
  this->found_team();
  this->bring_in("bob", Role::kAdmin);
  const Caller ada = this->who("ada");
  EXPECT_EQ(this->fails(this->teams.change_role(ada, ada.user_id, Role::kUser)), Code::kConflict);
  EXPECT_EQ(this->fails(this->teams.remove(ada, ada.user_id)), Code::kConflict);
  wait(this->teams.change_role(ada, this->who("bob").user_id, Role::kOwner));
  EXPECT_EQ(this->fails(this->teams.remove(ada, ada.user_id)), std::nullopt);
  EXPECT_EQ(wait(this->teams.members(this->who("bob"))).size(), 1U);
}

TYPED_TEST(TeamsOf, TwoOwnersWhoDemoteEachOtherLeaveOne) {
  this->found_team();
  this->bring_in("bob", Role::kOwner);
  const Caller ada = this->who("ada");
  const Caller bob = this->who("bob");
  boost::asio::io_context loop;
  int failures = 0;
  const auto count = [&](const std::exception_ptr& failure) { failures += failure ? 1 : 0; };
  boost::asio::co_spawn(loop, this->teams.change_role(ada, bob.user_id, Role::kUser), count);
  boost::asio::co_spawn(loop, this->teams.change_role(bob, ada.user_id, Role::kUser), count);
  loop.run();
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(this->server.count("memberships WHERE role = 'owner' AND team_id = '" + ada.team_id + "'"), 1);
}

TYPED_TEST(TeamsOf, WhoLeavesActsForThemselvesAgainAndTheirKeysEnd) {
  const Team team = this->found_team();
  this->bring_in("eve", Role::kUser);
  const CreatedApiKey key = wait(this->keys.create(this->who("eve"), {.name = "nightly"}));
  wait(this->server.accounts.identify(key.key));
  wait(this->teams.remove(this->who("ada"), this->who("eve").user_id));
  const Caller eve = this->who("eve");
  EXPECT_NE(eve.team_id, team.id);
  EXPECT_EQ(eve.role, Role::kOwner) << "of their personal team";
  EXPECT_EQ(this->fails(this->server.accounts.identify(key.key)), Code::kUnauthenticated);
  EXPECT_EQ(this->fails(this->teams.enter(eve, team.id)), Code::kNotFound);
}

TYPED_TEST(TeamsOf, OtherTeamsAreNotThere) {
  const Team team = this->found_team();
  const SentInvitation sent = wait(this->teams.invite(this->who("ada"), {.email = "x@y.z"}));
  this->join_server("eve");
  const Caller eve = this->who("eve");
  EXPECT_EQ(this->fails(this->teams.enter(eve, team.id)), Code::kNotFound);
  EXPECT_EQ(this->fails(this->teams.withdraw(eve, sent.invitation.id)), Code::kNotFound);
  EXPECT_EQ(this->fails(this->teams.change_role(eve, this->who("ada").user_id, Role::kUser)),
            Code::kNotFound);
  EXPECT_EQ(this->fails(this->teams.remove(eve, this->who("ada").user_id)), Code::kNotFound);
  EXPECT_EQ(wait(this->teams.members(eve)).size(), 1U);
}

TYPED_TEST(TeamsOf, PersonalTeamsStayPersonal) {
  this->join_server("ada");
  const Caller ada = this->who("ada");
  EXPECT_EQ(this->fails(this->teams.invite(ada, {.email = "x@y.z"})), Code::kConflict);
  EXPECT_EQ(this->fails(this->teams.remove(ada, ada.user_id)), Code::kConflict);
}

TYPED_TEST(TeamsOf, AKeyStaysInItsTeam) {
  this->join_server("ada");
  const Team team = wait(this->teams.create(this->who("ada"), "Analysts"));
  const CreatedApiKey key = wait(this->keys.create(this->who("ada"), {.name = "nightly"}));
  const Caller program = wait(this->server.accounts.identify(key.key));
  EXPECT_EQ(this->fails(this->teams.enter(program, team.id)), Code::kForbidden);
}

TYPED_TEST(TeamsOf, EveryChangeIsInTheTeamsChain) {
  const Team team = this->found_team();
  this->bring_in("eve", Role::kUser);
  wait(this->teams.change_role(this->who("ada"), this->who("eve").user_id, Role::kAdmin));
  wait(this->teams.remove(this->who("ada"), this->who("eve").user_id));
  EXPECT_EQ(this->server.count("audit_log WHERE team_id = '" + team.id + "'"), 5);
  EXPECT_FALSE(this->server.audit_fault(team.id));
}

}  // namespace
}  // namespace pharos::security
