// The inventory of personal data knows every column there is, and what it says is what happens.
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/ids.h"
#include "platform/privacy/account_deletion.h"
#include "platform/privacy/erasure.h"
#include "platform/security/tables/audit_log.h"
#include "platform/security/tables/users.h"
#include "platform/storage/disk_blobs.h"
#include "server/tests/support_tables.h"

namespace pharos::server {
namespace {

using privacy::GoesWith;
using privacy::TableRule;
using testing_support::Columns;
using testing_support::Scope;
using testing_support::Session;
using testing_support::wait;

template <class Kind>
struct PersonalData : testing_support::Tables<Kind> {};
TYPED_TEST_SUITE(PersonalData, testing_support::Kinds);

TYPED_TEST(PersonalData, EveryColumnOfEveryTableIsInTheInventoryAndNoneThatIsNotThere) {
  TypeParam::make_threads(this->url);
  const auto threads = storage::open_database({.url = TypeParam::threads_of(this->url)},
                                              testing_support::disk(), testing_support::machine_clock());
  Columns there = this->columns_of(*this->database);
  there.merge(this->columns_of(*threads));
  Columns known;
  for (const TableRule& rule : personal_data().tables) {
    const auto columns = rule.columns();
    known[rule.table] = {columns.begin(), columns.end()};
  }
  EXPECT_GT(there.size(), 30U);
  for (const auto& [table, columns] : there) {
    EXPECT_THAT(known[table], testing::IsSupersetOf(columns)) << "of the table " << table;
    // PostgreSQL has whatever SQLite has, and says besides when it was migrated.
    if (this->database->engine() == storage::Engine::kPostgres) EXPECT_EQ(known[table], columns) << table;
  }
  if (this->database->engine() != storage::Engine::kPostgres) return;
  for (const auto& [table, columns] : known) EXPECT_TRUE(there.contains(table)) << table << " is no table";
}

/// A person who has something of everything, and another who has nothing to do with it.
template <class Kind>
struct Erasure : testing_support::Tables<Kind> {
  static constexpr const char* kId = "0a0a0a0a-ada0-7000-8000-000000000001";
  static constexpr const char* kTeam = "0a0a0a0a-ada0-7000-8000-000000000002";
  static constexpr const char* kEmail = "ada.lovelace@example.org";

  Erasure() {
    add_user("eve", "eve@example.org", "eve-team");
    add_user(kId, kEmail, kTeam);
    this->put("INSERT INTO teams VALUES ('crew', 'Crew', false, 1), ('alone', 'Alone', false, 1)");
    this->put(
        "INSERT INTO memberships VALUES ('crew', $1, 'owner', 1), ('alone', $1, 'owner', 1),"
        " ('crew', 'eve', 'user', 2)",
        std::string(kId));
    give_account_things();
    give_data("ada-", kId, kTeam);
    give_data("eve-", "eve", "eve-team");
  }

