#include "platform/storage/row.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"

namespace pharos::storage {
namespace {

constexpr std::array<std::string_view, 5> kKinds{"NULL", "a number", "a real number", "a text", "bytes"};

}  // namespace

std::size_t Column::among(const std::vector<std::string>& names) const {
  if (place_ >= 0 && static_cast<std::size_t>(place_) < names.size()) return static_cast<std::size_t>(place_);
  const auto found = std::ranges::find(names, name_);
  if (place_ < 0 && found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string wanted = place_ < 0 ? fmt::format("'{}'", name_) : fmt::format("{}", place_);
  throw base::Error(base::Code::kInternal,
                    fmt::format("a row has no column {}: it has {}", wanted, fmt::join(names, ", ")));
}

template <class Kind>
const Kind& Row::get(const Column& column, std::string_view kind) const {
  const std::size_t place = column.among(*names_);
  const Value& value = values_[place];
  if (const Kind* found = std::get_if<Kind>(&value)) return *found;
  throw base::Error(base::Code::kInternal, fmt::format("the column '{}' is read as {} and holds {}",
                                                       names_->at(place), kind, kKinds.at(value.index())));
}

bool Row::is_null(Column column) const {
  return std::holds_alternative<std::nullptr_t>(value(column));
}

const std::string& Row::text(Column column) const {
  return get<std::string>(column, kKinds[3]);
}

std::int64_t Row::number(Column column) const {
  return get<std::int64_t>(column, kKinds[1]);
}

/// A sum of whole numbers is a whole number to one database and none to another.
double Row::real(Column column) const {
  if (const auto* whole = std::get_if<std::int64_t>(&value(column))) return static_cast<double>(*whole);
  return get<double>(column, kKinds[2]);
}

bool Row::truth(Column column) const {
  return number(column) != 0;
}

const std::string& Row::bytes(Column column) const {
  return get<Bytes>(column, kKinds[4]).content;
}

std::optional<std::string> Row::optional_text(Column column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

std::optional<std::int64_t> Row::optional_number(Column column) const {
  return is_null(column) ? std::nullopt : std::optional(number(column));
}

std::optional<double> Row::optional_real(Column column) const {
  return is_null(column) ? std::nullopt : std::optional(real(column));
}

std::optional<std::string> Row::optional_bytes(Column column) const {
  return is_null(column) ? std::nullopt : std::optional(bytes(column));
}

Row first_row(Rows rows, const char* when_missing) {
  if (rows.empty()) throw base::Error(base::Code::kNotFound, when_missing);
  return std::move(rows.front());
}

}  // namespace pharos::storage
