// Features that are on for some, over either database.
#include "platform/flags/flags.h"

#include <array>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/flags/flag_tables.h"
#include "platform/security/people.h"
#include "platform/security/tests/support_accounts.h"

namespace pharos::flags {
namespace {
using base::Code;
using security::Caller;
using security::testing_support::code_of;
using security::testing_support::wait;
using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;

template <class Kind>
struct FlagsOf : testing::Test {
  FlagsOf() {
    const std::array tables{security::security_tables(), flag_tables()};
    server.database->apply(tables);
    for (const char* id : {"ada", "eve"}) {
      const auto add = [id](storage::Session& session) {
        security::add_user(session, {.id = id,
                                     .email = std::string(id) + "@example.org",
                                     .full_name = {},
                                     .password_hash = "h",
                                     .personal_team = std::string(id) + "'s",
                                     .created_at = 1});
      };
      wait(server.database->write(storage::Scope::system(), add));
    }
    server.execute("INSERT INTO teams VALUES ('north', 'North', false, 1), ('south', 'South', false, 1)");
  }

  static Caller somebody(const std::string& user, const std::string& team) {
    return {.user_id = user, .team_id = team};
  }
  static Caller of_team(int number) { return somebody("somebody", "team " + std::to_string(number)); }
  Flag put(const std::string& name, NewFlag flag) { return wait(flags.put(root, name, std::move(flag))); }
  int count_on(const std::string& name) {
    int on = 0;
    for (int team = 0; team < 1000; ++team) on += flags.is_on(name, of_team(team)) ? 1 : 0;
    return on;
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  security::testing_support::Server server{url, calendar};
  Flags flags{*server.database, {{"fixed", 100}, {"never", 0}}, calendar};
  const Caller root = security::server_itself();
};
using Databases = testing::Types<security::testing_support::OnSqlite, security::testing_support::OnPostgres>;
TYPED_TEST_SUITE(FlagsOf, Databases);

TYPED_TEST(FlagsOf, AreOnForAPartOfAllTeams) {
  EXPECT_EQ(this->count_on("reports"), 0) << "nobody has heard of it";
  this->put("reports", {.percent = 0});
  EXPECT_EQ(this->count_on("reports"), 0);
  this->put("reports", {.percent = 20});
  EXPECT_NEAR(this->count_on("reports"), 200, 50);
  this->put("reports", {.percent = 100});
  EXPECT_EQ(this->count_on("reports"), 1000);
}

TYPED_TEST(FlagsOf, StayWithATeamWhenMoreGetThemAndDifferFromFeatureToFeature) {
  this->put("reports", {.percent = 10});
  this->put("search", {.percent = 10});
  std::vector<int> had;
  int both = 0;
  for (int team = 0; team < 1000; ++team) {
    if (!this->flags.is_on("reports", this->of_team(team))) continue;
    had.push_back(team);
    both += this->flags.is_on("search", this->of_team(team)) ? 1 : 0;
  }
  EXPECT_GT(had.size(), 50U);
  EXPECT_LT(both, 40) << "the same teams try everything";
  this->put("reports", {.percent = 30});
  for (const int team : had) EXPECT_TRUE(this->flags.is_on("reports", this->of_team(team))) << team;
}

TYPED_TEST(FlagsOf, APersonCountsBeforeTheirTeamAndThatBeforeThePercentage) {
  const auto verdict = [this](const char* user, const char* team) {
    const Verdict found = this->flags.all_for(this->somebody(user, team)).at(2);
    EXPECT_EQ(found.name, "reports");
    return std::pair(found.is_on, found.source);
  };
  this->put("reports", {.percent = 100, .on_for = {"north", "ada"}, .off_for = {"south", "eve"}});
  EXPECT_EQ(verdict("ada", "south"), std::pair(true, Source::kUser));
  EXPECT_EQ(verdict("eve", "north"), std::pair(false, Source::kUser));
  EXPECT_EQ(verdict("bob", "north"), std::pair(true, Source::kTeam));
  EXPECT_EQ(verdict("bob", "south"), std::pair(false, Source::kTeam));
  EXPECT_EQ(verdict("bob", "west"), std::pair(true, Source::kPercent));
}

TYPED_TEST(FlagsOf, AreAsTheSettingsSayUntilSomebodyChangesThem) {
  const Caller bob = this->somebody("bob", "west");
  const auto said = [&] {
    std::vector<std::pair<std::string, bool>> all;
    for (const Verdict& each : this->flags.all_for(bob)) all.emplace_back(each.name, each.is_on);
    return all;
  };
  EXPECT_THAT(said(), ElementsAre(std::pair("fixed", true), std::pair("never", false)));
  EXPECT_EQ(this->flags.all_for(bob)[0].source, Source::kDefault);
  const Flag changed =
      this->put("fixed", {.about = "an old one", .percent = 0, .on_for = {"south", "north"}});
  EXPECT_THAT(changed.on_for, ElementsAre("north", "south"));
  EXPECT_THAT(said(), ElementsAre(std::pair("fixed", false), std::pair("never", false)));
  const std::vector<Flag> listed = wait(this->flags.list(this->root));
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].about, "an old one");
  EXPECT_EQ(listed[0].changed_at, "2027-01-15T08:00:00.000Z");
  EXPECT_FALSE(listed[1].changed_at);
  wait(this->flags.remove(this->root, "fixed"));
  EXPECT_THAT(said(), ElementsAre(std::pair("fixed", true), std::pair("never", false)));
  EXPECT_EQ(code_of([&] { wait(this->flags.remove(this->root, "fixed")); }), Code::kNotFound);
}

TYPED_TEST(FlagsOf, AnotherProcessSeesAChangeWhenItLooks) {
  Flags other(*this->server.database, {}, this->calendar);
  const Caller bob = this->somebody("bob", "west");
  this->put("reports", {.percent = 100});
  EXPECT_EQ(code_of([&] { other.require("reports", bob); }), Code::kNotFound);
  this->calendar.advance(seconds(7));
  EXPECT_EQ(other.age(), seconds(7));
  wait(other.refresh());
  EXPECT_EQ(other.age(), seconds(0));
  EXPECT_NO_THROW(other.require("reports", bob));
}

TYPED_TEST(FlagsOf, WhatIsSaidLaterTakesThePlaceOfAllThatWasSaid) {
  this->put("reports", {.percent = 0, .on_for = {"ada"}});
  this->put("reports", {.percent = 0, .off_for = {"north"}});
  EXPECT_FALSE(this->flags.is_on("reports", this->somebody("ada", "west")));
  EXPECT_EQ(this->server.count("feature_flag_choices"), 1);
}

TYPED_TEST(FlagsOf, WhatMakesNoSenseIsRefusedAndChangesNothing) {
  const auto refused = [this](const std::string& name, NewFlag flag) {
    return code_of([&] { this->put(name, std::move(flag)); }) == Code::kInvalidInput;
  };
  for (const char* name : {"", "Reports", "1st", "new reports", "a'b"})
    EXPECT_TRUE(refused(name, {})) << name;
  EXPECT_TRUE(refused(std::string(65, 'a'), {}));
  EXPECT_TRUE(refused("reports", {.percent = 101}));
  EXPECT_TRUE(refused("reports", {.percent = -1}));
  EXPECT_TRUE(refused("reports", {.on_for = {"nobody"}}));
  EXPECT_TRUE(refused("reports", {.on_for = {"ada"}, .off_for = {"ada"}}));
  EXPECT_TRUE(refused("reports", {.on_for = std::vector<std::string>(Flags::kMostNamed + 1, "ada")}));
  EXPECT_EQ(wait(this->flags.list(this->root)).size(), 2U);
}

TYPED_TEST(FlagsOf, AreChangedByWhoeverRunsTheServerAndThatIsWrittenDown) {
  const Caller owner{.user_id = "ada", .team_id = "north", .role = security::Role::kOwner};
  EXPECT_EQ(code_of([&] { wait(this->flags.put(owner, "reports", {})); }), Code::kForbidden);
  EXPECT_EQ(code_of([&] { wait(this->flags.remove(owner, "reports")); }), Code::kForbidden);
  EXPECT_EQ(code_of([&] { wait(this->flags.list(owner)); }), Code::kForbidden);
  this->put("reports", {.percent = 5, .on_for = {"ada"}});
  wait(this->flags.remove(this->root, "reports"));
  EXPECT_EQ(this->server.count("audit_log WHERE action = 'feature_changed' AND subject = 'reports'"
                               " AND details = '{\"percent\":5,\"on_for\":1,\"off_for\":0}'"),
            1);
  EXPECT_EQ(this->server.count("audit_log WHERE action = 'feature_reset' AND subject = 'reports'"), 1);
  EXPECT_FALSE(this->server.audit_fault(std::string(security::kServerChain)));
}

TEST(DefaultFlags, AreReadFromASetting) {
  EXPECT_EQ(read_default_flags({"a=on", "b_2=off", "c=20%"}),
            (DefaultFlags{{"a", 100}, {"b_2", 0}, {"c", 20}}));
  for (const char* wrong : {"a", "=on", "a=maybe", "a=20", "a=101%", "a=-1%", "a=%", "A=on"}) {
    EXPECT_EQ(code_of([&] { read_default_flags({wrong}); }), Code::kInvalidInput) << wrong;
  }
}

}  // namespace
}  // namespace pharos::flags
