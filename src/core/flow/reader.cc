#include "core/flow/reader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/flow/outline.h"

namespace pharos::flow {
namespace {

/// A node's function as the engine calls it.
class Body final : public graph::NodeBody {
 public:
  Body(std::shared_ptr<const NodeFunction> function, bool takes_item)
      : function_(std::move(function)), takes_item_(takes_item) {}

  base::Task<void> run(const void* input, graph::Context& context, graph::NodeOutput& output) const override {
    Scope scope;
    if (takes_item_) {
      scope.item = static_cast<const json::value*>(input);
    } else {
      scope.state = static_cast<const DynamicState*>(input);
    }
    return function_ ? function_->run(scope, context, output) : nothing();
  }

 private:
  static base::Task<void> nothing() { co_return; }

  std::shared_ptr<const NodeFunction> function_;
  bool takes_item_;
};

/// Two names or more, one after the other: `plan -> facts, style -> write`.
struct Chain {
  Place place;
  std::vector<std::vector<std::string>> links;
};

std::vector<std::string> trimmed_parts(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (const std::string& part : base::split(text, separator)) parts.emplace_back(base::trim(part));
  return parts;
}

class FlowReader {
 public:
  FlowReader(std::string_view text, const std::string& file, const NodeKinds& kinds)
      : file_(file), kinds_(kinds), root_(parse_yaml(text, problems_)) {}

  Flow read() {
    problems_.raise(file_);
    Members members(root_, "the file", problems_);
    problems_.raise(file_);
    read_head(members);
    read_state(members);
    read_names(members);
    for (const Item* node : node_items_) read_node(*node);
    read_edges(members);
    members.finish();
    check_started();
    outline_.fields = flow_.fields->names();
    // What leads where is told only when every name is known, or it would be told wrongly.
    if (problems_.empty()) {
      check_entry();
      check_ways(outline_, problems_);
      check_meetings(outline_, problems_);
    }
    problems_.raise(file_);
    return std::move(flow_);
  }

 private:
  void read_head(Members& members) {
    flow_.definition.name = std::filesystem::path(file_).stem().string();
    if (const Item* name = members.find("name")) flow_.definition.name = plain_text(*name, "name");
    if (const Item* about = members.find("about")) flow_.about = plain_text(*about, "about");
    const PartReader parts(problems_, nullptr, {});
    if (const Item* limit = members.find("recursion_limit")) {
      flow_.config.recursion_limit = parts.integer(*limit, "recursion_limit", 1);
    }
    if (const Item* limit = members.find("max_concurrency")) {
      flow_.config.max_concurrency = parts.integer(*limit, "max_concurrency", 1);
    }
  }

  std::string plain_text(const Item& item, std::string_view what) {
    return PartReader(problems_, nullptr, {}).text(item, what);
  }

  void read_state(Members& members) {
    std::vector<Field> fields;
    if (const Item* state = members.find("state")) {
      Members named(*state, "the state", problems_);
      for (const Member& member : state->members) {
        const bool twice = std::ranges::find(fields, member.key, &Field::name) != fields.end();
        if (auto field = read_field(member); field && !twice) fields.push_back(std::move(*field));
      }
    }
    flow_.fields = std::make_shared<const Fields>(std::move(fields));
    flow_.definition.schema = schema_of(flow_.fields);
  }

  /// `topic: string`, or a map with type, default, reducer and about.
  std::optional<Field> read_field(const Member& member) {
    Field field{.name = member.key, .type = {}, .initial = {}, .reducer = {}, .about = {}};
    field.type = FieldType::kAny;
    if (!is_field_name(member.key)) {
      problems_.add(member.place,
                    fmt::format("'{}' cannot be a field's name: use letters, digits, - and _", member.key));
      return std::nullopt;
    }
    if (member.value.is_text()) {
      read_word(member.value, "type", field.type);
    } else {
      Members keys(member.value, fmt::format("field '{}'", member.key), problems_);
      if (const Item* type = keys.find("type")) read_word(*type, "type", field.type);
      if (const Item* initial = keys.find("default")) field.initial = to_json(*initial);
      if (const Item* reducer = keys.find("reducer")) read_word(*reducer, "reducer", field.reducer);
      if (const Item* about = keys.find("about")) field.about = plain_text(*about, "about");
      keys.finish();
    }
    const std::string problem = problem_with(field);
    if (problem.empty()) return field;
    problems_.add(member.place, problem);
    // Expressions may still name it.
    return Field{.name = member.key, .type = FieldType::kAny, .initial = {}, .reducer = {}, .about = {}};
  }

