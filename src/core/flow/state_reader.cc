#include "core/flow/state_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/text.h"
#include "core/flow/part_reader.h"

namespace pharos::flow {
namespace {

bool is_field_name(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return base::is_letter_or_digit(c) || c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

std::string near(const std::string& word, const std::vector<std::string>& names) {
  const std::string found = base::nearest(word, names);
  return found.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", found);
}

template <class Enumeration>
void read_word(const Item& item, const char* what, Enumeration& value, Problems& problems) {
  const std::vector<std::string> names = base::names_of<Enumeration>();
  const std::string word = item.is_text() ? item.text() : std::string();
  if (std::ranges::find(names, word) != names.end()) {
    value = base::from_name<Enumeration>(word, what);
    return;
  }
  problems.add(item.place,
               fmt::format("{} must be one of {}{}", what, base::join(names, ", "), near(word, names)));
}

Field untyped(std::string name) {
  Field field;
  field.name = std::move(name);
  return field;
}

/// `topic: string`, or a map with type, default and about; one that is written has reducer and keep.
std::optional<Field> read_field(const Member& member, bool is_written, Problems& problems) {
  if (!is_field_name(member.key)) {
    problems.add(member.place,
                 fmt::format("'{}' cannot be a field's name: use letters, digits, - and _", member.key));
    return std::nullopt;
  }
  Field field = untyped(member.key);
  if (member.value.is_text()) {
    read_word(member.value, "type", field.type, problems);
  } else {
    Members keys(member.value, fmt::format("field '{}'", member.key), problems);
    if (const Item* type = keys.find("type")) read_word(*type, "type", field.type, problems);
    if (const Item* initial = keys.find("default")) field.initial = to_json(*initial);
    const Item* reducer = is_written ? keys.find("reducer") : nullptr;
    const Item* keep = is_written ? keys.find("keep") : nullptr;
    if (reducer != nullptr) read_word(*reducer, "reducer", field.reducer, problems);
    if (keep != nullptr) read_word(*keep, "keep", field.keep, problems);
    if (const Item* about = keys.find("about")) {
      field.about = PartReader(problems, nullptr, {}).text(*about, "about");
    }
    keys.finish();
  }
  const std::string problem = problem_with(field);
  if (problem.empty()) return field;
  problems.add(member.place, problem);
  return untyped(member.key);
}

std::vector<Field> read_fields(const Item& declared, const char* what, bool is_written, Problems& problems) {
  std::vector<Field> fields;
  const Members named(declared, what, problems);  // tells of a name that is there twice
  for (const Member& member : declared.members) {
    const bool twice = std::ranges::find(fields, member.key, &Field::name) != fields.end();
    auto field = read_field(member, is_written, problems);
    if (field && !twice) fields.push_back(std::move(*field));
  }
  return fields;
}

}  // namespace

std::vector<Field> read_state(const Item& state, Problems& problems) {
  return read_fields(state, "the state", true, problems);
}

std::vector<Field> read_context(const Item& context, Problems& problems) {
  return read_fields(context, "the context", false, problems);
}

}  // namespace pharos::flow
