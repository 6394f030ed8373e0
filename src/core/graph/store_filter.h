// What an item's value must have to be found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace pharos::graph {

/// A condition on JSON objects, from JSON: `{"kind": "note", "size": {"$gte": 3, "$lt": 9}}` asks for both.
///
/// - A field's own value asks for an equal one: numbers by their value, lists item by item, objects by the
///   fields that are named. A field that is not there counts as null.
/// - `$eq $ne $gt $gte $lt $lte` compare; the last four numbers with numbers and texts with texts, and say no
///   to everything else.
/// - `{"by": {"name": "ann"}}` and `{"by.name": "ann"}` look into objects. A field whose name has the dots
///   goes first.
class StoreFilter {
 public:
  /// Always true.
  StoreFilter() = default;
  /// Throws base::Error (kInvalidInput) for operators that do not exist or cannot compare their operand.
  explicit StoreFilter(boost::json::object condition);

  bool is_empty() const { return condition_.empty(); }
  bool matches(const boost::json::object& value) const;

 private:
  boost::json::object condition_;
};

}  // namespace pharos::graph
