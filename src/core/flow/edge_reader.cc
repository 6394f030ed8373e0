#include "core/flow/edge_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace pharos::flow {
namespace {

std::vector<std::string> trimmed_parts(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (const std::string& part : base::split(text, separator)) parts.emplace_back(base::trim(part));
  return parts;
}

/// `plan -> facts, style -> write` as three links.
std::vector<std::vector<std::string>> links_of(std::string text) {
  std::vector<std::vector<std::string>> links;
  for (std::size_t arrow = text.find("->"); arrow != std::string::npos; arrow = text.find("->")) {
    links.push_back(trimmed_parts(text.substr(0, arrow), ','));
    text.erase(0, arrow + 2);
  }
  links.push_back(trimmed_parts(text, ','));
  return links;
}

}  // namespace

EdgeReader::EdgeReader(const PartReader& parts, const std::map<std::string, std::string>& started,
                       graph::GraphDefinition& definition, Outline& outline)
    : parts_(parts), started_(started), definition_(definition), outline_(outline) {
  for (const OutlinedNode& node : outline.nodes) {
    numbers_.emplace(node.name, static_cast<std::uint32_t>(numbers_.size()));
  }
}

std::optional<std::vector<std::string>> EdgeReader::destinations(
    const BuiltNode& node, const std::vector<std::string>& when_failed) {
  std::optional<std::vector<std::string>> all = node.goes_to;
  if (!node.starts.empty()) {
    if (!all) all.emplace();
    all->insert(all->begin(), node.starts);
  }
  if (!when_failed.empty()) {
    if (!all) all.emplace();
    std::ranges::copy(when_failed, std::back_inserter(*all));
  }
  return all;
}

void EdgeReader::add_node(std::uint32_t number, BuiltNode node, const std::vector<std::string>& when_failed) {
  joins_.push_back(node.joins);
  if (const auto all = destinations(node, when_failed)) add_choices(number, *all);
  if (node.goes_to) std::ranges::copy(*node.goes_to, std::back_inserter(chosen_));
  std::ranges::copy(when_failed, std::back_inserter(chosen_));
  const bool chooses = node.goes_to || !node.starts.empty() || node.cases;
  if (!when_failed.empty() && !chooses) lead_on_failure_.push_back(number);
  if (node.cases) add_branch(outline_.nodes[number].name, std::move(*node.cases));
}

void EdgeReader::read(const Item& edges) {
  Problems& problems = parts_.problems();
  if (!edges.is_list()) {
    problems.add(edges.place, "'edges' is a list, such as [\"start -> plan\", \"plan -> end\"]");
    return;
  }
  for (const Item& edge : edges.items) {
    if (edge.is_map()) {
      read_conditional(edge);
    } else if (edge.is_text() && edge.text().contains("->")) {
      read_chain(edge);
    } else {
      problems.add(edge.place, "an edge is text such as \"plan -> write\", or {from, when, otherwise}");
    }
  }
  end_ways_without_edges();
  check_chosen();
  check_joins();
  for (auto& [to, from] : waited_for_) definition_.joins.push_back({from, to});
}

void EdgeReader::read_chain(const Item& edge) {
  const std::vector<std::vector<std::string>> links = links_of(edge.text());
  for (std::size_t i = 0; i + 1 < links.size(); ++i) {
    for (const std::string& from : links[i]) {
      const auto source = source_of(edge.place, from);
      for (const std::string& to : links[i + 1]) {
        const auto target = i == 0 || source ? parts_.target(edge.place, to) : std::nullopt;
        if (source && target) add_edge(edge.place, *source, *target);
      }
    }
  }
}

std::optional<std::string> EdgeReader::source_of(Place place, const std::string& name) const {
  if (name == kStartWord) return std::string(graph::kStart);
  if (name != kEndWord) return parts_.target(place, name);
  parts_.problems().add(place, "nothing can follow the end");
  return std::nullopt;
}