  void add_user(const std::string& id, const std::string& email, const std::string& team) {
    const auto add = [=](Session& session) {
      security::add_user(session, {.id = id,
                                   .email = email,
                                   .full_name = "Name of " + email,
                                   .password_hash = "h",
                                   .personal_team = team,
                                   .created_at = 1});
      security::append_audit(session,
                             {.team_id = team,
                              .actor_id = id,
                              .action = "signed_up",
                              .subject = id,
                              .personal = "{}",
                              .person = id},
                             1);
    };
    wait(this->database->write(Scope::system(), add));
  }
  void give_account_things() {
    const std::string id = kId;
    this->put("INSERT INTO sessions VALUES ('s', $1, $2, 1, 1, 9, NULL, '203.0.113.7', 'browser')", id,
              std::string(kTeam));
    this->put("INSERT INTO refresh_tokens VALUES ('t', 's', 9, NULL, NULL, NULL)");
    this->put("INSERT INTO known_devices VALUES ($1, 'd', 1)", id);
    this->put("INSERT INTO one_time_links VALUES ('l', 'password', $1, 1, 9)", id);
    this->put("INSERT INTO verified_emails SELECT id, email, 9 FROM users WHERE id = $1", id);
    this->put("INSERT INTO external_identities VALUES ('https://login.example.org', $1, $1, 1, 1)", id);
    this->put("INSERT INTO api_keys VALUES ('k', 'crew', $1, 'boat', 'h', '', 1, NULL, NULL, NULL)", id);
    this->put("INSERT INTO invitations VALUES ('i', 'crew', 'new@example.org', 'user', 'h1', $1, 1, 9, NULL)",
              id);
    this->put("INSERT INTO invitations VALUES ('j', 'crew', $1, 'user', 'h2', 'eve', 1, 9, NULL)",
              std::string(kEmail));
    this->put("INSERT INTO consents VALUES ('c', $1, 'photos', '1', true, 'page', 1)", id);
    this->put("INSERT INTO legal_holds VALUES ('eve', 'a case', $1, 1)", id);
    this->put("INSERT INTO job_turns VALUES ($1, 1)", std::string(kTeam));
    this->put("INSERT INTO feature_flag_choices VALUES ('reports', $1, true), ('search', $2, false)", id,
              std::string(kTeam));
  }
  void give_data(const std::string& mark, const std::string& id, const std::string& team) {
    this->put(
        "INSERT INTO jobs VALUES ($1, $2, $3, 'k', 'succeeded', 1, '{}', '{}', NULL, 1, 1, NULL, 1, 1, 1, 1,"
        " false, 1, NULL, 1)",
        mark + "job", team, id);
    this->put("INSERT INTO job_events VALUES ($1, $2, 1, 'started', '{}', 1)", mark + "job", team);
    this->put("INSERT INTO job_crons VALUES ($1, $2, $3, 'n', '* * * * *', 'k', '{}', true, 1, 1, 1, 'UTC')",
              mark + "cron", team, id);
    this->put("INSERT INTO webhook_endpoints VALUES ($1, $2, $3, 'https://x', '[]', 's', true, 1)",
              mark + "hook", team, id);
    this->put("INSERT INTO media VALUES ($1, $2, $3, 'me.png', 'png', 1, 1, 5, $4, 1)", mark + "photo", team,
              id, put_blob(mark + "photo"));
    this->put("INSERT INTO analyses VALUES ($1, $2, $3, $4, '{}', 1)", mark + "report", team, id,
              mark + "photo");
    this->put("INSERT INTO items VALUES ($1, 'crew', $2, 'Oar', NULL, 1)", mark + "item", id);
    this->put(
        "INSERT INTO assistants VALUES ($1, $2, $3, 'g', 'Rower', NULL, '{}', '{}', '{}', 1, false, 1, 1)",
        mark + "assistant", team, id);
    this->put("INSERT INTO assistant_versions VALUES ($1, $2, 1, 'g', 'Rower', NULL, '{}', '{}', '{}', 1)",
              mark + "assistant", team);
    this->put(
        "INSERT INTO threads VALUES ($1, $2, $3, 'idle', 'g', '{}', '{}', '{}', '{}', NULL, false, 1, 1, 1, "
        "1,"
        " NULL, NULL)",
        mark + "thread", team, id);
    this->put(
        "INSERT INTO runs VALUES ($1, $2, $3, $4, 'a', 'g', 'success', '{}', '{}', 'reject', true, 1, NULL, "
        "1,"
        " 1, 1)",
        mark + "job", mark + "thread", team, id);
    this->put(
        "INSERT INTO run_crons VALUES ($1, $2, $3, 'a', NULL, $4, '* * * * *', NULL, '{}', '{}', 'delete',"
        " NULL, 1, 1)",
        mark + "run-cron", team, id, mark + "cron");
    this->put(
        "INSERT INTO memories (team_id, user_id, namespace, key, value, created_at, updated_at, embedder)"
        " VALUES ('crew', $1, 'notes.', $2, '{}', 1, 1, '')",
        id, mark + "memory");
    this->put("INSERT INTO personal_exports VALUES ($1, $2, $3, 1, 1, 9)", mark + "export", id,
              put_blob(mark + "export"));
  }
  std::string put_blob(const std::string& content) { return wait(blobs.put(content)).name; }
  std::size_t blob_count() { return wait(blobs.list("", 100)).size(); }

