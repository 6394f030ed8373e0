// Who may follow whom in a graph, and what can be told from it before anything runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/flow/document.h"

namespace pharos::flow {

/// A node of the outline; numbers are places in Outline::nodes.
struct OutlinedNode {
  std::string name;
  Place place;
  std::vector<std::uint32_t> edges;    ///< plain edges: all of them follow
  std::vector<std::uint32_t> choices;  ///< by a condition, a Send or a goto, or through a join
  bool may_end = false;                ///< an edge or a condition leads it to the end
  bool runs_for_each = false;          ///< several of it may run at once, one an item
  std::vector<std::uint32_t> writes;   ///< channels it may write that have no reducer
};

struct Outline {
  std::vector<OutlinedNode> nodes;
  std::vector<std::uint32_t> first;  ///< all of them follow the start
  std::vector<std::uint32_t> first_choices;
  std::vector<std::string> fields;  ///< names of the channels
};

/// Tells of nodes that cannot be reached and of circles without a way out.
void check_ways(const Outline& outline, Problems& problems);

/// Tells of fields that two nodes are sure to write in the same super-step though only one may. Nodes that
/// only may meet are left to the run.
void check_meetings(const Outline& outline, Problems& problems);

}  // namespace pharos::flow
