// Conditions over the state and what a run is told, and the cases of a branch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/flow/expression.h"
#include "core/graph/definition.h"

namespace pharos::flow {

/// `equals` to `at_most` and `contains` compare two values; `exists` and `empty` look at one; the rest put
/// conditions together.
enum class Test : std::uint8_t {
  kEquals,
  kDiffers,
  kGreater,
  kLess,
  kAtLeast,
  kAtMost,
  kContains,
  kExists,
  kEmpty,
  kAll,
  kAny,
  kNot,
};
BOOST_DESCRIBE_ENUM(Test, kEquals, kDiffers, kGreater, kLess, kAtLeast, kAtMost, kContains, kExists, kEmpty,
                    kAll, kAny, kNot)

/// Equal as values: 1 and 1.0 are.
bool same(const json::value& a, const json::value& b);

/// Immutable; thread-safe to share.
struct Condition {
  /// Throws base::Error when values cannot be compared that way, or as Path::evaluate.
  bool holds(const Scope& scope) const;

  Test test = Test::kExists;
  std::vector<Template> operands;
  std::vector<Condition> parts;
};

/// Where to go: after the first case that holds, else to `otherwise`.
struct Cases {
  struct Case {
    Condition condition;
    std::vector<std::string> to;
    std::string label;  ///< for the picture; empty: the nodes' names
  };

  /// Every node that may follow.
  std::vector<std::string> targets() const;

  std::vector<Case> cases;
  std::vector<std::string> otherwise;
  std::string otherwise_label;
};

/// The cases as a conditional edge from `from`, over a DynamicState.
graph::BranchDefinition branch_of(std::string from, Cases cases);

}  // namespace pharos::flow
