#include "core/graph/store_selection.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pharos::graph {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 40U;  // of rows: sums and databases' numbers stay far away

bool comes_before(std::optional<double> score, std::int64_t id, const ChosenRow& other) {
  if (score != other.score) return score > other.score;  // an optional without a value is the least
  return id < other.row.id;
}

bool goes_before(const ChosenRow& a, const ChosenRow& b) {
  return comes_before(a.score, a.row.id, b);
}

}  // namespace

StoreSelection::StoreSelection(StoreFilter filter, Meaning query, std::size_t limit, std::size_t offset)
    : filter_(std::move(filter)),
      query_(std::move(query)),
      limit_(std::min(limit, kMost)),
      offset_(std::min(offset, kMost)) {}

void StoreSelection::add(StoreRow&& row) {
  if (!filter_.matches(row.value)) return;
  const std::optional<double> found = score(row.meaning);
  if (is_in_time(found, row.id)) keep(std::move(row), found);
}

/// Copies only what it keeps.
void StoreSelection::add(const StoreRow& row) {
  if (!filter_.matches(row.value)) return;
  const std::optional<double> found = score(row.meaning);
  if (is_in_time(found, row.id)) keep(row, found);
}

bool StoreSelection::is_in_time(std::optional<double> score, std::int64_t id) const {
  return limit_ == 0 || best_.size() < limit_ + offset_ || comes_before(score, id, best_.front());
}

void StoreSelection::keep(StoreRow row, std::optional<double> score) {
  row.meaning = {};
  if (limit_ != 0 && best_.size() == limit_ + offset_) {
    std::ranges::pop_heap(best_, goes_before);
    best_.pop_back();
  }
  best_.push_back({.row = std::move(row), .score = score});
  if (limit_ != 0) std::ranges::push_heap(best_, goes_before);
}

std::vector<ChosenRow> StoreSelection::take() {
  std::vector<ChosenRow> page = std::exchange(best_, {});
  std::ranges::sort(page, goes_before);
  page.erase(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(std::min(offset_, page.size())));
  return page;
}

/// Of several vectors the nearest counts.
std::optional<double> StoreSelection::score(const Meaning& meaning) const {
  const std::size_t size = query_.vectors.size();
  if (size == 0 || meaning.embedder != query_.embedder || meaning.vectors.size() % size != 0) return {};
  std::optional<double> best;
  for (std::size_t i = 0; i < meaning.vectors.size(); i += size) {
    const double found = cosine(query_.vectors.data(), meaning.vectors.data() + i, size);
    if (!best || found > *best) best = found;
  }
  return best;
}

double cosine(const float* a, const float* b, std::size_t size) {
  double dot = 0;
  double length_a = 0;
  double length_b = 0;
  for (std::size_t i = 0; i < size; ++i) {
    dot += static_cast<double>(a[i]) * b[i];
    length_a += static_cast<double>(a[i]) * a[i];
    length_b += static_cast<double>(b[i]) * b[i];
  }
  const double lengths = std::sqrt(length_a * length_b);
  const double found = dot / lengths;
  return std::isfinite(found) ? found : 0;
}

}  // namespace pharos::graph
