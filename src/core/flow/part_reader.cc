#include "core/flow/part_reader.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/graph/command.h"

namespace pharos::flow {

Members::Members(const Item& map, std::string what, Problems& problems)
    : map_(map), what_(std::move(what)), problems_(problems) {
  if (!map.is_map()) problems.add(map.place, fmt::format("{} must be a map, not {}", what_, kind_of(map)));
  std::set<std::string_view> seen;
  for (const Member& member : map.members) {
    if (!seen.insert(member.key).second) {
      problems.add(member.place, fmt::format("{} has the key '{}' twice: remove one", what_, member.key));
    }
  }
}

const Item* Members::find(const std::string& key) {
  asked_.push_back(key);
  const auto found = std::ranges::find(map_.members, key, &Member::key);
  return found == map_.members.end() ? nullptr : &found->value;
}

const Item* Members::require(const std::string& key, std::string_view why) {
  const Item* found = find(key);
  if (found == nullptr && map_.is_map()) {
    problems_.add(map_.place, fmt::format("{} has no key '{}': {}", what_, key, why));
  }
  return found;
}

void Members::finish() const {
  for (const Member& member : map_.members) {
    if (std::ranges::find(asked_, member.key) != asked_.end()) continue;
    const std::string near = base::nearest(member.key, asked_);
    problems_.add(member.place, fmt::format("{} has an unknown key '{}' ({})", what_, member.key,
                                            near.empty() ? "known are " + base::join(asked_, ", ")
                                                         : "did you mean '" + near + "'?"));
  }
}

Template PartReader::expression(const Item& item, const Names& names) const {
  if (item.is_list()) {
    std::vector<Template> items;
    for (const Item& each : item.items) items.push_back(expression(each, names));
    return Template::list(std::move(items));
  }
  if (item.is_map()) {
    std::vector<std::pair<std::string, Template>> members;
    for (const Member& member : item.members)
      members.emplace_back(member.key, expression(member.value, names));
    return Template::object(std::move(members));
  }
  if (!item.is_text()) return Template::literal(item.scalar);
  try {
    return Template::text(item.scalar.get_string(), names);
  } catch (const base::Error& error) {
    problems_.add(item.place, error.what());
    return Template::literal(nullptr);
  }
}

std::vector<Assignment> PartReader::assignments(const Item& item, const Names& names, bool overwrite) const {
  Members members(item, "the list of writes", problems_);
  std::vector<Assignment> made;
  for (const Member& member : item.members) {
    const auto field = fields_->find(member.key);
    if (!field) {
      problems_.add(member.place, fmt::format("the state has no field '{}'{}", member.key,
                                              graph::hint(member.key, fields_->names())));
      continue;
    }
    const std::size_t before = problems_.count();
    Template value = expression(member.value, names);
    const json::value* constant = problems_.count() == before ? value.constant() : nullptr;
    // What does not depend on the state can be checked now.
    if (constant != nullptr) {
      try {
        fields_->write(*field, *constant, overwrite);
      } catch (const base::Error& error) {
        problems_.add(member.value.place, error.what());
      }
    }
    made.push_back({*field, overwrite, std::move(value)});
  }
  return made;
}

std::vector<Assignment> PartReader::writes(Members& members, const Names& names) const {
  std::vector<Assignment> made;
  if (const Item* write = members.find("write")) made = assignments(*write, names, false);
  if (const Item* overwrite = members.find("overwrite")) {
    std::ranges::move(assignments(*overwrite, names, true), std::back_inserter(made));
  }
  return made;
}

std::optional<std::uint32_t> PartReader::field(const Item& item) const {
  const auto found = item.is_text() ? fields_->find(item.text()) : std::nullopt;
  if (found) return found;
  problems_.add(item.place, item.is_text() ? fmt::format("the state has no field '{}'{}", item.text(),
                                                         graph::hint(item.text(), fields_->names()))
                                           : fmt::format("a field's name is text, not {}", kind_of(item)));
  return std::nullopt;
}

std::optional<std::string> PartReader::target(Place place, const std::string& name) const {
  if (name == kEndWord) return std::string(graph::kEnd);
  if (std::ranges::find(nodes_, name) != nodes_.end()) return name;
  problems_.add(place, name == kStartWord
                           ? "nothing can lead to the start"
                           : fmt::format("there is no node '{}'{}", name, graph::hint(name, nodes_)));
  return std::nullopt;
}

std::vector<std::string> PartReader::targets(const Item& item) const {
  std::vector<std::string> names;
  const auto add = [&](const Item& each) {
    if (!each.is_text()) {
      problems_.add(each.place, fmt::format("a node's name is text, not {}", kind_of(each)));
    } else if (auto name = target(each.place, each.text())) {
      names.push_back(std::move(*name));
    }
  };
  if (item.is_list()) {
    for (const Item& each : item.items) add(each);
  } else {
    add(item);
  }
  return names;
}

std::optional<Test> PartReader::test_named(Place place, const std::string& name) const {
  try {
    return base::from_name<Test>(name, "the condition");
  } catch (const base::Error&) {
    problems_.add(
        place, fmt::format("there is no condition '{}'{}", name, graph::hint(name, base::names_of<Test>())));
    return std::nullopt;
  }
}

Condition PartReader::condition(const Item& item, const Names& names) const {
  if (!item.is_map() || item.members.size() != 1) {
    problems_.add(item.place, "a condition is one test, such as {equals: [\"{state.topic}\", refund]}");
    return {.test = Test::kAny};
  }
  const Member& member = item.members[0];
  const auto test = test_named(member.place, member.key);
  if (!test) return {.test = Test::kAny};
  Condition made{.test = *test};
  const bool combines = *test == Test::kAll || *test == Test::kAny;
  const bool single = *test == Test::kExists || *test == Test::kEmpty;
  if (*test == Test::kNot) {
    made.parts.push_back(condition(member.value, names));
  } else if (single) {
    made.operands.push_back(expression(member.value, names));
    if (made.operands[0].path() == nullptr) {
      problems_.add(member.value.place,
                    fmt::format("'{}' looks at one expression, such as \"{{state.topic}}\"", member.key));
    }
  } else if (!member.value.is_list() || (!combines && member.value.items.size() != 2)) {
    problems_.add(member.value.place, combines ? fmt::format("'{}' takes a list of conditions", member.key)
                                               : fmt::format("'{}' takes a list of two values", member.key));
    return {.test = Test::kAny};
  }
  for (const Item& each : member.value.items) {
    if (combines) made.parts.push_back(condition(each, names));
    if (!combines && !single && *test != Test::kNot) made.operands.push_back(expression(each, names));
  }
  return made;
}

Cases PartReader::cases(Members& members) const {
  Cases made;
  const Names names{.state = fields_.get(), .context = context_.get()};
  if (const Item* when = members.require("when", "list the cases, {if: condition, to: node}")) {
    if (!when->is_list()) problems_.add(when->place, "'when' is a list of cases, {if: condition, to: node}");
    for (const Item& each : when->items) made.cases.push_back(one_case(each, names));
  }
  const Item* otherwise = members.require("otherwise", "name the node that follows when no case holds");
  if (otherwise != nullptr && otherwise->is_map()) {
    Members one(*otherwise, "otherwise", problems_);
    if (const Item* to = one.require("to", "name the node that follows, or end"))
      made.otherwise = targets(*to);
    made.otherwise_label = label(one, made.otherwise);
    one.finish();
  } else if (otherwise != nullptr) {
    made.otherwise = targets(*otherwise);
  }
  check_labels(made, members.place());
  return made;
}

Cases::Case PartReader::one_case(const Item& item, const Names& names) const {
  Cases::Case made;
  Members members(item, "a case", problems_);
  const Item* holds = members.require("if", "say when it holds, such as {exists: \"{state.topic}\"}");
  const Item* to = members.require("to", "name the node that follows, or end");
  if (holds != nullptr) made.condition = condition(*holds, names);
  if (to != nullptr) made.to = targets(*to);
  made.label = label(members, made.to);
  members.finish();
  return made;
}

/// What a picture says of the way to one node.
std::string PartReader::label(Members& members, const std::vector<std::string>& to) const {
  const Item* item = members.find("label");
  if (item == nullptr) return {};
  std::string word = text(*item, "label");
  if (to.size() > 1) problems_.add(item->place, "a label is for a way to one node: leave it out here");
  const bool taken = std::ranges::find(nodes_, word) != nodes_.end() || word == graph::kEnd;
  if (taken && !(to.size() == 1 && to[0] == word)) {
    problems_.add(item->place, fmt::format("label '{}' is the name of a node: choose another", word));
  }
  return to.size() == 1 ? word : std::string();
}

void PartReader::check_labels(const Cases& cases, Place place) const {
  std::map<std::string, std::string> labelled;
  const auto check = [&](const std::string& word, const std::vector<std::string>& to) {
    if (word.empty()) return;
    if (const auto [known, fresh] = labelled.emplace(word, to[0]); !fresh && known->second != to[0]) {
      problems_.add(place, fmt::format("label '{}' stands for two nodes: choose another for one", word));
    }
  };
  for (const Cases::Case& each : cases.cases) check(each.label, each.to);
  check(cases.otherwise_label, cases.otherwise);
}

std::string PartReader::text(const Item& item, std::string_view what) const {
  if (item.is_text()) return item.text();
  problems_.add(item.place, fmt::format("{} must be text, not {}", what, kind_of(item)));
  return {};
}

int PartReader::integer(const Item& item, std::string_view what, int least) const {
  const bool fits = item.kind == Item::Kind::kScalar && item.scalar.is_int64() &&
                    item.scalar.get_int64() >= least && item.scalar.get_int64() <= 1'000'000'000;
  if (fits) return static_cast<int>(item.scalar.get_int64());
  problems_.add(item.place, fmt::format("{} must be a whole number from {} up", what, least));
  return least;
}

bool PartReader::flag(const Item& item, std::string_view what) const {
  if (item.kind == Item::Kind::kScalar && item.scalar.is_bool()) return item.scalar.get_bool();
  problems_.add(item.place, fmt::format("{} must be true or false", what));
  return false;
}

std::optional<base::Duration> PartReader::duration(const Item& item, std::string_view what) const {
  static const std::map<std::string_view, double> units{
      {"", 1.0}, {"ms", 0.001}, {"s", 1.0}, {"m", 60.0}, {"h", 3600.0}};
  constexpr double kMost = 30 * 24 * 3600.0;
  const std::string written = item.kind == Item::Kind::kScalar ? as_text(item.scalar) : std::string();
  double number = 0;
  const auto [rest, failure] = std::from_chars(written.data(), written.data() + written.size(), number);
  const auto unit = units.find(std::string_view(rest, written.data() + written.size()));
  if (failure == std::errc() && unit != units.end() && number > 0 && number * unit->second <= kMost) {
    return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(number * unit->second));
  }
  problems_.add(item.place, fmt::format("{} must be a time such as 30s, 500ms or 2m, up to 30 days", what));
  return std::nullopt;
}

graph::RetryPolicy PartReader::retry(const Item& item) const {
  graph::RetryPolicy policy;
  if (!item.is_map()) {
    policy.max_attempts = integer(item, "retry, the number of attempts in all,", 1);
    return policy;
  }
  Members members(item, "retry", problems_);
  if (const Item* attempts = members.find("attempts"))
    policy.max_attempts = integer(*attempts, "attempts", 1);
  if (const Item* wait = members.find("wait")) {
    policy.initial_wait = duration(*wait, "wait").value_or(policy.initial_wait);
  }
  if (const Item* wait = members.find("max_wait")) {
    policy.max_wait = duration(*wait, "max_wait").value_or(policy.max_wait);
  }
  if (const Item* factor = members.find("factor")) {
    const bool number = factor->kind == Item::Kind::kScalar && factor->scalar.is_number();
    policy.factor = number ? factor->scalar.to_number<double>() : 0;
    if (!(policy.factor >= 1 && policy.factor <= 100)) {
      problems_.add(factor->place,
                    "factor must be a number from 1 to 100: each wait is that many times the last");
    }
  }
  members.finish();
  return policy;
}

}  // namespace pharos::flow