void EdgeReader::add_edge(Place place, const std::string& from, const std::string& to) {
  if (const auto starter = started_.find(to); starter != started_.end()) {
    parts_.problems().add(
        place, fmt::format("node '{}' takes an item from the map '{}', so no edge can lead to it", to,
                           starter->second));
    return;
  }
  const bool joins = to != graph::kEnd && joins_[numbers_.at(to)];
  if (joins && from == graph::kStart) {
    parts_.problems().add(place, fmt::format("join '{}' cannot wait for the start", to));
  } else if (joins) {
    waited_for_[to].push_back(from);
  } else {
    definition_.edges.push_back({from, to});
  }
  if (from == graph::kStart) {
    if (to != graph::kEnd) outline_.first.push_back(numbers_.at(to));
    return;
  }
  OutlinedNode& source = outline_.nodes[numbers_.at(from)];
  if (to == graph::kEnd) {
    source.may_end = true;
  } else {
    (joins ? source.choices : source.edges).push_back(numbers_.at(to));
  }
}

/// `{from, when: [{if, to}], otherwise}`.
void EdgeReader::read_conditional(const Item& edge) {
  Members members(edge, "a conditional edge", parts_.problems());
  const Item* from = members.require("from", "name the node that it follows");
  Cases cases = parts_.cases(members);
  members.finish();
  if (from == nullptr) return;
  const auto source = source_of(from->place, parts_.text(*from, "from"));
  if (source) add_branch(*source, std::move(cases));
}

void EdgeReader::add_branch(const std::string& from, Cases cases) {
  const std::vector<std::string> targets = cases.targets();
  if (from == graph::kStart) {
    for (const std::string& to : targets) {
      if (to != graph::kEnd) outline_.first_choices.push_back(numbers_.at(to));
    }
  } else {
    add_choices(numbers_.at(from), targets);
  }
  chosen_.insert(chosen_.end(), targets.begin(), targets.end());
  definition_.branches.push_back(branch_of(from, std::move(cases)));
}

void EdgeReader::add_choices(std::uint32_t from, const std::vector<std::string>& targets) {
  for (const std::string& to : targets) {
    if (to == graph::kEnd) {
      outline_.nodes[from].may_end = true;
    } else {
      outline_.nodes[from].choices.push_back(numbers_.at(to));
    }
  }
}

/// A node without edges ends its way when all is well, though it names others for when it fails.
void EdgeReader::end_ways_without_edges() {
  for (const std::uint32_t number : lead_on_failure_) {
    const std::string& name = outline_.nodes[number].name;
    const auto leaves = [&name](const auto& edge) { return edge.from == name; };
    const bool waited_for = std::ranges::any_of(waited_for_, [&](const auto& join) {
      return std::ranges::find(join.second, name) != join.second.end();
    });
    if (waited_for || std::ranges::any_of(definition_.edges, leaves) ||
        std::ranges::any_of(definition_.branches, leaves)) {
      continue;
    }
    outline_.nodes[number].may_end = true;
    definition_.nodes[number].options.destinations->emplace_back(graph::kEnd);
  }
}

/// A condition cannot give an item, and a join counts edges only.
void EdgeReader::check_chosen() const {
  for (const std::string& to : chosen_) {
    if (to == graph::kEnd) continue;
    const std::uint32_t number = numbers_.at(to);
    const Place place = outline_.nodes[number].place;
    if (const auto starter = started_.find(to); starter != started_.end()) {
      parts_.problems().add(
          place, fmt::format("node '{}' takes an item from the map '{}', so nothing else can lead to it", to,
                             starter->second));
    }
    if (number < joins_.size() && joins_[number]) {
      parts_.problems().add(place, fmt::format("join '{}' waits for edges, so no choice can lead to it", to));
    }
  }
}

void EdgeReader::check_joins() const {
  for (std::uint32_t number = 0; number < joins_.size(); ++number) {
    const std::string& name = outline_.nodes[number].name;
    if (!joins_[number] || waited_for_.contains(name)) continue;
    parts_.problems().add(outline_.nodes[number].place,
                          fmt::format("join '{}' waits for nobody: add edges to it", name));
  }
}

void EdgeReader::check_entry(Place place) const {
  if (!outline_.first.empty() || !outline_.first_choices.empty()) return;
  parts_.problems().add(place, "the graph has no way in: add an edge such as \"start -> plan\"");
}

}  // namespace pharos::flow
