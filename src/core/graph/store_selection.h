// Chooses a page of a store's rows, whichever storage has them.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/graph/store_filter.h"
#include "core/graph/store_row.h"

namespace pharos::graph {

struct ChosenRow {
  StoreRow row;
  std::optional<double> score;
};

/// Takes rows one at a time in any order and keeps those that a page can still show. Used by one thread at a
/// time.
class StoreSelection {
 public:
  /// `query` has the one vector to compare with, or none: then rows go by their ids. `limit` 0: all.
  StoreSelection(StoreFilter filter, Meaning query, std::size_t limit, std::size_t offset);

  /// True when rows in the order of their ids are the answer: a storage may then fetch `limit` of them after
  /// `offset` and leave the selection alone.
  bool is_plain() const { return filter_.is_empty() && query_.vectors.empty(); }
  bool compares_meaning() const { return !query_.vectors.empty(); }
  std::size_t limit() const { return limit_; }
  std::size_t offset() const { return offset_; }

  void add(StoreRow&& row);
  void add(const StoreRow& row);
  /// The page; leaves nothing behind.
  std::vector<ChosenRow> take();

 private:
  std::optional<double> score(const Meaning& meaning) const;
  bool is_in_time(std::optional<double> score, std::int64_t id) const;
  void keep(StoreRow row, std::optional<double> score);

  StoreFilter filter_;
  Meaning query_;
  std::size_t limit_;
  std::size_t offset_;
  std::vector<ChosenRow> best_;  ///< once the page is full a heap: the last in front
};

/// The cosine of the angle between two vectors of `size` numbers; 0 when there is none.
double cosine(const float* a, const float* b, std::size_t size);

}  // namespace pharos::graph
