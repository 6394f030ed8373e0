// What goes into a statement and what comes out of it, whichever database answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pharos::storage {

/// Content that is not text: `bytea` in a table.
struct Bytes {
  std::string content;

  bool operator==(const Bytes&) const = default;
};

using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Bytes>;

/// A column by its place, from 0, or by its name.
class Column {
 public:
  Column(int place) : place_(place) {}  // NOLINT(google-explicit-constructor): both are written as they are
  Column(std::string_view name) : name_(name) {}  // NOLINT(google-explicit-constructor)
  Column(const char* name) : name_(name) {}       // NOLINT(google-explicit-constructor)

  /// Throws base::Error (kInternal) when the row has no such column.
  std::size_t among(const std::vector<std::string>& names) const;

 private:
  int place_ = -1;
  std::string_view name_;
};

using ColumnNames = std::shared_ptr<const std::vector<std::string>>;

/// One row. What is asked for must be there and of that kind: base::Error (kInternal) names the column
/// otherwise.
class Row {
 public:
  Row(ColumnNames names, std::vector<Value> values) : names_(std::move(names)), values_(std::move(values)) {}

  bool is_null(Column column) const;
  const std::string& text(Column column) const;
  std::int64_t number(Column column) const;
  double real(Column column) const;
  bool truth(Column column) const;
  const std::string& bytes(Column column) const;
  /// Nothing for NULL.
  std::optional<std::string> optional_text(Column column) const;
  std::optional<std::int64_t> optional_number(Column column) const;
  std::optional<double> optional_real(Column column) const;
  std::optional<std::string> optional_bytes(Column column) const;

  std::size_t size() const { return values_.size(); }
  const std::vector<std::string>& names() const { return *names_; }
  const Value& value(Column column) const { return values_.at(column.among(*names_)); }

 private:
  template <class Kind>
  const Kind& get(const Column& column, std::string_view kind) const;

  ColumnNames names_;
  std::vector<Value> values_;
};

using Rows = std::vector<Row>;

/// The first of them. Throws base::Error (kNotFound) with that sentence when there is none.
Row first_row(Rows rows, const char* when_missing);

}  // namespace pharos::storage
