#include "core/flow/document.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/flow/fields.h"

namespace pharos::flow {

json::value to_json(const Item& item) {
  switch (item.kind) {
    case Item::Kind::kScalar:
      return item.scalar;
    case Item::Kind::kList: {
      json::array array;
      for (const Item& each : item.items) array.push_back(to_json(each));
      return array;
    }
    case Item::Kind::kMap: {
      json::object object;
      for (const Member& member : item.members) object.emplace(member.key, to_json(member.value));
      return object;
    }
  }
  return nullptr;
}

std::string_view kind_of(const Item& item) {
  if (item.is_list()) return "a list";
  if (item.is_map()) return "a map";
  return kind_of(item.scalar);
}

FileError::FileError(std::vector<std::string> lines)
    : base::Error(base::Code::kInvalidInput, base::join(lines, "\n")), lines_(std::move(lines)) {}

void Problems::add(Place place, std::string sentence) {
  found_.push_back({place, std::move(sentence)});
}

void Problems::add_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (std::ranges::find(lines_, line) == lines_.end()) lines_.push_back(line);
  }
}

void Problems::raise(const std::string& file) const {
  if (empty()) return;
  std::vector<Problem> sorted = found_;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::unique(sorted);
  sorted.erase(twice.begin(), twice.end());
  std::vector<std::string> lines;
  for (const auto& [place, sentence] : sorted) {
    lines.push_back(fmt::format("{}:{}:{}: {}", file, place.line, place.column, sentence));
  }
  std::ranges::copy(lines_, std::back_inserter(lines));
  throw FileError(std::move(lines));
}

}  // namespace pharos::flow