  static bool is_field_name(const std::string& name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
      return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
             (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    });
  }

  template <class Enumeration>
  void read_word(const Item& item, const char* what, Enumeration& value) {
    const std::vector<std::string> names = base::names_of<Enumeration>();
    const std::string word = item.is_text() ? item.text() : std::string();
    if (std::ranges::find(names, word) != names.end()) {
      value = base::from_name<Enumeration>(word, what);
      return;
    }
    problems_.add(item.place,
                  fmt::format("{} must be one of {}{}", what, base::join(names, ", "), near(word, names)));
  }

  static std::string near(const std::string& word, const std::vector<std::string>& names) {
    const std::string found = base::nearest(word, names);
    return found.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", found);
  }

  void read_names(Members& members) {
    std::vector<std::string> names;
    const Item* nodes = members.require("nodes", "name the nodes, {name: {kind: …}}");
    if (nodes != nullptr) {
      Members named(*nodes, "the list of nodes", problems_);
      for (const Member& member : nodes->members) {
        const bool reserved =
            member.key == kStartWord || member.key == kEndWord || member.key.starts_with("__");
        const bool separators = member.key.empty() || member.key.find_first_of("|:,>") != std::string::npos ||
                                base::trim(member.key) != member.key;
        if (reserved || separators) {
          problems_.add(member.place, fmt::format("'{}' cannot be a node's name: {}", member.key,
                                                  reserved ? "it is reserved"
                                                           : "it must not hold | : , > or "
                                                             "spaces at its ends"));
          continue;
        }
        if (!numbers_.emplace(member.key, static_cast<std::uint32_t>(names.size())).second) continue;
        names.push_back(member.key);
        node_items_.push_back(&member.value);
        outline_.nodes.push_back({.name = member.key, .place = member.place});
        find_started(member);
      }
      if (nodes->is_map() && nodes->members.empty()) problems_.add(nodes->place, "the graph has no nodes");
    }
    parts_.emplace(problems_, flow_.fields, std::move(names));
  }

  /// Nodes that a map starts are known before any is read, because their expressions differ.
  void find_started(const Member& member) {
    const auto text_at = [&](const std::string& key) -> const Item* {
      const auto found = std::ranges::find(member.value.members, key, &Member::key);
      return found != member.value.members.end() && found->value.is_text() ? &found->value : nullptr;
    };
    const Item* kind_item = text_at("kind");
    const NodeKind* kind = kind_item == nullptr ? nullptr : kinds_.find(kind_item->text());
    if (kind == nullptr || kind->starts_each.empty()) return;
    if (const Item* to = text_at(kind->starts_each)) started_.emplace(to->text(), member.key);
  }

  void read_node(const Item& item) {
    const std::uint32_t number = static_cast<std::uint32_t>(flow_.definition.nodes.size());
    const std::string name = parts_->nodes()[number];
    const bool takes_item = started_.contains(name);
    Members members(item, fmt::format("node '{}'", name), problems_);
    graph::NodeDefinition node{
        .name = name, .body = nullptr, .argument = nullptr, .reads_state = !takes_item};
    if (takes_item) node.argument = &graph::value_type_of<json::value>();
    node.options = read_options(members);
    members.find("about");
    const BuiltNode built = build(members, name, takes_item);
    node.body = std::make_shared<Body>(built.function, takes_item);
    node.options.destinations = built.goes_to;
    outline_.nodes[number].runs_for_each = takes_item;
    for (const std::uint32_t field : built.writes) {
      const bool plain = (*flow_.fields)[field].reducer == FieldReducer::kLast;
      if (plain) outline_.nodes[number].writes.push_back(field);
    }
    joins_.push_back(built.joins);
    flow_.definition.nodes.push_back(std::move(node));
    if (built.goes_to) add_choices(number, *built.goes_to);
    if (built.cases) add_branch(name, *built.cases);
  }

