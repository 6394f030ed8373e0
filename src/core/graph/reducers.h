// Ready-made reducers: how a field takes in the writes of nodes that run side by side.
#pragma once

#include <algorithm>
#include <iterator>
#include <utility>

namespace pharos::graph {

/// Adds the items of the write at the end of a list (or the characters of a text).
struct Append {
  template <class List>
  void operator()(List& current, List added) const {
    current.insert(current.end(), std::make_move_iterator(added.begin()),
                   std::make_move_iterator(added.end()));
  }
};
inline constexpr Append append{};

/// Adds the entries of the write to a map; an entry with the same key is replaced.
struct Merge {
  template <class Map>
  void operator()(Map& current, Map added) const {
    for (auto& [key, value] : added) current.insert_or_assign(key, std::move(value));
  }
};
inline constexpr Merge merge{};

/// Sums numbers.
struct Add {
  template <class Number>
  void operator()(Number& current, Number added) const {
    current += added;
  }
};
inline constexpr Add add{};

}  // namespace pharos::graph
