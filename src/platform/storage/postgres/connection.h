// libpq's C interface as objects that clean up after themselves and throw base::Error.
#pragma once

#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"

struct pg_conn;
struct pg_result;

namespace pharos::storage::postgres {

/// The server went away or does not take connections now; what was asked may have been carried out or not.
class ConnectionLost : public base::Error {
 public:
  explicit ConnectionLost(const std::string& why) : Error(base::Code::kUnavailable, why) {}
};

/// What was asked clashed with another transaction and was undone; asked again it may well succeed.
class Clash : public ConnectionLost {
 public:
  using ConnectionLost::ConnectionLost;
};

/// What to throw for a result that is a failure.
std::exception_ptr failure_of(const pg_result* result, pg_conn* connection);
/// A failure of the connection itself.
ConnectionLost lost(pg_conn* connection);

using Field = std::optional<std::string>;  ///< nothing for NULL
using Row = std::vector<Field>;
using Rows = std::vector<Row>;

/// One statement with its parameters, all as text; the statement's text is a literal.
struct Query {
  std::string_view sql;
  std::vector<Field> parameters;
};

struct Answer {
  Rows rows;
  std::exception_ptr failure;
};

/// A PostgreSQL array of texts, as a parameter.
std::string text_array(std::span<const std::string> items);

/// One connection; used by one thread at a time.
class Connection {
 public:
  /// Blocks. `url` is a connection URI or libpq's keywords. Throws ConnectionLost when nobody answers,
  /// base::Error (kInvalidInput) when the server refuses for good.
  explicit Connection(const std::string& url);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs statements without parameters; gives the rows of the last. Throws.
  Rows execute(const std::string& sql);
  /// Runs each query in a transaction of its own, all sent in one go; what fails of one does not touch the
  /// others. Answers are in the order of the queries.
  std::vector<Answer> run(std::span<const Query* const> queries);
  bool is_lost() const;

  pg_conn* native() { return connection_; }

 private:
  void send(const Query& query);
  void flush();
  Answer receive(const Query& query);

  pg_conn* connection_ = nullptr;
  std::unordered_map<std::string_view, std::string> prepared_;  ///< statement → its name
  std::unordered_map<std::string_view, std::string> preparing_;
  int statements_made_ = 0;
  bool broken_ = false;
};

}  // namespace pharos::storage::postgres