  graph::NodeOptions read_options(Members& members) {
    graph::NodeOptions options;
    if (const Item* timeout = members.find("timeout"))
      options.timeout = parts_->duration(*timeout, "timeout");
    if (const Item* retry = members.find("retry")) options.retry = parts_->retry(*retry);
    return options;
  }

  BuiltNode build(Members& members, const std::string& name, bool takes_item) {
    const Item* kind_item = members.require("kind", "say what it does, such as set or branch");
    if (kind_item == nullptr) return {};
    const std::string kind_name = parts_->text(*kind_item, "kind");
    const NodeKind* kind = kinds_.find(kind_name);
    if (kind == nullptr) {
      if (!kind_name.empty()) problems_.add(kind_item->place, kinds_.refusal(kind_name));
      return {};
    }
    Names names{.state = takes_item ? nullptr : flow_.fields.get(), .item = takes_item, .index = false};
    NodeReader reader{.name = name, .members = members, .parts = *parts_, .names = names};
    BuiltNode built = kind->build(reader);
    if (built.joins && takes_item) {
      problems_.add(kind_item->place, "a join waits for edges, so a map cannot start it");
    }
    members.finish();
    return built;
  }

  void read_edges(Members& members) {
    const Item* edges = members.require("edges", "say what follows what, such as \"start -> plan -> end\"");
    if (edges == nullptr) return;
    if (!edges->is_list()) {
      problems_.add(edges->place, "'edges' is a list, such as [\"start -> plan\", \"plan -> end\"]");
      return;
    }
    for (const Item& edge : edges->items) {
      if (edge.is_map()) {
        read_conditional(edge);
      } else if (edge.is_text() && edge.text().contains("->")) {
        read_chain(edge);
      } else {
        problems_.add(edge.place, "an edge is text such as \"plan -> write\", or {from, when, otherwise}");
      }
    }
    add_joins();
  }

  void read_chain(const Item& edge) {
    std::vector<std::vector<std::string>> links;
    std::string text = edge.text();
    for (std::size_t arrow = text.find("->"); arrow != std::string::npos; arrow = text.find("->")) {
      links.push_back(trimmed_parts(text.substr(0, arrow), ','));
      text.erase(0, arrow + 2);
    }
    links.push_back(trimmed_parts(text, ','));
    for (std::size_t i = 0; i + 1 < links.size(); ++i) {
      for (const std::string& from : links[i]) {
        const auto source = source_of(edge.place, from);
        for (const std::string& to : links[i + 1]) {
          const auto target = i == 0 || source ? parts_->target(edge.place, to) : std::nullopt;
          if (source && target) add_edge(edge.place, *source, *target);
        }
      }
    }
  }

  std::optional<std::string> source_of(Place place, const std::string& name) {
    if (name == kStartWord) return std::string(graph::kStart);
    if (name != kEndWord) return parts_->target(place, name);
    problems_.add(place, "nothing can follow the end");
    return std::nullopt;
  }

  void add_edge(Place place, const std::string& from, const std::string& to) {
    if (const auto starter = started_.find(to); starter != started_.end()) {
      problems_.add(place, fmt::format("node '{}' takes an item from the map '{}', so no edge can lead to it",
                                       to, starter->second));
      return;
    }
    const bool joins = to != graph::kEnd && joins_[numbers_.at(to)];
    if (joins && from == graph::kStart) {
      problems_.add(place, fmt::format("join '{}' cannot wait for the start", to));
    } else if (joins) {
      waited_for_[to].push_back(from);
    } else {
      flow_.definition.edges.push_back({from, to});
    }
    if (from == graph::kStart) {
      outline_.first.push_back(to == graph::kEnd ? 0 : numbers_.at(to));
      if (to == graph::kEnd) outline_.first.pop_back();
      return;
    }
    OutlinedNode& source = outline_.nodes[numbers_.at(from)];
    if (to == graph::kEnd) {
      source.may_end = true;
    } else {
      (joins ? source.choices : source.edges).push_back(numbers_.at(to));
    }
  }

