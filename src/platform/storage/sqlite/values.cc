#include "platform/storage/sqlite/values.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/base/error.h"

namespace pharos::storage::sqlite {
namespace {

/// What is bound outlives the statement's run: nothing is copied.
int bind(sqlite3_stmt* statement, int place, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, place, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, place, *real);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    return sqlite3_bind_blob64(statement, place, bytes->content.data(), bytes->content.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, place);
}

/// SQLite numbers `$2` and `$1` in the order in which it meets them.
void bind_all(sqlite3_stmt* statement, std::span<const Value> values) {
  const int wanted = sqlite3_bind_parameter_count(statement);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int place = sqlite3_bind_parameter_index(statement, fmt::format("${}", i + 1).c_str());
    if (place == 0 || wanted != static_cast<int>(values.size())) {
      throw base::Error(base::Code::kInternal, fmt::format("a statement has {} values and is given {}: {}",
                                                           wanted, values.size(), sqlite3_sql(statement)));
    }
    if (const int result = bind(statement, place, values[i]); result != SQLITE_OK) {
      throw_failure(sqlite3_db_handle(statement), result);
    }
  }
  if (values.empty() && wanted != 0) {
    throw base::Error(base::Code::kInternal, fmt::format("a statement has {} values and is given none: {}",
                                                         wanted, sqlite3_sql(statement)));
  }
}

ColumnNames names_of(sqlite3_stmt* statement) {
  auto names = std::make_shared<std::vector<std::string>>();
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    names->emplace_back(sqlite3_column_name(statement, column));
  }
  return names;
}

std::string content_of(sqlite3_stmt* statement, int column) {
  const auto* content = static_cast<const char*>(sqlite3_column_blob(statement, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return content == nullptr ? std::string() : std::string(content, size);
}

Value value_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
      return content_of(statement, column);
    case SQLITE_BLOB:
      return Bytes{content_of(statement, column)};
    default:
      return nullptr;
  }
}

}  // namespace

Rows carry_out(Connection& connection, Statement& statement, std::span<const Value> values,
               std::size_t& changed) {
  sqlite3_stmt* native = statement.native();
  bind_all(native, values);
  const std::int64_t before = sqlite3_total_changes64(connection.native());
  Rows rows;
  ColumnNames names;
  while (statement.step()) {
    if (!names) names = names_of(native);
    std::vector<Value> row;
    row.reserve(names->size());
    for (int column = 0; column < static_cast<int>(names->size()); ++column) {
      row.push_back(value_of(native, column));
    }
    rows.emplace_back(names, std::move(row));
  }
  const bool has_changed = sqlite3_total_changes64(connection.native()) != before;
  changed = has_changed ? static_cast<std::size_t>(sqlite3_changes64(connection.native())) : 0;
  return rows;
}

}  // namespace pharos::storage::sqlite
