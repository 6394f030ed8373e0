// SQLite's C interface as objects that clean up after themselves and throw base::Error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace pharos::storage::sqlite {

/// Throws the base::Error for what SQLite has answered. `database` may be null.
[[noreturn]] void throw_failure(sqlite3* database, int result);

/// A prepared statement on its way through its rows. Parameters are bound in order and only ever bound.
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Starts anew, with no parameters.
  Statement& reset();
  Statement& bind(std::int64_t number);
  Statement& bind(std::string_view text);
  Statement& bind(std::optional<std::int64_t> number);
  Statement& bind_bytes(std::optional<std::string_view> bytes);
  /// Goes to the next row; false when there is none.
  bool step();

  bool is_null(int column) const;
  std::int64_t number(int column) const;
  std::string text(int column) const;  ///< or bytes

  sqlite3_stmt* native() { return statement_; }

 private:
  void check(int result) const;

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// One connection; used by one thread at a time.
class Connection {
 public:
  /// Opens or creates the file. Throws base::Error (kUnavailable) when that cannot be done.
  explicit Connection(const std::filesystem::path& file);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs statements that give no rows.
  void execute(const std::string& sql);
  /// The statement of that text, prepared once and ready for its first parameter.
  Statement& statement(std::string_view sql);
  /// Ends statements that were left before their last row: until then they hold on to the state of the
  /// database that they have seen.
  void rest();
  /// False when SQLite has given a transaction up by itself, as it does when the disk is full.
  bool is_in_transaction() const;

  sqlite3* native() { return database_; }

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  sqlite3* database_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Statement>, TextHash, std::equal_to<>> statements_;
};

/// Undone unless committed. Takes the database's write lock at once, so that it never has to give up halfway.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection* connection_;
};

}  // namespace pharos::storage::sqlite
