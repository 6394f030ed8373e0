#include "platform/storage/sqlite/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/base/error.h"

namespace pharos::storage::sqlite {
namespace {

constexpr int kBusyMilliseconds = 5'000;       // for another process; in this one writers queue
constexpr std::size_t kMostStatements = 1000;  // texts made at run time must not pile up

base::Code code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return base::Code::kUnavailable;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return base::Code::kUnsupported;
    case SQLITE_TOOBIG:
      return base::Code::kTooLarge;
    case SQLITE_CONSTRAINT:
      return result == SQLITE_CONSTRAINT_NOTNULL || result == SQLITE_CONSTRAINT_CHECK
                 ? base::Code::kInvalidInput
                 : base::Code::kConflict;
    case SQLITE_INTERRUPT:
      return base::Code::kUnavailable;
    default:
      return base::Code::kInternal;
  }
}

std::string_view advice_for_constraint(int result) {
  switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return "; that is there already: change it, or choose another";
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return "; it refers to what is not there, or something still refers to it";
    default:
      return "";
  }
}

std::string_view advice_for(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
      return "; another program has held the database for a minute";
    case SQLITE_FULL:
      return "; free some space on that disk";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "; is its folder there, and may this user write to it?";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "; name another file, or bring this one back from a backup";
    case SQLITE_INTERRUPT:
      return ": the statement took longer than it may; ask for less, or again later";
    case SQLITE_CONSTRAINT:
      return advice_for_constraint(result);
    default:
      return "";
  }
}

}  // namespace

void throw_failure(sqlite3* database, int result) {
  const char* file = database == nullptr ? nullptr : sqlite3_db_filename(database, "main");
  const char* why = database == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(database);
  throw base::Error(code_of(result), fmt::format("SQLite database '{}': {}{}", file == nullptr ? "" : file,
                                                 why, advice_for(result)));
}

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
  check(sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement_, nullptr));
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) throw_failure(database_, result);
}

Statement& Statement::reset() {
  sqlite3_reset(statement_);  // repeats the error of the last step, which has been thrown already
  sqlite3_clear_bindings(statement_);
  bound_ = 0;
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  check(sqlite3_bind_int64(statement_, ++bound_, number));
  return *this;
}

/// Copied: what is bound may die before the statement runs.
Statement& Statement::bind(std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  check(sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> number) {
  if (number) return bind(*number);
  check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

/// Copied, as texts are.
Statement& Statement::bind_bytes(std::optional<std::string_view> bytes) {
  if (!bytes) return bind(std::optional<std::int64_t>());
  check(sqlite3_bind_blob64(statement_, ++bound_, bytes->data(), bytes->size(), SQLITE_TRANSIENT));
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    sqlite3_reset(statement_);  // lets go of the database; rows are read before the last step
    return false;
  }
  // The message belongs to the connection and outlives the reset.
  sqlite3_reset(statement_);
  throw_failure(database_, result);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const auto* text = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return text == nullptr ? std::string() : std::string(text, size);
}

Connection::Connection(const std::filesystem::path& file) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(file.c_str(), &database_, flags, nullptr);
  try {
    if (result != SQLITE_OK) {
      throw base::Error(base::Code::kUnavailable,
                        fmt::format("SQLite database '{}' cannot be opened: {}; is its folder there, and may "
                                    "this user write to it?",
                                    file.string(), sqlite3_errstr(result)));
    }
    sqlite3_busy_timeout(database_, kBusyMilliseconds);
    // FULL: a commit is on the disk when it returns. The log is folded in often, so that it stays small.
    execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA wal_autocheckpoint = 100; PRAGMA journal_size_limit = 400000;");
  } catch (...) {
    sqlite3_close_v2(database_);
    throw;
  }
}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close_v2(database_);
}

void Connection::execute(const std::string& sql) {
  const int result = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw_failure(database_, result);
}

Statement& Connection::statement(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_.emplace(sql, std::make_unique<Statement>(database_, sql)).first;
  }
  return found->second->reset();
}

void Connection::rest() {
  if (statements_.size() > kMostStatements) statements_.clear();
  for (const auto& [sql, statement] : statements_) statement->reset();
}

bool Connection::is_in_transaction() const {
  return sqlite3_get_autocommit(database_) == 0;
}

Transaction::Transaction(Connection& connection) : connection_(&connection) {
  connection_->statement("BEGIN IMMEDIATE").step();
}

Transaction::~Transaction() {
  if (connection_ == nullptr) return;
  connection_->rest();
  try {
    connection_->execute("ROLLBACK");
  } catch (const base::Error&) {
    // SQLite has rolled back by itself after some failures; what failed is on its way to the caller.
  }
}

void Transaction::commit() {
  connection_->rest();
  connection_->statement("COMMIT").step();
  connection_ = nullptr;
}

}  // namespace pharos::storage::sqlite
