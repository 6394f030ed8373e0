// What people can do about what is kept of them, over either database.
#include <array>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/privacy/account_deletion.h"
#include "platform/privacy/consents.h"
#include "platform/privacy/legal_holds.h"
#include "platform/privacy/privacy_tables.h"
#include "platform/privacy/retention.h"
#include "platform/security/people.h"
#include "platform/security/teams.h"
#include "platform/security/tests/support_accounts.h"
#include "platform/storage/disk_blobs.h"

namespace pharos::privacy {
namespace {
using base::Code;
using security::Caller;
using security::testing_support::code_of;
using security::testing_support::kHome;
using security::testing_support::kPassword;
using security::testing_support::wait;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kInventory = R"({"tables": [
  {"table": "notes", "goes_with": "data", "is_exported": true, "rows": "owner_id = :user",
   "deleted": ["id", "owner_id", "blob", "created_at"], "blob": "blob",
   "kept_for": [{"kind": "notes", "since": "created_at", "of": "owner_id"}]},
  {"table": "users", "goes_with": "account", "rows": "id = :user", "deleted": ["id", "email"]},
  {"table": "teams", "goes_with": "account", "rows": "id = :team", "deleted": ["id", "name"]}]})";

storage::RoomTables note_tables() {
  return {.room = "notes",
          .migrations = {{1, "notes",
                          "CREATE TABLE notes (id text PRIMARY KEY NOT NULL, owner_id text NOT NULL,"
                          " blob text NOT NULL, created_at bigint NOT NULL);"}}};
}

template <class Kind>
struct PrivacyOf : testing::Test {
  PrivacyOf() {
    const std::array tables{security::security_tables(), privacy_tables(), note_tables()};
    server.database->apply(tables);
    wait(people.create(security::server_itself(),
                       {.email = "root@example.org", .password = kPassword, .is_superuser = true}));
  }

  /// Signed up and signed in.
  Caller enter(const std::string& email) {
    wait(server.accounts.sign_up({.email = email, .password = kPassword}));
    return log_in(email);
  }
  Caller log_in(const std::string& email) {
    tokens = wait(server.accounts.log_in({.email = email, .password = kPassword}, kHome));
    return wait(server.accounts.identify(tokens.access_token));
  }
  void write_note(const Caller& whose, const std::string& id) {
    const std::string blob = wait(blobs.put("the note " + id)).name;
    server.execute("INSERT INTO notes VALUES ('" + id + "', '" + whose.user_id + "', '" + blob + "', " +
                   std::to_string(storage::time_number(calendar.wall_now())) + ")");
  }
  std::size_t blob_count() { return wait(blobs.list("", 100)).size(); }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(hours(1000)), base::WallTime(seconds(1'800'000'000))};
  security::testing_support::Server server{url, calendar};
  security::People people{server.parts(), server.accounts.identities()};
  security::Teams teams{server.parts(), server.accounts.identities()};
  security::Tokens tokens;
  const Inventory inventory = read_inventory(kInventory);
  storage::MachineFiles files;
  storage::DiskBlobs blobs{{.folder = folder.path() / "blobs", .bytes_to_leave = 0},
                           security::testing_support::disk(),
                           server.ids,
                           files};
  AccountDeletion deletion{{.database = *server.database,
                            .blobs = blobs,
                            .inventory = inventory,
                            .identities = server.accounts.identities(),
                            .clock = calendar}};
  LegalHolds holds{*server.database, calendar};
  Consents consents{*server.database, calendar, server.ids};
  Retention retention{*server.database, inventory, {{"notes", 90}}, calendar};
};
using Databases = testing::Types<security::testing_support::OnSqlite, security::testing_support::OnPostgres>;
TYPED_TEST_SUITE(PrivacyOf, Databases);

TYPED_TEST(PrivacyOf, ADeletionEndsEveryLoginAndCanBeUndoneForThirtyDays) {
  const Caller ada = this->enter("ada@example.org");
  const PendingDeletion asked = wait(this->deletion.request(ada, false));
  EXPECT_EQ(asked.due_at, "2027-02-14T08:00:00.000Z");
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.identify(this->tokens.access_token)); }),
            Code::kUnauthenticated);
  this->calendar.advance(hours(24 * 30) - seconds(1));
  EXPECT_EQ(wait(this->deletion.carry_out()), 0U);
  const Caller again = this->log_in("ada@example.org");
  EXPECT_EQ(wait(this->deletion.pending(again)).due_at, asked.due_at);
  wait(this->deletion.undo(again));
  EXPECT_EQ(code_of([&] { wait(this->deletion.pending(again)); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->deletion.undo(again)); }), Code::kNotFound);
  this->calendar.advance(hours(24));
  EXPECT_EQ(wait(this->deletion.carry_out()), 0U);
  this->log_in("ada@example.org");
}

