#include "platform/storage/sqlite/sqlite_database.h"

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/storage/sqlite/values.h"

namespace pharos::storage {

struct SqliteDatabase::Surroundings {
  SessionSurroundings session;
  base::Duration statement_limit;
};

namespace {

using sqlite::Connection;
using sqlite::Statement;

constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's machine: a fraction of a millisecond

class SqliteSession final : public Session {
 public:
  SqliteSession(Connection& connection, bool may_write, const Scope& scope, const SessionSurroundings& around,
                base::Duration limit, base::Deadline deadline)
      : Session(Engine::kSqlite, scope, around),
        connection_(connection),
        may_write_(may_write),
        clock_(around.clock),
        limit_(limit),
        deadline_(deadline) {}

  std::string whole_table_scans(std::string_view sql) override;

 private:
  Rows carry_out(std::string_view sql, std::span<const Value> values, std::size_t& changed) override;

  Connection& connection_;
  const bool may_write_;
  base::Clock& clock_;
  const base::Duration limit_;
  const base::Deadline deadline_;
};

/// Ends a statement that has run for too long. Only one that reads: SQLite would give up the whole
/// transaction, and with it the works of others that share its commit.
class Limit {
 public:
  Limit(Connection& connection, base::Clock& clock, base::Deadline deadline)
      : connection_(connection), clock_(clock), deadline_(deadline) {
    sqlite3_progress_handler(connection.native(), kStepsBetweenLooks, &Limit::look, this);
  }
  ~Limit() { sqlite3_progress_handler(connection_.native(), 0, nullptr, nullptr); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  static int look(void* self) {
    const auto* limit = static_cast<const Limit*>(self);
    return limit->deadline_.passed(limit->clock_) ? 1 : 0;
  }

  Connection& connection_;
  base::Clock& clock_;
  base::Deadline deadline_;
};

/// SQLite itself would leave out what comes after the first.
void check_single(sqlite3_stmt* statement, std::string_view sql) {
  const std::string_view used = sqlite3_sql(statement);
  if (base::trim(sql.substr(std::min(used.size(), sql.size()))).empty()) return;
  throw base::Error(base::Code::kInternal, fmt::format("two statements are run as one: {}", sql));
}

Rows SqliteSession::carry_out(std::string_view sql, std::span<const Value> values, std::size_t& changed) {
  if (deadline_.passed(clock_)) throw took_too_long();
  Statement& statement = connection_.statement(sql);
  check_single(statement.native(), sql);
  if (sqlite3_stmt_readonly(statement.native()) != 0) {
    const Limit limit(connection_, clock_, base::Deadline::in(clock_, limit_).sooner(deadline_));
    return sqlite::carry_out(connection_, statement, values, changed);
  }
  if (!may_write_) {
    throw base::Error(
        base::Code::kInternal,
        fmt::format("a statement changes something inside a read: call write() for it: {}", sql));
  }
  return sqlite::carry_out(connection_, statement, values, changed);
}

/// `SCAN t` is a table, `SCAN t USING INDEX` an index from end to end. Constants and table functions are
/// neither.
std::string SqliteSession::whole_table_scans(std::string_view sql) {
  Statement plan(connection_.native(), "EXPLAIN QUERY PLAN " + std::string(sql));
  std::string scans;
  while (plan.step()) {
    const std::string step = plan.text(3);
    if (!step.starts_with("SCAN ") || step.find("VIRTUAL TABLE") != std::string::npos ||
        step.find("CONSTANT ROW") != std::string::npos) {
      continue;
    }
    scans += scans.empty() ? step : "; " + step;
  }
  return scans;
}

std::vector<RoomForm> forms_of(Connection& connection) {
  connection.execute(
      "CREATE TABLE IF NOT EXISTS room_migrations (room text NOT NULL, number bigint NOT NULL, name text NOT "
      "NULL,"
      " PRIMARY KEY (room, number))");
  std::vector<RoomForm> forms;
  Statement& read = connection.statement("SELECT room, max(number) FROM room_migrations GROUP BY room");
  while (read.step()) forms.push_back({.room = read.text(0), .number = static_cast<int>(read.number(1))});
  return forms;
}

std::string name_of(const std::filesystem::path& file) {
  return fmt::format("SQLite database '{}'", file.string());
}

}  // namespace

SqliteDatabase::SqliteDatabase(std::filesystem::path file, DatabaseSettings settings, base::Pool& pool,
                               base::Clock& clock)
    : file_(std::move(file)),
      around_(std::make_shared<const Surroundings>(
          Surroundings{.session = {.clock = clock,
                                   .slow_after = settings.slow_after,
                                   .on_slow = std::move(settings.on_slow)},
                       .statement_limit = settings.statement_limit})),
      database_(file_, pool) {}

base::Task<void> SqliteDatabase::run_read(Scope scope, AnyWork work, base::Deadline deadline) {
  // What the work itself throws is handed out as a result: the connection is as good as before.
  auto read = [around = around_, scope = std::move(scope), work = std::move(work),
               deadline](Connection& connection) {
    SqliteSession session(connection, false, scope, around->session, around->statement_limit, deadline);
    std::exception_ptr thrown;
    try {
      work(session);
    } catch (...) {
      thrown = std::current_exception();
    }
    session.check();
    return thrown;
  };
  const std::exception_ptr thrown = co_await database_.read(std::move(read));
  if (thrown) std::rethrow_exception(thrown);
}

base::Task<void> SqliteDatabase::run_write(Scope scope, AnyWork work, WriteOptions options) {
  auto write = [around = around_, scope = std::move(scope), work = std::move(work),
                options](Connection& connection) {
    SqliteSession session(connection, true, scope, around->session, around->statement_limit,
                          options.deadline);
    work(session);
    session.check();
  };
  co_await database_.write(std::move(write));
}

std::vector<PendingMigration> SqliteDatabase::pending(std::span<const RoomTables> rooms) {
  Connection connection(file_);
  return pending_migrations(rooms, forms_of(connection), name_of(file_));
}

void SqliteDatabase::apply(std::span<const RoomTables> rooms) {
  Connection connection(file_);
  sqlite::Transaction transaction(connection);
  const auto pending = pending_migrations(rooms, forms_of(connection), name_of(file_));
  for (const auto& [room, migration] : pending) {
    owned_tables(migration.sqlite);  // what is written wrongly is found here too
    connection.execute(std::string(migration.sqlite));
    connection.statement("INSERT INTO room_migrations (room, number, name) VALUES (?, ?, ?)")
        .bind(room)
        .bind(std::int64_t{migration.number})
        .bind(migration.name)
        .step();
  }
  transaction.commit();
}

}  // namespace pharos::storage
