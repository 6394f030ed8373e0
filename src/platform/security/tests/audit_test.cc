// Reading the audit log, and finding out whether somebody has changed it, over either database.
#include "platform/security/audit.h"

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "platform/security/tests/support_accounts.h"

namespace pharos::security {
namespace {
using base::Code;
using std::chrono::hours;
using std::chrono::seconds;
using testing_support::code_of;
using testing_support::Server;
using testing_support::wait;

template <class Kind>
struct AuditOf : testing::Test {
  void note(const std::string& team, const std::string& action, const std::string& actor = "ada") {
    wait(log.note({.team_id = team, .actor_id = actor, .action = action, .subject = "s", .details = "{}"}));
  }
  std::vector<std::string> actions(const Caller& caller, AuditQuery query = {}) {
    std::vector<std::string> found;
    for (const AuditRecord& record : wait(log.search(caller, std::move(query))))
      found.push_back(record.action);
    return found;
  }
  AuditCheckpoints checkpoints() {
    return {*server.database, key, folder.path() / "audit.checkpoints", calendar};
  }
  /// The teams with faults, as `team number`.
  static std::vector<std::string> names(const std::vector<AuditFault>& faults) {
    std::vector<std::string> found;
    for (const AuditFault& fault : faults)
      found.push_back(fault.team_id + " " + std::to_string(fault.number));
    return found;
  }
  /// What somebody can do who may write to every table.
  void make_chain_anew(const std::string& team) {
    server.execute("DELETE FROM audit_log WHERE team_id = '" + team + "'");
    server.execute("DELETE FROM audit_heads WHERE team_id = '" + team + "'");
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  Server server{url, calendar};
  AuditLog log{*server.database, calendar};
  SigningKey key = SigningKey::generate(Algorithm::kEdDsa);
  const Caller admin{.user_id = "ada", .team_id = "north", .role = Role::kAdmin};
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(AuditOf, Databases);

TYPED_TEST(AuditOf, IsReadTheNewestFirstInPages) {
  for (int i = 1; i <= 5; ++i) this->note("north", "a" + std::to_string(i), i % 2 == 0 ? "eve" : "ada");
  using Actions = std::vector<std::string>;
  EXPECT_EQ(this->actions(this->admin, {.limit = 2}), (Actions{"a5", "a4"}));
  EXPECT_EQ(this->actions(this->admin, {.before = 4, .limit = 2}), (Actions{"a3", "a2"}));
  EXPECT_EQ(this->actions(this->admin, {.actor_id = "eve"}), (Actions{"a4", "a2"}));
  EXPECT_EQ(this->actions(this->admin, {.action = "a3"}), (Actions{"a3"}));
  EXPECT_EQ(wait(this->log.search(this->admin, {.action = "a3"})).at(0).at, "2027-01-15T08:00:00.000Z");
}

TYPED_TEST(AuditOf, IsReadByAdministratorsOfTheTeamAndNobodyElse) {
  this->note("north", "ours");
  this->note("south", "theirs");
  this->note(std::string(kServerChain), "the server's");
  EXPECT_EQ(this->actions(this->admin), (std::vector<std::string>{"ours"}));
  Caller user = this->admin;
  user.role = Role::kOperator;
  EXPECT_EQ(code_of([&] { this->actions(user); }), Code::kForbidden);
  EXPECT_EQ(code_of([&] { this->actions(this->admin, {.of_server = true}); }), Code::kForbidden);
  Caller root = this->admin;
  root.is_superuser = true;
  EXPECT_EQ(this->actions(root, {.of_server = true}), (std::vector<std::string>{"the server's"}));
}

TYPED_TEST(AuditOf, EditsDeletionsInsertionsAndTruncationAreFound) {
  for (int i = 1; i <= 2500; i += 500) {
    const auto many = [i](storage::Session& session) {
      for (int k = i; k < i + 500; ++k)
        append_audit(session, {.team_id = "north", .action = std::to_string(k)}, k);
    };
    wait(this->server.database->write(storage::Scope::system(), many));
  }
  this->note("south", "one");
  EXPECT_TRUE(wait(this->log.verify()).empty());
  using Names = std::vector<std::string>;
  const auto faults_after = [&](const std::string& sql) {
    this->server.execute(sql);
    return this->names(wait(this->log.verify()));
  };
  EXPECT_EQ(faults_after("DELETE FROM audit_log WHERE team_id = 'south'"), (Names{"south 0"})) << "truncated";
  EXPECT_EQ(faults_after("DELETE FROM audit_heads WHERE team_id = 'south'"), Names{})
      << "the whole chain is gone";
  EXPECT_EQ(faults_after("UPDATE audit_log SET at = 7 WHERE number = 2200"), (Names{"north 2200"}));
  EXPECT_EQ(faults_after("DELETE FROM audit_log WHERE number = 1700"), (Names{"north 1700"}));
  EXPECT_EQ(
      faults_after(
          "INSERT INTO audit_log SELECT team_id, 1700, at, actor_id, action, subject, details, link, sealed"
          " FROM audit_log WHERE number = 1699"),
      (Names{"north 1700"}));
  EXPECT_EQ(faults_after("DELETE FROM audit_heads"), (Names{"north 1700"}));
}

TYPED_TEST(AuditOf, WhatItSaysOfAPersonIsForgottenWithTheirKeyAndTheChainIsWhole) {
  wait(this->log.note({.team_id = "north",
                       .actor_id = "ada",
                       .action = "logged_in",
                       .subject = "s",
                       .personal = R"({"address":"203.0.113.7"})",
                       .person = "ada"}));
  this->note("north", "something else");
  const auto first = [&] { return wait(this->log.search(this->admin, {.action = "logged_in"})).at(0); };
  EXPECT_EQ(first().personal, R"({"address":"203.0.113.7"})");
  EXPECT_EQ(this->server.count("audit_log WHERE sealed LIKE '%203%113%' OR details LIKE '%203%'"), 0);
  this->server.execute("DELETE FROM audit_subjects WHERE user_id = 'ada'");
  EXPECT_EQ(first().personal, "");
  EXPECT_TRUE(first().is_erased);
  EXPECT_TRUE(wait(this->log.verify()).empty());
  this->server.execute("UPDATE audit_log SET sealed = NULL WHERE number = 1");
  EXPECT_EQ(this->names(wait(this->log.verify())), (std::vector<std::string>{"north 1"}))
      << "it was part of it";
}

TYPED_TEST(AuditOf, ItsBeginningIsRemovedOnlyByALinkThatSaysSo) {
  for (const char* action : {"a1", "a2", "a3"}) {
    this->note("north", action);
    this->calendar.advance(hours(24));
  }
  this->note("south", "one");
  AuditCheckpoints kept = this->checkpoints();
  wait(kept.write());
  const auto days_ago = [this](int days) { return this->calendar.wall_now() - hours(24 * days); };
  EXPECT_EQ(wait(this->log.trim(days_ago(4))), 0);
  EXPECT_EQ(wait(this->log.trim(days_ago(2))), 1);
  EXPECT_EQ(wait(this->log.trim(days_ago(2))), 0) << "it begins there already";
  EXPECT_EQ(this->actions(this->admin), (std::vector<std::string>{"audit_trimmed", "a3", "a2"}));
  EXPECT_TRUE(wait(this->log.verify()).empty());
  EXPECT_TRUE(wait(kept.verify()).empty()) << "the end that was signed is there";
  this->calendar.advance(hours(24 * 400));
  EXPECT_EQ(wait(this->log.trim(days_ago(365))), 2) << "the last entry stays";
  EXPECT_TRUE(wait(this->log.verify()).empty());
  this->note("north", "more");
  EXPECT_TRUE(wait(this->log.verify()).empty());
  this->server.execute("DELETE FROM audit_log WHERE team_id = 'north' AND number = 4");
  EXPECT_FALSE(wait(this->log.verify()).empty()) << "somebody has removed more than it says";
}

TYPED_TEST(AuditOf, WhatWasSignedOutsideCannotBeMadeAnew) {
  this->note("north", "a bad deed");
  this->note("south", "something");
  AuditCheckpoints kept = this->checkpoints();
  EXPECT_EQ(wait(kept.write()), 2U);
  EXPECT_EQ(wait(kept.write()), 0U) << "nothing has grown";
  this->make_chain_anew("north");
  this->note("north", "a good deed");
  EXPECT_TRUE(wait(this->log.verify()).empty()) << "the chain itself is whole";
  EXPECT_EQ(this->names(wait(kept.verify())), (std::vector<std::string>{"north 1"}));
  this->make_chain_anew("south");
  EXPECT_EQ(this->names(wait(this->checkpoints().verify())),
            (std::vector<std::string>{"north 1", "south 1"}));
}

TYPED_TEST(AuditOf, AChainThatHasGrownSinceIsRight) {
  this->note("north", "one");
  AuditCheckpoints kept = this->checkpoints();
  wait(kept.write());
  this->note("north", "two");
  EXPECT_TRUE(wait(kept.verify()).empty());
  EXPECT_EQ(wait(this->checkpoints().write()), 1U) << "also after a restart";
  EXPECT_TRUE(wait(kept.verify()).empty());
  this->note("north", "three");
  EXPECT_EQ(wait(kept.write()), 1U) << "beside another that writes";
  EXPECT_TRUE(wait(kept.verify()).empty());
}

TYPED_TEST(AuditOf, TheFileCannotBeChangedEither) {
  AuditCheckpoints kept = this->checkpoints();
  for (int i = 0; i < 3; ++i) {
    this->note("north", "one");
    wait(kept.write());
  }
  const std::filesystem::path file = this->folder.path() / "audit.checkpoints";
  const std::string whole = base::read_file(file);
  const auto is_refused = [&](const std::string& text) {
    base::write_file(file, text);
    return code_of([&] { wait(this->checkpoints().verify()); }) == Code::kInvalidInput;
  };
  EXPECT_FALSE(is_refused(whole));
  std::string changed = whole;
  changed[changed.find("north") + 1] = 'x';
  EXPECT_TRUE(is_refused(changed));
  EXPECT_TRUE(is_refused(whole.substr(whole.find('\n') + 1))) << "the first line is gone";
  EXPECT_TRUE(is_refused("nonsense\n"));
}

}  // namespace
}  // namespace pharos::security