  void add_joins() {
    for (auto& [to, from] : waited_for_) flow_.definition.joins.push_back({std::move(from), to});
  }

  /// `{from, when: [{if, to}], otherwise}`.
  void read_conditional(const Item& edge) {
    Members members(edge, "a conditional edge", problems_);
    const Item* from = members.require("from", "name the node that it follows");
    Cases cases = parts_->cases(members);
    members.finish();
    if (from == nullptr) return;
    const auto source = source_of(from->place, parts_->text(*from, "from"));
    if (source) add_branch(*source, std::move(cases));
  }

  void add_branch(const std::string& from, Cases cases) {
    const std::vector<std::string> targets = cases.targets();
    if (from == graph::kStart) {
      for (const std::string& to : targets) {
        if (to != graph::kEnd) outline_.first_choices.push_back(numbers_.at(to));
      }
    } else {
      add_choices(numbers_.at(from), targets);
    }
    chosen_.insert(chosen_.end(), targets.begin(), targets.end());
    flow_.definition.branches.push_back(branch_of(from, std::move(cases)));
  }

  void add_choices(std::uint32_t from, const std::vector<std::string>& targets) {
    for (const std::string& to : targets) {
      if (to == graph::kEnd) {
        outline_.nodes[from].may_end = true;
      } else {
        outline_.nodes[from].choices.push_back(numbers_.at(to));
      }
    }
  }

  /// A condition cannot give an item, and a join counts edges only.
  void check_started() {
    for (const std::string& to : chosen_) {
      if (to == graph::kEnd) continue;
      const std::uint32_t number = numbers_.at(to);
      const Place place = outline_.nodes[number].place;
      if (const auto starter = started_.find(to); starter != started_.end()) {
        problems_.add(place,
                      fmt::format("node '{}' takes an item from the map '{}', so no condition can lead to "
                                  "it",
                                  to, starter->second));
      }
      if (number < joins_.size() && joins_[number]) {
        problems_.add(place, fmt::format("join '{}' waits for edges, so no condition can lead to it", to));
      }
    }
    for (std::uint32_t number = 0; number < joins_.size(); ++number) {
      if (!joins_[number] || waited_for_.contains(outline_.nodes[number].name)) continue;
      problems_.add(outline_.nodes[number].place,
                    fmt::format("join '{}' waits for nobody: add edges to it", outline_.nodes[number].name));
    }
  }

  void check_entry() {
    if (!outline_.first.empty() || !outline_.first_choices.empty()) return;
    problems_.add(root_.place, "the graph has no way in: add an edge such as \"start -> plan\"");
  }

  const std::string& file_;
  const NodeKinds& kinds_;
  Problems problems_;
  Item root_;
  Flow flow_;
  Outline outline_;
  std::optional<PartReader> parts_;
  std::vector<const Item*> node_items_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::map<std::string, std::string> started_;                  ///< node → the map that starts it
  std::vector<bool> joins_;                                     ///< by number of the node
  std::map<std::string, std::vector<std::string>> waited_for_;  ///< join → nodes with an edge to it
  std::vector<std::string> chosen_;                             ///< where conditions lead
};

}  // namespace

Flow read_flow(std::string_view text, const std::string& file, const NodeKinds& kinds) {
  return FlowReader(text, file, kinds).read();
}

Flow read_flow_file(const std::string& path, const NodeKinds& kinds) {
  return read_flow(base::read_file(path, std::uintmax_t{2} << 20U), path, kinds);
}

}  // namespace pharos::flow
