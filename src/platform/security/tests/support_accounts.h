// A server's accounts over either database, at a time that the test decides.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "platform/security/accounts.h"
#include "platform/security/security_tables.h"
#include "platform/security/tests/support.h"
#include "platform/storage/postgres/private_server.h"
#include "platform/storage/temporary_folder.h"
#include "platform/storage/tests/support_pool.h"

namespace pharos::security::testing_support {

struct OnSqlite {
  static std::string make_url(const storage::TemporaryFolder& folder) {
    return "sqlite:" + (folder.path() / "server.db").string();
  }
};
struct OnPostgres {
  static std::string make_url(const storage::TemporaryFolder&) {
    using storage::postgres::PrivateServer;
    static PrivateServer server(PrivateServer::Disk::kCareless);
    return server.make_database();
  }
};

using storage::testing_support::disk;
inline base::Pool& hashing() {
  static base::Pool pool("hash", 2);
  return pool;
}

/// One process that serves; several may have one database.
struct Server {
  Server(const std::string& url, base::ManualClock& the_calendar, AccountSettings settings = {})
      : calendar(the_calendar),
        database(storage::open_database({.url = url}, disk(), machine_clock)),
        accounts(
            {.database = *database, .passwords = passwords, .tokens = tokens, .clock = calendar, .ids = ids},
            settings) {
    const auto tables = security_tables();
    database->apply({&tables, 1});
  }

  base::SystemClock machine_clock;
  base::ManualClock& calendar;
  std::unique_ptr<storage::Database> database;
  base::Ids ids{calendar};
  Passwords passwords{{}, CommonPasswords(), hashing()};
  AccessTokens tokens{{}, shared_keys(), calendar, ids};
  Accounts accounts;

  AccountParts parts() {
    return {.database = *database, .passwords = passwords, .tokens = tokens, .clock = calendar, .ids = ids};
  }
  /// Every process of a server has the same keys.
  static const KeySet& shared_keys() {
    static const KeySet keys({SigningKey::generate(Algorithm::kEdDsa)});
    return keys;
  }

  /// What a query gives, as one number.
  std::int64_t count(const std::string& rows) {
    const auto ask = [rows](storage::Session& session) {
      return session.run("SELECT count(*) FROM " + rows).at(0).number(0);
    };
    return wait(database->read(storage::Scope::system(), ask));
  }
  void execute(const std::string& sql) {
    const auto work = [sql](storage::Session& session) { session.run(sql); };
    wait(database->write(storage::Scope::system(), work));
  }
  std::optional<AuditFault> audit_fault(const std::string& team_id) {
    const auto verify = [team_id](storage::Session& session) { return verify_audit_chain(session, team_id); };
    return wait(database->read(storage::Scope::system(), verify));
  }
};

inline const ClientInfo kHome{
    .address = "203.0.113.7", .user_agent = "browser", .device = "a secret of Ada's laptop"};
inline const ClientInfo kElsewhere{.address = "198.51.100.9", .user_agent = "script"};
inline const std::string kPassword = "correct horse battery";

}  // namespace pharos::security::testing_support
