// The server's tables, fresh, in either database, and what is in them.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "platform/security/tests/support.h"
#include "platform/storage/database.h"
#include "platform/storage/postgres/postgres_saver.h"
#include "platform/storage/postgres/postgres_store.h"
#include "platform/storage/postgres/private_server.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "platform/storage/sqlite/sqlite_store.h"
#include "platform/storage/temporary_folder.h"
#include "platform/storage/tests/support_pool.h"
#include "server/tables.h"

namespace pharos::server::testing_support {

using security::testing_support::code_of;
using security::testing_support::wait;
using storage::Scope;
using storage::Session;

/// Table → columns.
using Columns = std::map<std::string, std::set<std::string>>;

using storage::testing_support::disk;
inline base::SystemClock& machine_clock() {
  static base::SystemClock clock;
  return clock;
}

struct OnSqlite {
  static std::string make_url(const storage::TemporaryFolder& folder) {
    return "sqlite:" + (folder.path() / "server.db").string();
  }
  static void make_threads(const std::string& url) {
    const std::string file = url.substr(url.find(':') + 1);
    const storage::SqliteSaver saver(file + ".threads", disk());
    const storage::SqliteStore store(file + ".threads", disk());
  }
  static std::string threads_of(const std::string& url) { return url + ".threads"; }
  static constexpr const char* kColumns =
      "SELECT m.name AS t, p.name AS c FROM sqlite_master m, pragma_table_info(m.name) p"
      " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
};

struct OnPostgres {
  static std::string make_url(const storage::TemporaryFolder&) {
    static storage::postgres::PrivateServer server(storage::postgres::PrivateServer::Disk::kCareless);
    return server.make_database();
  }
  static void make_threads(const std::string& url) {
    const storage::PostgresSaver saver({.url = url}, disk(), machine_clock());
    const storage::PostgresStore store({.url = url}, disk(), machine_clock());
  }
  static std::string threads_of(const std::string& url) { return url; }
  static constexpr const char* kColumns =
      "SELECT c.relname::text AS t, a.attname::text AS c FROM pg_attribute a JOIN pg_class c ON c.oid = "
      "a.attrelid"
      " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', "
      "'information_schema')"
      " AND n.nspname NOT LIKE 'pg_toast%' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT "
      "a.attisdropped";
};
using Kinds = testing::Types<OnSqlite, OnPostgres>;

template <class Kind>
struct Tables : testing::Test {
  Tables() { database->apply(all_tables()); }

  Columns columns_of(storage::Database& from) {
    const auto read = [](Session& session) {
      Columns columns;
      for (const storage::Row& row : session.run(Kind::kColumns))
        columns[row.text("t")].insert(row.text("c"));
      return columns;
    };
    return wait(from.read(Scope::system(), read));
  }
  template <class... Values>
  void put(const std::string& sql, Values... values) {
    const auto work = [=](Session& session) { session.run(sql, values...); };
    wait(database->write(Scope::system(), work));
  }
  std::int64_t count(const std::string& rows) {
    const auto ask = [rows](Session& session) {
      return session.run("SELECT count(*) FROM " + rows).at(0).number(0);
    };
    return wait(database->read(Scope::system(), ask));
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  std::unique_ptr<storage::Database> database = storage::open_database({.url = url}, disk(), machine_clock());
};

}  // namespace pharos::server::testing_support
