#include "platform/inference/batches.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace pharos::inference {
namespace {

constexpr std::size_t kMostRows = 32;
constexpr std::size_t kMostPieces = 1024;
/// Queries come alone and are short: all of them in one shape need no preparing.
constexpr std::size_t kShortestAlone = 16;

/// Four lengths from a power of two to the next, at least 4 apart.
std::size_t row_length(std::size_t pieces) {
  const std::size_t step = std::max<std::size_t>(4, std::bit_floor(std::max<std::size_t>(pieces, 1) - 1) / 4);
  return (pieces + step - 1) / step * step;
}

}  // namespace

std::vector<Batch> plan_batches(std::span<const std::size_t> lengths) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t one, std::size_t other) {
    return std::pair(lengths[other], one) < std::pair(lengths[one], other);
  });

  std::vector<Batch> batches;
  for (std::span<const std::size_t> rest = order; !rest.empty();) {
    std::size_t length = row_length(std::max<std::size_t>(lengths[rest.front()], 1));
    std::size_t rows = std::min({kMostRows, std::bit_floor(std::max<std::size_t>(kMostPieces / length, 1)),
                                 std::bit_floor(rest.size())});
    const auto half_would_be_padding = [&] { return 2 * lengths[rest[rows / 2]] <= length; };
    while (rows > 1 && half_would_be_padding()) rows /= 2;
    if (lengths.size() == 1) length = std::max(length, kShortestAlone);
    batches.push_back(
        {.texts = {rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(rows)}, .length = length});
    rest = rest.subspan(rows);
  }
  return batches;
}

}  // namespace pharos::inference