  /// Where a text is found: `table.column`.
  std::set<std::string> places_of(const std::string& text) {
    std::set<std::string> places;
    for (const auto& [table, columns] : this->columns_of(*this->database)) {
      if (table.ends_with("migrations")) continue;  // not for the role that works
      for (const std::string& column : columns) {
        if (this->count(fmt::format("{} WHERE CAST({} AS text) LIKE '%{}%'", table, column, text)) > 0)
          places.insert(fmt::format("{}.{}", table, column));
      }
    }
    return places;
  }
  std::set<std::string> retained() {
    std::set<std::string> places;
    for (const TableRule& rule : personal_data().tables) {
      for (const auto& column : rule.retained) places.insert(rule.table + "." + column.column);
    }
    return places;
  }
  std::int64_t rows_of_ada(const TableRule& rule) {
    const auto ask = [rule](Session& session) {
      const auto theirs =
          privacy::bind_person(rule.rows, {.user_id = kId, .email = kEmail, .personal_team = kTeam});
      return session
          .run_values(fmt::format("SELECT count(*) FROM {} WHERE {}", rule.table, theirs.sql), theirs.values)
          .at(0)
          .number(0);
    };
    return wait(this->database->read(Scope::system(), ask));
  }

  base::ManualClock calendar{base::SteadyTime(std::chrono::hours(1000)),
                             base::WallTime(std::chrono::seconds(1'800'000'000))};
  base::Ids ids{calendar};
  storage::MachineFiles files;
  storage::DiskBlobs blobs{
      {.folder = this->folder.path() / "blobs", .bytes_to_leave = 0}, testing_support::disk(), ids, files};
  security::Identities identities{calendar};
  privacy::AccountDeletion deletion{{.database = *this->database,
                                     .blobs = blobs,
                                     .inventory = personal_data(),
                                     .identities = identities,
                                     .clock = calendar}};
  const security::Caller ada{.user_id = kId, .email = kEmail, .team_id = kTeam, .session_id = "s"};
  const security::Caller root{.user_id = "root", .team_id = "server", .is_superuser = true};
};
TYPED_TEST_SUITE(Erasure, testing_support::Kinds);

TYPED_TEST(Erasure, LeavesNothingOfAPersonButWhatTheInventoryRetains) {
  for (const TableRule& rule : personal_data().tables) {
    const bool is_hold = rule.table == "legal_holds";  // who is held is not erased
    if (rule.goes_with != GoesWith::kNothing && !is_hold)
      EXPECT_GT(this->rows_of_ada(rule), 0) << "this test gives the person nothing in " << rule.table;
  }
  EXPECT_GE(this->places_of(this->kId).size(), 18U);
  this->put("INSERT INTO account_deletions VALUES ($1, $2, 1, 1, NULL)", std::string(this->kId),
            std::string(this->kTeam));
  EXPECT_EQ(wait(this->deletion.carry_out()), 1U);
  const std::set<std::string> retained = this->retained();
  for (const std::string& text :
       {std::string(this->kId), std::string(this->kEmail), std::string(this->kTeam)}) {
    for (const std::string& place : this->places_of(text)) {
      const bool is_known = retained.contains(place) || place == "account_deletions.personal_team";
      EXPECT_TRUE(is_known) << text << " is still in " << place;
    }
  }
  EXPECT_TRUE(this->places_of(this->kEmail).empty());
  EXPECT_EQ(this->blob_count(), 2U) << "the other's photo and export";
  EXPECT_EQ(this->count("memberships WHERE team_id = 'crew' AND user_id = 'eve' AND role = 'user'"), 0)
      << "the team that was left has an owner";
}

}  // namespace
}  // namespace pharos::server
