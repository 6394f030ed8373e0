#include "core/graph/text_path.h"

#include <charconv>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::graph {

namespace json = boost::json;

void TextPath::refuse(std::string_view path, std::string_view why) {
  throw base::Error(
      base::Code::kInvalidInput,
      fmt::format("path '{}': {}; paths look like `title`, `messages[*].text`, `pages[0]` or `$`", path,
                  why));
}

TextPath::Step TextPath::read_place(std::string_view path, std::string_view inside) {
  if (inside == "*") return Every{};
  std::ptrdiff_t place = 0;
  const auto [end, failure] = std::from_chars(inside.data(), inside.data() + inside.size(), place);
  if (failure != std::errc() || end != inside.data() + inside.size()) {
    refuse(path, fmt::format("`[{}]` is neither a number nor `*`", inside));
  }
  return place;
}

TextPath::TextPath(std::string_view path) {
  if (path == "$") return;
  std::string_view rest = path.starts_with("$.") ? path.substr(2) : path;
  while (true) {
    const std::string_view field = rest.substr(0, rest.find_first_of(".[]"));
    if (field.empty()) refuse(path, "a field has no name");
    steps_.emplace_back(std::string(field));
    rest.remove_prefix(field.size());
    while (rest.starts_with('[')) {
      const std::size_t end = rest.find(']');
      if (end == std::string_view::npos) refuse(path, "a `[` is not closed");
      steps_.push_back(read_place(path, rest.substr(1, end - 1)));
      rest.remove_prefix(end + 1);
    }
    if (rest.empty()) return;
    if (!rest.starts_with('.')) refuse(path, "a dot is missing");
    rest.remove_prefix(1);
  }
}

void TextPath::collect(const json::object& value, std::vector<std::string>& texts) const {
  if (steps_.empty()) {
    if (!value.empty()) texts.push_back(base::compact_json(value));
    return;
  }
  const json::value* field = value.if_contains(std::get<std::string>(steps_.front()));
  if (field != nullptr) collect(*field, 1, texts);
}

void TextPath::collect(const json::value& value, std::size_t step, std::vector<std::string>& texts) const {
  if (step == steps_.size()) {
    if (value.is_null()) return;
    std::string text = value.is_string() ? std::string(value.get_string()) : base::compact_json(value);
    if (!base::trim(text).empty()) texts.push_back(std::move(text));
    return;
  }
  if (const auto* name = std::get_if<std::string>(&steps_[step])) {
    const json::value* field = value.is_object() ? value.get_object().if_contains(*name) : nullptr;
    if (field != nullptr) collect(*field, step + 1, texts);
    return;
  }
  if (!value.is_array()) return;
  const json::array& list = value.get_array();
  if (const auto* place = std::get_if<std::ptrdiff_t>(&steps_[step])) {
    const auto size = static_cast<std::ptrdiff_t>(list.size());
    const std::ptrdiff_t at = *place < 0 ? size + *place : *place;
    if (at >= 0 && at < size) collect(list[static_cast<std::size_t>(at)], step + 1, texts);
    return;
  }
  for (const json::value& each : list) collect(each, step + 1, texts);
}

}  // namespace pharos::graph
