// Reads the parts that graph files are made of, and keeps what is wrong with them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/flow/condition.h"
#include "core/flow/document.h"
#include "core/flow/expression.h"
#include "core/graph/retry.h"

namespace pharos::flow {

/// The names of a graph's beginning and end in files.
inline constexpr std::string_view kStartWord = "start";
inline constexpr std::string_view kEndWord = "end";

/// A map of a file whose keys are known by being asked for.
class Members {
 public:
  /// `what` names the map in messages, such as "node 'plan'". An item that is no map has no keys.
  Members(const Item& map, std::string what, Problems& problems);

  const std::string& what() const { return what_; }
  Place place() const { return map_.place; }
  /// The value of that key, null when it is not there.
  const Item* find(const std::string& key);
  /// As find(); when it is not there, a problem that ends in `why`.
  const Item* require(const std::string& key, std::string_view why);
  /// Tells of the keys that nobody asked for.
  void finish() const;

 private:
  const Item& map_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> asked_;
};

/// One `field: value` of a node.
struct Assignment {
  std::uint32_t field = 0;
  bool overwrite = false;
  Template value;
};

/// Each function gives an empty answer and keeps a problem when the item is not what it should be.
class PartReader {
 public:
  /// `context` is what conditions may name beside the state; null: nothing.
  PartReader(Problems& problems, std::shared_ptr<const Fields> fields, std::vector<std::string> nodes,
             std::shared_ptr<const Fields> context = nullptr)
      : problems_(problems),
        fields_(std::move(fields)),
        nodes_(std::move(nodes)),
        context_(std::move(context)) {}

  Problems& problems() const { return problems_; }
  const std::shared_ptr<const Fields>& fields() const { return fields_; }
  const std::vector<std::string>& nodes() const { return nodes_; }

  Template expression(const Item& item, const Names& names) const;
  std::vector<Assignment> assignments(const Item& item, const Names& names, bool overwrite) const;
  /// The keys `write` and `overwrite`, if they are there.
  std::vector<Assignment> writes(Members& members, const Names& names) const;
  /// The number of the field that the item names.
  std::optional<std::uint32_t> field(const Item& item) const;
  /// A node's name as the engine has it; `end` becomes graph::kEnd.
  std::optional<std::string> target(Place place, const std::string& name) const;
  /// A name or a list of names.
  std::vector<std::string> targets(const Item& item) const;
  Condition condition(const Item& item, const Names& names) const;
  /// The keys `when` and `otherwise`.
  Cases cases(Members& members) const;
  std::string text(const Item& item, std::string_view what) const;
  int integer(const Item& item, std::string_view what, int least) const;
  bool flag(const Item& item, std::string_view what) const;
  /// `30s`, `500ms`, `2m`, `1h`, or seconds.
  std::optional<base::Duration> duration(const Item& item, std::string_view what) const;
  graph::RetryPolicy retry(const Item& item) const;

 private:
  std::optional<Test> test_named(Place place, const std::string& name) const;
  Cases::Case one_case(const Item& item, const Names& names) const;
  std::string label(Members& members, const std::vector<std::string>& to) const;
  void check_labels(const Cases& cases, Place place) const;

  Problems& problems_;
  std::shared_ptr<const Fields> fields_;
  std::vector<std::string> nodes_;
  std::shared_ptr<const Fields> context_;
};

}  // namespace pharos::flow
