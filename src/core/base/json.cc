#include "core/base/json.h"

#include <cctype>

#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::base {
namespace {

std::string_view kind_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "true or false";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
  }
  return "something else";
}

void write_pretty(std::string& out, const json::value& value, int indent) {
  const auto new_line = [&](int depth) { out.append("\n").append(static_cast<std::size_t>(depth) * 2, ' '); };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    bool first = true;
    for (const auto& [key, item] : *object) {
      if (!std::exchange(first, false)) out += ',';
      new_line(indent + 1);
      out += json::serialize(json::string(key)) + ": ";
      write_pretty(out, item, indent + 1);
    }
    new_line(indent);
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    // Arrays of plain numbers stay on one line: boxes and vectors are read as one thing.
    const bool plain = std::ranges::all_of(*array, [](const json::value& item) { return item.is_number(); });
    out += '[';
    bool first = true;
    for (const json::value& item : *array) {
      if (!std::exchange(first, false)) out += plain ? ", " : ",";
      if (!plain) new_line(indent + 1);
      write_pretty(out, item, indent + 1);
    }
    if (!plain) new_line(indent);
    out += ']';
  } else if (value.is_double()) {
    // Shortest text that reads back as the same number.
    out += fmt::format("{}", value.get_double());
  } else {
    out += json::serialize(value);
  }
}

void write_compact(std::string& out, const json::value& value) {
  bool first = true;
  const auto separate = [&] {
    if (!std::exchange(first, false)) out += ',';
  };
  if (const auto* object = value.if_object(); object != nullptr) {
    out += '{';
    for (const auto& [key, item] : *object) {
      separate();
      out += json::serialize(json::string(key)) + ':';
      write_compact(out, item);
    }
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr) {
    out += '[';
    for (const json::value& item : *array) {
      separate();
      write_compact(out, item);
    }
    out += ']';
  } else {
    write_pretty(out, value, 0);
  }
}

}  // namespace

json::value parse_json(std::string_view text, std::string_view what) {
  json::stream_parser parser;
  boost::system::error_code failure;
  std::size_t read = parser.write_some(text.data(), text.size(), failure);
  if (!failure && read < text.size()) failure = json::error::extra_data;
  if (!failure) parser.finish(failure);
  if (failure) {
    const std::string_view before = text.substr(0, read);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t line_start = before.rfind('\n');
    const std::size_t column = line_start == std::string_view::npos ? read + 1 : read - line_start;
    throw Error(Code::kInvalidInput, fmt::format("{} is not valid JSON: {} at line {}, column {}", what,
                                                 failure.message(), line, column));
  }
  return parser.release();
}

std::string pretty_json(const json::value& value) {
  std::string out;
  write_pretty(out, value, 0);
  out += '\n';
  return out;
}

std::string compact_json(const json::value& value) {
  std::string out;
  write_compact(out, value);
  return out;
}

std::string enumerator_name(std::string_view identifier) {
  if (identifier.size() > 1 && identifier[0] == 'k' &&
      std::isupper(static_cast<unsigned char>(identifier[1]))) {
    identifier.remove_prefix(1);
  }
  std::string name;
  for (const char c : identifier) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isupper(byte) && !name.empty()) name += '_';
    name += static_cast<char>(std::tolower(byte));
  }
  return name;
}

namespace detail {

void throw_wrong_kind(const std::string& path, std::string_view expected, const json::value& got) {
  throw Error(Code::kInvalidInput, fmt::format("{}: expected {}, got {}", path, expected, kind_name(got)));
}

void throw_unknown_field(const std::string& path, std::string_view field, std::vector<std::string> known) {
  const std::string near = nearest(field, known);
  const std::string hint = near.empty() ? "known are " + join(known, ", ") : "did you mean '" + near + "'?";
  throw Error(Code::kInvalidInput, fmt::format("{}: there is no field '{}' ({})", path, field, hint));
}

void throw_unknown_enumerator(const std::string& path, std::string_view got, std::vector<std::string> known) {
  throw Error(Code::kInvalidInput, fmt::format("{}: '{}' is not one of {}", path, got, join(known, ", ")));
}

void throw_out_of_range(const std::string& path) {
  throw Error(Code::kInvalidInput, fmt::format("{}: the number is not whole or out of range", path));
}

}  // namespace detail
}  // namespace pharos::base
