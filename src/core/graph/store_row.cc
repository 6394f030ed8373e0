#include "core/graph/store_row.h"

#include <cmath>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::graph {
namespace {

namespace json = boost::json;

constexpr std::string_view kReservedRoot = "langgraph";  // stores that are exchanged with it need it free

[[noreturn]] void throw_bad_namespace(const Namespace& space, std::string_view why) {
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("namespace [{}]: {}", fmt::join(space, ", "), why));
}

bool has_control_character(std::string_view text) {
  for (const char character : text) {
    if (static_cast<unsigned char>(character) < 0x20) return true;
  }
  return false;
}

void require_value(const json::value& value, std::string_view key) {
  const auto refuse = [&](std::string_view what) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("item '{}' has {}, which could not be read back", key, what));
  };
  if (const auto* text = value.if_string()) {
    if (!base::is_utf8(*text)) refuse("text that is not UTF-8");
  } else if (const auto* number = value.if_double()) {
    if (!std::isfinite(*number)) refuse("a number that is not finite");
  } else if (const auto* list = value.if_array()) {
    for (const json::value& each : *list) require_value(each, key);
  } else if (const auto* object = value.if_object()) {
    require_storable(*object, key);
  }
}

}  // namespace

std::string join_namespace(const Namespace& space) {
  std::string joined;
  for (const std::string& label : space) joined.append(label).push_back('.');
  return joined;
}

Namespace split_namespace(std::string_view joined) {
  if (joined.empty()) return {};
  joined.remove_suffix(1);
  return base::split(joined, '.');
}

void require_labels(const Namespace& space) {
  for (const std::string& label : space) {
    if (label.empty()) throw_bad_namespace(space, "a label must not be empty");
    if (label.find('.') != std::string::npos) {
      throw_bad_namespace(space, fmt::format("label '{}' must not contain a dot: make it two labels", label));
    }
    if (!base::is_utf8(label) || has_control_character(label)) {
      throw_bad_namespace(space, "a label must be UTF-8 text without control characters");
    }
  }
}

void require_namespace(const Namespace& space) {
  if (space.empty()) throw_bad_namespace(space, "it must have at least one label");
  require_labels(space);
  if (space.front() == kReservedRoot) {
    throw_bad_namespace(space,
                        fmt::format("its first label must not be '{}', which is reserved", kReservedRoot));
  }
}

void require_key(std::string_view key) {
  if (!key.empty() && base::is_utf8(key) && key.find('\0') == std::string_view::npos) return;
  throw base::Error(base::Code::kInvalidInput,
                    "an item's key must be UTF-8 text, not empty and without a NUL character");
}

void require_storable(const json::object& value, std::string_view key) {
  for (const auto& member : value) {
    if (!base::is_utf8(member.key())) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("item '{}' has a field whose name is not UTF-8", key));
    }
    require_value(member.value(), key);
  }
}

}  // namespace pharos::graph
