#include "core/flow/condition.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::flow {
namespace {

/// Less than zero, zero or more than zero; both are numbers, or both are text.
int compare(const json::value& a, const json::value& b) {
  if (a.is_int64() && b.is_int64()) {
    return a.get_int64() < b.get_int64() ? -1 : static_cast<int>(a.get_int64() > b.get_int64());
  }
  if (a.is_number() && b.is_number()) {
    const auto left = a.to_number<double>();
    const auto right = b.to_number<double>();
    return left < right ? -1 : static_cast<int>(left > right);
  }
  if (a.is_string() && b.is_string()) return a.get_string().compare(b.get_string());
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("{} and {} cannot be compared: both must be numbers, or both text",
                                kind_of(a), kind_of(b)));
}

bool contains(const json::value& all, const json::value& one) {
  if (all.is_array()) {
    return std::ranges::any_of(all.get_array(), [&](const json::value& each) { return same(each, one); });
  }
  if (all.is_object() && one.is_string()) return all.get_object().contains(one.get_string());
  if (all.is_string() && one.is_string()) {
    return std::string_view(all.get_string()).contains(std::string_view(one.get_string()));
  }
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("{} cannot contain {}: look for a value in a list, a name in an object, or "
                                "text in text",
                                kind_of(all), kind_of(one)));
}

bool is_empty(const json::value& value) {
  if (value.is_string()) return value.get_string().empty();
  if (value.is_array()) return value.get_array().empty();
  if (value.is_object()) return value.get_object().empty();
  return value.is_null();
}

/// What is at a path, null when nothing is.
json::value found(const Template& operand, const Scope& scope) {
  try {
    return operand.evaluate(scope);
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kNotFound) throw;
    return nullptr;
  }
}

}  // namespace

bool same(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) return compare(a, b) == 0;
  return a == b;
}

bool Condition::holds(const Scope& scope) const {
  const auto one = [&](std::size_t which) { return operands[which].evaluate(scope); };
  const auto part = [&](const Condition& each) { return each.holds(scope); };
  switch (test) {
    case Test::kEquals:
      return same(one(0), one(1));
    case Test::kDiffers:
      return !same(one(0), one(1));
    case Test::kGreater:
      return compare(one(0), one(1)) > 0;
    case Test::kLess:
      return compare(one(0), one(1)) < 0;
    case Test::kAtLeast:
      return compare(one(0), one(1)) >= 0;
    case Test::kAtMost:
      return compare(one(0), one(1)) <= 0;
    case Test::kContains:
      return contains(one(0), one(1));
    case Test::kExists:
      return !found(operands[0], scope).is_null();
    case Test::kEmpty:
      return is_empty(found(operands[0], scope));
    case Test::kAll:
      return std::ranges::all_of(parts, part);
    case Test::kAny:
      return std::ranges::any_of(parts, part);
    case Test::kNot:
      return !part(parts[0]);
  }
  return false;
}

std::vector<std::string> Cases::targets() const {
  std::vector<std::string> names;
  const auto add = [&](const std::vector<std::string>& more) {
    for (const std::string& name : more) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  };
  for (const Case& each : cases) add(each.to);
  add(otherwise);
  return names;
}

graph::BranchDefinition branch_of(std::string from, Cases cases) {
  // From here on `to` holds labels, which are what a route answers with.
  std::vector<graph::Destination> destinations;
  const auto add = [&](std::vector<std::string>& to, const std::string& label) {
    for (std::string& name : to) {
      graph::Destination made{.label = label.empty() ? name : label, .node = name};
      name = made.label;
      destinations.push_back(std::move(made));
    }
  };
  for (Cases::Case& each : cases.cases) add(each.to, each.label);
  add(cases.otherwise, cases.otherwise_label);
  const auto route = [cases = std::make_shared<const Cases>(std::move(cases))](const void* view,
                                                                               const json::object& context) {
    const Scope scope{.state = static_cast<const DynamicState*>(view), .context = &context};
    const auto chosen =
        std::ranges::find_if(cases->cases, [&](const auto& each) { return each.condition.holds(scope); });
    const auto& names = chosen == cases->cases.end() ? cases->otherwise : chosen->to;
    graph::Targets targets;
    for (const std::string& name : names) targets.emplace_back(name);
    return targets;
  };
  return {.from = std::move(from), .route = route, .destinations = std::move(destinations)};
}

}  // namespace pharos::flow
