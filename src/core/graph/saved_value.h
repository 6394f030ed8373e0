// A value that a thread keeps: as the run left it, and JSON only when somebody asks for that.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "core/graph/value.h"

namespace pharos::graph {

/// Shared and never changed, so a saver in memory keeps what the run wrote without copying or converting it,
/// and a database asks for JSON when it writes. What a database gives back is JSON until a run reads it.
/// Cheap to copy; thread-safe to read.
class SavedValue {
 public:
  /// Null.
  SavedValue() = default;
  template <class Json>
    requires(std::convertible_to<Json, json::value> && !std::same_as<std::remove_cvref_t<Json>, SavedValue>)
  SavedValue(Json&& value)  // NOLINT: JSON is a saved value as it is
      : SavedValue(json::value(std::forward<Json>(value)), IsJson{}) {}
  explicit SavedValue(Value value) : value_(std::make_shared<const Value>(std::move(value))) {}
  explicit SavedValue(std::shared_ptr<const Value> value) : value_(std::move(value)) {}

  bool is_null() const;
  json::value to_json() const;
  static SavedValue from_json(const json::value& from, const std::string& /*path*/) { return {from}; }

  /// A copy as a value of `type`. Throws base::Error (kInvalidInput) that names `path` when it does not fit.
  Value as(const ValueType& type, const std::string& path) const;
  /// Copies it into `field`, which is of `type`; throws as as() does.
  void copy_to(void* field, const ValueType& type, const std::string& path) const;

  friend bool operator==(const SavedValue& a, const SavedValue& b) { return a.to_json() == b.to_json(); }

 private:
  struct IsJson {};
  SavedValue(json::value value, IsJson tag);

  std::shared_ptr<const Value> value_;  ///< of whatever type, json::value included; null: null
};

}  // namespace pharos::graph
