#include "platform/storage/postgres/connection.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "core/base/text.h"

namespace pharos::storage::postgres {
namespace {

using Result = std::unique_ptr<PGresult, decltype([](PGresult* result) { PQclear(result); })>;

/// The server's states in which trying again helps (PostgreSQL, appendix A).
bool may_pass(std::string_view state) {
  const bool is_connection = state.starts_with("08") && state != "08P01";  // that one is our own mistake
  return is_connection || state.starts_with("57P") || state == "53300";
}

bool is_clash(std::string_view state) {
  return state == "40001" || state == "40P01";
}

base::Code code_of(std::string_view state) {
  if (state == "23505" || state == "23503") return base::Code::kConflict;
  if (state == "23502" || state == "23514") return base::Code::kInvalidInput;
  if (state.starts_with("53") || state == "57014") return base::Code::kUnavailable;
  if (state.starts_with("22") || state.starts_with("28") || state.starts_with("3D")) {
    return base::Code::kInvalidInput;
  }
  if (state.starts_with("54")) return base::Code::kTooLarge;
  return base::Code::kInternal;
}

std::string_view advice_for(std::string_view state) {
  if (state == "23505") return "; that is there already: change it, or choose another";
  if (state == "23503") return "; it refers to what is not there, or something still refers to it";
  if (state == "57014") return ": the statement took longer than it may; ask for less, or again later";
  return "";
}

std::string message_of(const char* message) {
  return fmt::format("PostgreSQL: {}", base::trim(message == nullptr ? "" : message));
}

bool is_good(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

Rows rows_of(const PGresult* result) {
  Rows rows(static_cast<std::size_t>(PQntuples(result)));
  for (int i = 0; i < PQntuples(result); ++i) {
    for (int column = 0; column < PQnfields(result); ++column) {
      Field& field = rows[static_cast<std::size_t>(i)].emplace_back();
      if (PQgetisnull(result, i, column) != 0) continue;
      field.emplace(PQgetvalue(result, i, column), static_cast<std::size_t>(PQgetlength(result, i, column)));
    }
  }
  return rows;
}

}  // namespace

std::exception_ptr failure_of(const pg_result* result, pg_conn* connection) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string message = message_of(PQresultErrorMessage(result));
  if (PQstatus(connection) != CONNECTION_OK || state == nullptr || may_pass(state)) {
    return std::make_exception_ptr(ConnectionLost(message));
  }
  if (is_clash(state)) return std::make_exception_ptr(Clash(message));
  return std::make_exception_ptr(base::Error(code_of(state), message + std::string(advice_for(state))));
}

ConnectionLost lost(pg_conn* connection) {
  return ConnectionLost(message_of(PQerrorMessage(connection)));
}

std::string text_array(std::span<const std::string> items) {
  std::string array = "{";
  for (const std::string& item : items) {
    if (array.size() > 1) array += ',';
    array += '"';
    for (const char character : item) {
      if (character == '"' || character == '\\') array += '\\';
      array += character;
    }
    array += '"';
  }
  return array + "}";
}

Connection::Connection(const std::string& url) {
  // What the URL says comes after these defaults and wins.
  const std::array keywords{"connect_timeout", "tcp_user_timeout", "application_name", "dbname",
                            static_cast<const char*>(nullptr)};
  const std::array values{"5", "10000", "pharos", url.c_str(), static_cast<const char*>(nullptr)};
  connection_ = PQconnectdbParams(keywords.data(), values.data(), 1);
  if (PQstatus(connection_) == CONNECTION_OK) {
    PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
    return;
  }
  const std::string message = message_of(PQerrorMessage(connection_));
  PQfinish(connection_);
  throw ConnectionLost(message);
}

Connection::~Connection() {
  PQfinish(connection_);
}

bool Connection::is_lost() const {
  return PQstatus(connection_) != CONNECTION_OK;
}

Rows Connection::execute(const std::string& sql) {
  const Result result(PQexec(connection_, sql.c_str()));
  if (!is_good(result.get())) std::rethrow_exception(failure_of(result.get(), connection_));
  return rows_of(result.get());
}

std::vector<Answer> Connection::run(std::span<const Query* const> queries) {
  std::vector<Answer> answers;
  try {
    if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) {
      throw ConnectionLost(message_of(PQerrorMessage(connection_)));
    }
    for (const Query* query : queries) send(*query);
    flush();
    for (const Query* query : queries) answers.push_back(receive(*query));
    PQexitPipelineMode(connection_);
    PQsetnonblocking(connection_, 0);
  } catch (const ConnectionLost&) {
    broken_ = true;  // who knows where in the pipeline it stands
    answers.resize(queries.size(), {.rows = {}, .failure = std::current_exception()});
  }
  return answers;
}

/// Prepares what this connection has not seen yet; then each query is a transaction that ends with its sync.
void Connection::send(const Query& query) {
  bool sent = true;
  std::string name;
  if (const auto known = prepared_.find(query.sql); known != prepared_.end()) {
    name = known->second;
  } else {
    name = fmt::format("s{}", ++statements_made_);
    prepared_.emplace(query.sql, name);
    preparing_.emplace(query.sql, name);
    sent = PQsendPrepare(connection_, name.c_str(), std::string(query.sql).c_str(), 0, nullptr) == 1;
  }
  std::vector<const char*> values;
  for (const Field& parameter : query.parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  sent = sent && PQsendQueryPrepared(connection_, name.c_str(), static_cast<int>(values.size()),
                                     values.data(), nullptr, nullptr, 0) == 1;
  if (!sent || PQpipelineSync(connection_) != 1) {
    throw ConnectionLost(message_of(PQerrorMessage(connection_)));
  }
}

/// Reads while it writes: otherwise both sides could wait for the other to read.
void Connection::flush() {
  while (true) {
    const int left = PQflush(connection_);
    if (left == 0) return;
    pollfd wait{.fd = PQsocket(connection_), .events = POLLIN | POLLOUT, .revents = 0};
    if (left < 0 || poll(&wait, 1, -1) < 0) throw ConnectionLost(message_of(PQerrorMessage(connection_)));
    if ((wait.revents & POLLIN) != 0 && PQconsumeInput(connection_) != 1) {
      throw ConnectionLost(message_of(PQerrorMessage(connection_)));
    }
  }
}

/// Everything up to the query's sync. An answer ends with one null result; a second says that libpq has
/// nothing more to give although the sync is missing, which it does after some ends of a connection.
Answer Connection::receive(const Query& query) {
  Answer answer;
  bool ended = false;
  while (true) {
    const Result result(PQgetResult(connection_));
    if (!result) {
      if (ended || PQstatus(connection_) != CONNECTION_OK) {
        throw ConnectionLost(message_of(PQerrorMessage(connection_)));
      }
      ended = true;
      continue;
    }
    ended = false;
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_PIPELINE_ABORTED) continue;
    if (is_good(result.get())) {
      std::ranges::move(rows_of(result.get()), std::back_inserter(answer.rows));
    } else if (!answer.failure) {
      answer.failure = failure_of(result.get(), connection_);
    }
  }
  if (preparing_.erase(query.sql) == 1 && answer.failure) prepared_.erase(query.sql);
  return answer;
}

}  // namespace pharos::storage::postgres