TYPED_TEST(PrivacyOf, WhatIsDueIsErasedAndErasedAgainForWhatWasOnItsWay) {
  const Caller ada = this->enter("ada@example.org");
  this->write_note(ada, "early");
  wait(this->deletion.request(ada, false));
  this->calendar.advance(hours(24 * 30));
  EXPECT_EQ(wait(this->deletion.carry_out()), 1U);
  EXPECT_EQ(this->server.count("users WHERE email = 'ada@example.org'"), 0);
  EXPECT_EQ(this->blob_count(), 0U);
  EXPECT_EQ(code_of([&] { this->log_in("ada@example.org"); }), Code::kUnauthenticated);
  this->write_note(ada, "late");
  EXPECT_EQ(wait(this->deletion.carry_out()), 0U) << "not yet";
  this->calendar.advance(minutes(10));
  EXPECT_EQ(wait(this->deletion.carry_out()), 1U);
  EXPECT_EQ(this->server.count("notes") + this->server.count("account_deletions"), 0);
  EXPECT_EQ(this->blob_count(), 0U);
  EXPECT_FALSE(this->server.audit_fault(ada.team_id));
  EXPECT_EQ(this->server.count("audit_log WHERE team_id = 'server' AND action = 'account_erased'"), 1);
}

TYPED_TEST(PrivacyOf, AtOnceNeedsAFreshLoginAndNeverAKey) {
  Caller ada = this->enter("ada@example.org");
  Caller key = ada;
  key.session_id = "key";
  EXPECT_EQ(code_of([&] { wait(this->deletion.request(key, false)); }), Code::kForbidden);
  this->calendar.advance(minutes(16));
  EXPECT_EQ(code_of([&] { wait(this->deletion.request(ada, true)); }), Code::kForbidden);
  ada = this->log_in("ada@example.org");
  EXPECT_TRUE(wait(this->deletion.request(ada, true)).is_done);
  EXPECT_EQ(this->server.count("users WHERE email = 'ada@example.org'"), 0);
}

TYPED_TEST(PrivacyOf, WhatIsHeldIsDeletedByNobodyUntilItIsNot) {
  const Caller root = this->log_in("root@example.org");
  const Caller ada = this->enter("ada@example.org");
  this->write_note(ada, "evidence");
  EXPECT_EQ(code_of([&] { wait(this->holds.place(ada, ada.user_id, "mine")); }), Code::kForbidden);
  EXPECT_EQ(code_of([&] { wait(this->holds.list(ada)); }), Code::kForbidden);
  EXPECT_EQ(code_of([&] { wait(this->holds.place(root, "nobody", "why")); }), Code::kNotFound);
  wait(this->holds.place(root, ada.user_id, "case 12"));
  EXPECT_EQ(wait(this->holds.list(root)).at(0).reason, "case 12");
  EXPECT_TRUE(wait(this->holds.are_any()));
  EXPECT_EQ(code_of([&] { wait(this->deletion.delete_data(ada)); }), Code::kConflict);
  EXPECT_EQ(code_of([&] { wait(this->deletion.request(ada, true)); }), Code::kConflict);
  EXPECT_EQ(code_of([&] { wait(this->deletion.remove(root, ada.user_id)); }), Code::kConflict);
  wait(this->deletion.request(ada, false));
  this->calendar.advance(hours(24 * 91));
  EXPECT_EQ(wait(this->deletion.carry_out()), 0U);
  EXPECT_EQ(wait(this->retention.forget()), 0);
  wait(this->holds.lift(root, ada.user_id));
  EXPECT_EQ(code_of([&] { wait(this->holds.lift(root, ada.user_id)); }), Code::kNotFound);
  EXPECT_EQ(wait(this->deletion.carry_out()), 1U);
  EXPECT_EQ(this->server.count("notes"), 0);
  EXPECT_FALSE(wait(this->holds.are_any()));
}

TYPED_TEST(PrivacyOf, NobodyLeavesATeamOrTheServerWithoutAnOwner) {
  const Caller root = this->log_in("root@example.org");
  EXPECT_EQ(code_of([&] { wait(this->deletion.request(root, true)); }), Code::kConflict);
  const Caller ada = this->enter("ada@example.org");
  const security::Team crew = wait(this->teams.create(ada, "Crew"));
  this->server.execute("INSERT INTO memberships VALUES ('" + crew.id + "', '" + root.user_id +
                       "', 'user', 1)");
  EXPECT_EQ(code_of([&] { wait(this->deletion.request(ada, false)); }), Code::kConflict);
  this->server.execute("UPDATE memberships SET role = 'owner' WHERE team_id = '" + crew.id + "'");
  EXPECT_EQ(code_of([&] { wait(this->deletion.request(ada, false)); }), std::nullopt);
}

