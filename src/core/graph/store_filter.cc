#include "core/graph/store_filter.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/graph/definition.h"

namespace pharos::graph {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> kOperators{"$eq", "$ne", "$gt", "$gte", "$lt", "$lte"};

bool is_operator(std::string_view name) {
  return name.starts_with('$');
}

bool has_operators(const json::object& condition) {
  return std::ranges::any_of(condition, [](const auto& member) { return is_operator(member.key()); });
}

void check_operator(std::string_view name, const json::value& operand) {
  if (std::ranges::find(kOperators, name) == kOperators.end()) {
    const std::vector<std::string> known(kOperators.begin(), kOperators.end());
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("filter: '{}' is not an operator{}", name, hint(name, known)));
  }
  if (name == "$eq" || name == "$ne" || operand.is_number() || operand.is_string()) return;
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("filter: '{}' compares numbers and texts, and was given {}", name,
                                base::compact_json(operand)));
}

void check(const json::value& condition) {
  if (const auto* list = condition.if_array()) {
    for (const json::value& each : *list) check(each);
  }
  const auto* object = condition.if_object();
  if (object == nullptr) return;
  const bool operators = has_operators(*object);
  for (const auto& member : *object) {
    if (operators) {
      check_operator(member.key(), member.value());
    } else {
      check(member.value());
    }
  }
}

/// An integer of either sign.
using Whole = __int128;

std::optional<Whole> whole(const json::value& number) {
  if (const auto* integer = number.if_int64()) return *integer;
  if (const auto* natural = number.if_uint64()) return static_cast<Whole>(*natural);
  return std::nullopt;
}

/// Exact among integers, which a double would round.
std::partial_ordering order(const json::value& a, const json::value& b) {
  if (a.is_string() && b.is_string()) {
    return std::string_view(a.get_string()) <=> std::string_view(b.get_string());
  }
  if (!a.is_number() || !b.is_number()) return std::partial_ordering::unordered;
  const auto x = whole(a);
  const auto y = whole(b);
  if (x && y)
    return *x < *y   ? std::partial_ordering::less
           : *x > *y ? std::partial_ordering::greater
                     : std::partial_ordering::equivalent;
  return a.to_number<double>() <=> b.to_number<double>();
}

bool same(const json::value& a, const json::value& b);

bool same(const json::object& a, const json::object& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& member) {
           const json::value* other = b.if_contains(member.key());
           return other != nullptr && same(member.value(), *other);
         });
}

bool same(const json::value& a, const json::value& b) {
  if (a.is_object() && b.is_object()) return same(a.get_object(), b.get_object());
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(),
                              [](const json::value& x, const json::value& y) { return same(x, y); });
  }
  if (a.is_number() || a.is_string()) return order(a, b) == std::partial_ordering::equivalent;
  return a == b;
}

bool holds(const json::value& value, std::string_view name, const json::value& operand) {
  if (name == "$eq") return same(value, operand);
  if (name == "$ne") return !same(value, operand);
  const std::partial_ordering found = order(value, operand);
  if (name == "$gt") return found > 0;
  if (name == "$gte") return found >= 0;
  if (name == "$lt") return found < 0;
  return found <= 0;
}

/// The field, or what `a.b` leads to; null when there is none.
const json::value* find(const json::object& value, std::string_view path) {
  if (const json::value* field = value.if_contains(path)) return field;
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const json::value* inner = value.if_contains(path.substr(0, dot));
  if (inner == nullptr || !inner->is_object()) return nullptr;
  return find(inner->get_object(), path.substr(dot + 1));
}

bool fits(const json::object& value, const json::object& condition);

bool fits(const json::value& value, const json::value& condition) {
  if (const auto* object = condition.if_object()) {
    if (has_operators(*object)) {
      return std::ranges::all_of(
          *object, [&](const auto& member) { return holds(value, member.key(), member.value()); });
    }
    return value.is_object() && fits(value.get_object(), *object);
  }
  if (const auto* list = condition.if_array()) {
    return value.is_array() &&
           std::ranges::equal(value.get_array(), *list,
                              [](const json::value& x, const json::value& y) { return fits(x, y); });
  }
  return same(value, condition);
}

bool fits(const json::object& value, const json::object& condition) {
  static const json::value missing;
  return std::ranges::all_of(condition, [&](const auto& member) {
    const json::value* field = find(value, member.key());
    return fits(field == nullptr ? missing : *field, member.value());
  });
}

}  // namespace

StoreFilter::StoreFilter(json::object condition) : condition_(std::move(condition)) {
  if (has_operators(condition_)) {
    throw base::Error(base::Code::kInvalidInput,
                      "filter: an operator needs a field to compare, as in {\"size\": {\"$gt\": 3}}");
  }
  for (const auto& member : condition_) check(member.value());
}

bool StoreFilter::matches(const json::object& value) const {
  return fits(value, condition_);
}

}  // namespace pharos::graph
