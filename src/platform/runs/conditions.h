// A WHERE that grows with what is asked for; values are only ever bound.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "platform/storage/session.h"

namespace pharos::runs {

class Conditions {
 public:
  explicit Conditions(storage::Engine engine) : engine_(engine) {}

  /// `condition` has the value where it says `{}`: `status = {}`.
  void demand(std::string_view condition, const storage::Value& value);
  /// The column is one of them.
  void demand_one_of(std::string_view column, const std::vector<std::string>& values);
  /// The JSON object in the column has each of these members, with the same value.
  void demand_members(std::string_view column, const boost::json::object& members);

  /// The table's row is the scope's user's own, in their team.
  void demand_own(const storage::Scope& scope, std::string_view table);

  /// A place for one more value: `$4`.
  std::string place(const storage::Value& value);
  /// ` LIMIT … OFFSET …`
  std::string page(std::int64_t limit, std::int64_t offset);

  /// ` WHERE … AND …`, or nothing.
  const std::string& sql() const { return sql_; }
  const std::vector<storage::Value>& values() const { return values_; }

 private:
  void add(const std::string& condition) { sql_ += (sql_.empty() ? " WHERE " : " AND ") + condition; }

  storage::Engine engine_;
  std::string sql_;
  std::vector<storage::Value> values_;
};

/// The object has each of these members, with the same value.
bool has_members(const boost::json::object& object, const boost::json::object& members);

}  // namespace pharos::runs
