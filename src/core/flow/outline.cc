#include "core/flow/outline.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace pharos::flow {
namespace {

using Numbers = std::vector<std::uint32_t>;
using Pair = std::pair<std::uint32_t, std::uint32_t>;

/// Beyond that many pairs the rest is left to the run, so that no file takes long.
constexpr std::size_t kMaxPairs = 100'000;

/// All that `from` leads to, itself included, where `next` gives the followers of a node.
template <class Next>
std::vector<bool> reached(std::size_t count, Numbers queue, Next next) {
  std::vector<bool> seen(count);
  for (const std::uint32_t node : queue) seen[node] = true;
  while (!queue.empty()) {
    const std::uint32_t node = queue.back();
    queue.pop_back();
    for (const Numbers* list : next(node)) {
      for (const std::uint32_t to : *list) {
        if (seen[to]) continue;
        seen[to] = true;
        queue.push_back(to);
      }
    }
  }
  return seen;
}

/// Pairs of nodes that run in the same super-step whenever one of them does.
class Meetings {
 public:
  explicit Meetings(const Outline& outline) : outline_(outline) {}

  const std::set<Pair>& find() {
    add_all(outline_.first, outline_.first);
    for (std::uint32_t node = 0; node < outline_.nodes.size(); ++node) add(node, node);
    while (!queue_.empty() && met_.size() < kMaxPairs) {
      const auto [a, b] = queue_.back();
      queue_.pop_back();
      add_all(outline_.nodes[a].edges, outline_.nodes[b].edges);
    }
    return met_;
  }

 private:
  void add_all(const Numbers& left, const Numbers& right) {
    for (const std::uint32_t a : left) {
      for (const std::uint32_t b : right) {
        if (met_.size() >= kMaxPairs) return;
        add(a, b);
      }
    }
  }
  void add(std::uint32_t a, std::uint32_t b) {
    const Pair pair = std::minmax(a, b);
    if (met_.insert(pair).second) queue_.push_back(pair);
  }

  const Outline& outline_;
  std::set<Pair> met_;
  std::vector<Pair> queue_;
};

}  // namespace

void check_ways(const Outline& outline, Problems& problems) {
  const auto& nodes = outline.nodes;
  Numbers first = outline.first;
  first.insert(first.end(), outline.first_choices.begin(), outline.first_choices.end());
  const auto seen = reached(nodes.size(), std::move(first), [&](std::uint32_t node) {
    return std::vector<const Numbers*>{&nodes[node].edges, &nodes[node].choices};
  });
  for (std::uint32_t node = 0; node < nodes.size(); ++node) {
    if (seen[node]) continue;
    problems.add(
        nodes[node].place,
        fmt::format("node '{}' cannot be reached: add an edge to it, or remove it", nodes[node].name));
  }

  std::vector<Numbers> before(nodes.size());
  Numbers ends;
  for (std::uint32_t node = 0; node < nodes.size(); ++node) {
    if (nodes[node].may_end || (nodes[node].edges.empty() && nodes[node].choices.empty()))
      ends.push_back(node);
    for (const std::uint32_t to : nodes[node].edges) before[to].push_back(node);
    for (const std::uint32_t to : nodes[node].choices) before[to].push_back(node);
  }
  const auto ending = reached(nodes.size(), std::move(ends),
                              [&](std::uint32_t node) { return std::vector<const Numbers*>{&before[node]}; });
  std::vector<std::string> stuck;
  Place place;
  for (std::uint32_t node = 0; node < nodes.size(); ++node) {
    if (ending[node] || !seen[node]) continue;
    if (stuck.empty()) place = nodes[node].place;
    stuck.push_back(nodes[node].name);
  }
  if (stuck.empty()) return;
  problems.add(place, fmt::format("{} run in a circle without a way out: add a case that leads to end",
                                  base::join(stuck, ", ")));
}

void check_meetings(const Outline& outline, Problems& problems) {
  for (const auto& [a, b] : Meetings(outline).find()) {
    const OutlinedNode& one = outline.nodes[a];
    const OutlinedNode& other = outline.nodes[b];
    if (a == b && !one.runs_for_each) continue;
    for (const std::uint32_t channel : one.writes) {
      if (std::ranges::find(other.writes, channel) == other.writes.end()) continue;
      const std::string who = a == b ? fmt::format("node '{}' runs once for each item, so", one.name)
                                     : fmt::format("nodes '{}' and '{}' run side by side and both write, so",
                                                   one.name, other.name);
      problems.add(other.place, fmt::format("{} field '{}' needs a reducer, such as append or add", who,
                                            outline.fields[channel]));
    }
  }
}

}  // namespace pharos::flow
