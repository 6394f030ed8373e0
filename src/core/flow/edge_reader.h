// Reads who follows whom in a graph file: chains, conditional edges, joins, and what nodes choose themselves.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/flow/node_kinds.h"
#include "core/flow/outline.h"
#include "core/flow/part_reader.h"
#include "core/graph/definition.h"

namespace pharos::flow {

/// Fills in the edges of a definition and of an outline, whose nodes are there already.
class EdgeReader {
 public:
  /// `started`: node → the map that starts it. All must outlive the reader.
  EdgeReader(const PartReader& parts, const std::map<std::string, std::string>& started,
             graph::GraphDefinition& definition, Outline& outline);

  /// Every node a node may name, once it has failed too; none when it leaves that to its edges.
  static std::optional<std::vector<std::string>> destinations(const BuiltNode& node,
                                                              const std::vector<std::string>& when_failed);

  /// To be called for each node in order, before read().
  void add_node(std::uint32_t number, BuiltNode node, const std::vector<std::string>& when_failed);
  /// The list `edges`.
  void read(const Item& edges);
  void check_entry(Place place) const;

 private:
  void read_chain(const Item& edge);
  void read_conditional(const Item& edge);
  std::optional<std::string> source_of(Place place, const std::string& name) const;
  void add_edge(Place place, const std::string& from, const std::string& to);
  void add_branch(const std::string& from, Cases cases);
  void add_choices(std::uint32_t from, const std::vector<std::string>& targets);
  void end_ways_without_edges();
  void check_chosen() const;
  void check_joins() const;

  const PartReader& parts_;
  const std::map<std::string, std::string>& started_;
  graph::GraphDefinition& definition_;
  Outline& outline_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::uint32_t> lead_on_failure_;                  ///< nodes that name others only then
  std::vector<bool> joins_;                                     ///< by number of the node
  std::map<std::string, std::vector<std::string>> waited_for_;  ///< join → nodes with an edge to it
  std::vector<std::string> chosen_;                             ///< where conditions and nodes lead
};

}  // namespace pharos::flow
