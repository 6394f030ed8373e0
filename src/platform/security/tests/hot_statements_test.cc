// What is asked of the database for everyday requests is found by indexes, however many accounts there are.
#include <mutex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "platform/security/tests/support_accounts.h"

namespace pharos::security {
namespace {

using testing_support::kElsewhere;
using testing_support::kHome;
using testing_support::kPassword;
using testing_support::Server;
using testing_support::wait;

template <class Kind>
struct HotStatementsOf : testing::Test {
  /// Every statement counts as slow, so that each is told of.
  std::unique_ptr<storage::Database> open_and_listen() {
    const auto note = [this](const storage::SlowQuery& query) {
      const std::lock_guard lock(mutex);
      seen.emplace(query.sql);
    };
    return storage::open_database({.url = url, .slow_after = base::Duration::zero(), .on_slow = note},
                                  testing_support::disk(), server.machine_clock);
  }
  std::string scans(const std::string& sql) {
    return wait(server.database->read(storage::Scope::system(), [sql](storage::Session& session) {
      return session.whole_table_scans(sql);
    }));
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock calendar{base::SteadyTime(std::chrono::hours(1000)),
                             base::WallTime(std::chrono::seconds(1'800'000'000))};
  Server server{url, calendar};
  std::mutex mutex;
  std::set<std::string> seen;
};
using Databases = testing::Types<testing_support::OnSqlite, testing_support::OnPostgres>;
TYPED_TEST_SUITE(HotStatementsOf, Databases);

TYPED_TEST(HotStatementsOf, SigningInAndBeingRecognisedScanNothing) {
  const auto database = this->open_and_listen();
  AccountParts parts = this->server.parts();
  Accounts accounts({.database = *database,
                     .passwords = parts.passwords,
                     .tokens = parts.tokens,
                     .clock = parts.clock,
                     .ids = parts.ids},
                    {});
  wait(accounts.sign_up({.email = "ada@example.org", .password = kPassword}));
  EXPECT_THROW(wait(accounts.log_in({.email = "ada@example.org", .password = "a wrong guess"}, kElsewhere)),
               base::Error);
  const Tokens first = wait(accounts.log_in({.email = "ada@example.org", .password = kPassword}, kHome));
  const Tokens tokens = wait(accounts.refresh(first.refresh_token, kHome));
  const Caller caller = wait(accounts.identify(tokens.access_token));
  wait(accounts.me(caller));
  wait(accounts.log_out(caller));
  EXPECT_GT(this->seen.size(), 10U);
  for (const std::string& sql : this->seen) EXPECT_EQ(this->scans(sql), "") << sql;
}

}  // namespace
}  // namespace pharos::security
