#include "core/graph/definition.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/text.h"

namespace pharos::graph {
namespace {

using Names = std::vector<std::string>;

/// Which nodes can follow which, as far as it is written down.
struct Links {
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> next;
  std::set<std::string, std::less<>> anywhere;  ///< nodes that may go to any other
};

class Checker {
 public:
  explicit Checker(const GraphDefinition& graph) : graph_(graph) {
    for (const NodeDefinition& node : graph.nodes) {
      names_.push_back(node.name);
      known_.emplace(node.name, &node);
    }
  }

  void run() {
    check_names();
    check_ends();
    check_entry();
    if (problems_.empty()) check_reachability();
    if (problems_.empty()) check_ways_out();
    check_channels();
    if (problems_.empty()) return;
    throw GraphError(Fault::kInvalidGraph, base::Code::kInvalidInput,
                     fmt::format("graph '{}': {}", graph_.name, fmt::join(problems_, "; ")));
  }

 private:
  void check_names() {
    std::set<std::string_view> seen;
    for (const std::string& name : names_) {
      if (name.empty() || name == kStart || name == kEnd) {
        problem("'{}' cannot be a node's name: it is reserved", name);
      } else if (name.find_first_of("|:") != std::string::npos) {
        problem("node name '{}' must not contain '|' or ':', which separate names in stream paths", name);
      } else if (!seen.insert(name).second) {
        problem("there are two nodes '{}': rename one", name);
      }
    }
  }

  void check_ends() {
    for (const auto& [from, to] : graph_.edges) {
      check_source(from, fmt::format("the edge '{}' → '{}'", from, to));
      check_target(to, fmt::format("the edge '{}' → '{}'", from, to));
      check_reads_state(to);
    }
    for (const auto& [from, to] : graph_.joins) {
      const std::string what = fmt::format("the join of {} into '{}'", fmt::join(from, ", "), to);
      if (from.empty()) problem("the join into '{}' waits for nobody: name its nodes", to);
      for (const std::string& name : from) {
        if (name == kStart) problem("{} cannot wait for the start", what);
        check_source(name, what);
      }
      check_target(to, what);
      check_reads_state(to);
    }
    for (const BranchDefinition& branch : graph_.branches) {
      const std::string what = fmt::format("the conditional edge from '{}'", branch.from);
      check_source(branch.from, what);
      if (!branch.destinations) continue;
      for (const Destination& destination : *branch.destinations) check_target(destination.node, what);
    }
    for (const NodeDefinition& node : graph_.nodes) {
      if (!node.options.destinations) continue;
      for (const std::string& name : *node.options.destinations) {
        check_target(name, fmt::format("the list of destinations of '{}'", node.name));
      }
    }
  }

  void check_source(const std::string& name, const std::string& what) {
    if (name == kEnd) {
      problem("{} cannot start at the end", what);
    } else if (name != kStart) {
      check_known(name, what);
    }
  }
  void check_target(const std::string& name, const std::string& what) {
    if (name == kStart) {
      problem("{} cannot lead to the start", what);
    } else if (name != kEnd) {
      check_known(name, what);
    }
  }
  void check_known(const std::string& name, const std::string& what) {
    if (known_.contains(name)) return;
    problem("{} names node '{}', which does not exist{}", what, name, hint(name, names_));
  }

  void check_reads_state(const std::string& name) {
    const auto node = known_.find(name);
    if (node == known_.end() || node->second->reads_state) return;
    problem("node '{}' has an input of its own, so only a Send can start it, not an edge", name);
  }

  void check_entry() {
    const auto starts = [](const auto& edge) { return edge.from == kStart; };
    if (std::ranges::any_of(graph_.edges, starts) || std::ranges::any_of(graph_.branches, starts)) return;
    problem("it has no way in: add an edge from kStart");
  }

  Links links() const {
    Links links;
    for (const auto& [from, to] : graph_.edges) links.next[from].insert(to);
    for (const auto& [from, to] : graph_.joins) {
      for (const std::string& name : from) links.next[name].insert(to);
    }
    for (const BranchDefinition& branch : graph_.branches) {
      if (!branch.destinations) {
        links.anywhere.insert(branch.from);
        continue;
      }
      for (const Destination& to : *branch.destinations) links.next[branch.from].insert(to.node);
    }
    for (const NodeDefinition& node : graph_.nodes) {
      if (node.options.destinations) {
        links.next[node.name].insert(node.options.destinations->begin(), node.options.destinations->end());
      } else if (node.routes) {
        links.anywhere.insert(node.name);
      }
      if (graph_.handler_routes) links.anywhere.insert(node.name);
    }
    return links;
  }

  void check_reachability() {
    const Links known = links();
    std::set<std::string, std::less<>> reached{std::string(kStart)};
    std::vector<std::string> queue{std::string(kStart)};
    while (!queue.empty()) {
      const std::string name = std::move(queue.back());
      queue.pop_back();
      if (known.anywhere.contains(name)) return;
      const auto next = known.next.find(name);
      if (next == known.next.end()) continue;
      for (const std::string& to : next->second) {
        if (reached.insert(to).second) queue.push_back(to);
      }
    }
    for (const std::string& name : names_) {
      if (!reached.contains(name))
        problem("node '{}' cannot be reached: add an edge to it, or remove it", name);
    }
  }

  /// A node ends a run when an edge leads it to kEnd, when it has no edge at all, or when it may go anywhere.
  void check_ways_out() {
    const Links known = links();
    std::map<std::string, Names, std::less<>> previous;
    std::vector<std::string> queue;
    std::set<std::string, std::less<>> ends;
    const auto mark = [&](const std::string& name) {
      if (ends.insert(name).second) queue.push_back(name);
    };
    for (const std::string& name : names_) {
      const auto next = known.next.find(name);
      const bool leaf = next == known.next.end();
      if (leaf || next->second.contains(kEnd) || known.anywhere.contains(name)) mark(name);
      if (leaf) continue;
      for (const std::string& to : next->second) previous[to].push_back(name);
    }
    while (!queue.empty()) {
      const std::string name = std::move(queue.back());
      queue.pop_back();
      for (const std::string& before : previous[name]) mark(before);
    }
    Names stuck;
    std::ranges::copy_if(names_, std::back_inserter(stuck),
                         [&](const auto& name) { return !ends.contains(name); });
    if (!stuck.empty()) {
      problem("{} run in a circle without a way out: add a conditional edge to kEnd", fmt::join(stuck, ", "));
    }
  }

  void check_channels() {
    for (const Channel& channel : graph_.schema.channels) {
      if (channel.untracked || channel.type->has_json) continue;
      problem(
          "field '{}' has no JSON form: describe its type with BOOST_DESCRIBE_STRUCT, or declare it with "
          "untracked()",
          channel.name);
    }
  }

  template <class... Arguments>
  void problem(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    problems_.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
  }

  const GraphDefinition& graph_;
  Names names_;
  std::unordered_map<std::string_view, const NodeDefinition*> known_;
  Names problems_;
};

}  // namespace

void check(const GraphDefinition& graph) {
  Checker(graph).run();
}

std::string hint(std::string_view wrong, const std::vector<std::string>& names) {
  const std::string near = base::nearest(wrong, names);
  if (!near.empty()) return fmt::format(" (did you mean '{}'?)", near);
  if (names.size() > 8) return {};
  return fmt::format(" (there are {})", fmt::join(names, ", "));
}

}  // namespace pharos::graph
