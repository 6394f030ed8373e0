// Which texts go through a network together, and how long the rows are.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace pharos::inference {

/// Texts of like length, padded to the same one.
struct Batch {
  std::vector<std::size_t> texts;  ///< their places in the list; a power of two of them
  std::size_t length = 0;          ///< of each row, in word pieces
};

/// Puts every text into one batch, the longest first. A network prepares itself for each new shape, which
/// costs 3 ms and up to 1 MB, so shapes are few: 1, 2, 4 … 32 rows; 4, 8 … 32, 40 … 64, 80 … 128, 160 …
/// pieces. Batches stay below 1,024 pieces, because larger ones leave the processor's cache.
std::vector<Batch> plan_batches(std::span<const std::size_t> lengths);

}  // namespace pharos::inference