TYPED_TEST(PrivacyOf, DataGoesAndTheAccountStays) {
  const Caller ada = this->enter("ada@example.org");
  const Caller eve = this->enter("eve@example.org");
  this->write_note(ada, "hers");
  this->write_note(eve, "not hers");
  EXPECT_EQ(wait(this->deletion.delete_data(ada)).rows, 1);
  EXPECT_EQ(this->server.count("notes WHERE id = 'not hers'"), this->server.count("notes"));
  EXPECT_EQ(this->blob_count(), 1U);
  this->log_in("ada@example.org");
}

TYPED_TEST(PrivacyOf, SomebodyElsesAccountIsDeletedByWhoeverRunsTheServer) {
  const Caller root = this->log_in("root@example.org");
  const Caller ada = this->enter("ada@example.org");
  EXPECT_EQ(code_of([&] { wait(this->deletion.remove(ada, root.user_id)); }), Code::kForbidden);
  wait(this->deletion.remove(root, ada.user_id));
  EXPECT_EQ(code_of([&] { wait(this->deletion.remove(root, ada.user_id)); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->server.accounts.identify(this->tokens.access_token)); }),
            Code::kUnauthenticated);
  EXPECT_EQ(this->enter("ada@example.org").email, "ada@example.org") << "the address is free again";
}

TYPED_TEST(PrivacyOf, WhatIsOldIsForgottenWithItsBlob) {
  const Caller ada = this->enter("ada@example.org");
  this->write_note(ada, "old");
  this->calendar.advance(hours(24 * 89));
  this->write_note(ada, "new");
  EXPECT_EQ(wait(this->retention.forget()), 0);
  this->calendar.advance(hours(24) + seconds(1));
  EXPECT_EQ(wait(this->retention.forget()), 1);
  wait(this->deletion.carry_out());
  EXPECT_EQ(this->server.count("notes WHERE id = 'new'"), this->server.count("notes"));
  EXPECT_EQ(this->blob_count(), 1U);
}

TYPED_TEST(PrivacyOf, ConsentsAreAddedAndNeverChanged) {
  const Caller ada = this->enter("ada@example.org");
  const auto say = [&](const std::string& purpose, bool is_granted) {
    return wait(this->consents.add(
        ada, {.purpose = purpose, .version = "1", .is_granted = is_granted, .source = "page"}));
  };
  say("photos", true);
  say("letters", true);
  this->calendar.advance(seconds(1));
  say("photos", false);
  const auto all = wait(this->consents.list(ada));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].purpose, "photos");
  EXPECT_EQ(all[0].at, "2027-01-15T08:00:01.000Z");
  EXPECT_FALSE(all[0].is_granted);
  EXPECT_TRUE(all[0].is_current && all[1].is_current);
  EXPECT_TRUE(all[2].is_granted);
  EXPECT_FALSE(all[2].is_current);
  EXPECT_TRUE(wait(this->consents.list(this->enter("eve@example.org"))).empty());
}

std::string refusal(const std::string& tables) {
  try {
    read_inventory(R"({"tables": [)" + tables + "]}");
  } catch (const base::Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(Inventory, WhatCannotBeMeantIsRefused) {
  EXPECT_THAT(refusal(R"({"table": "t"}, {"table": "t"})"), HasSubstr("'t': it comes twice"));
  EXPECT_THAT(refusal(R"({"table": "t", "impersonal": ["a", "a"]})"), HasSubstr("'a' comes twice"));
  EXPECT_THAT(refusal(R"({"table": "t", "goes_with": "data", "deleted": ["a"]})"), HasSubstr("'rows'"));
  EXPECT_THAT(refusal(R"({"table": "t", "deleted": ["a"]})"), HasSubstr("'goes_with'"));
  EXPECT_THAT(refusal(R"({"table": "t", "is_exported": true})"), HasSubstr("'rows'"));
  EXPECT_THAT(refusal(R"({"table": "t", "retained": [{"column": "a"}]})"), HasSubstr("why 'a'"));
  EXPECT_THAT(refusal(R"({"table": "t", "goes_with": "moon"})"), HasSubstr("goes_with"));
}

}  // namespace
}  // namespace pharos::privacy
