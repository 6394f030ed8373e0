#include "platform/vision/anchors.h"

#include <cstddef>

namespace pharos::vision {

std::vector<Point> make_anchors(int input_size, std::span<const int> strides) {
  constexpr int kPerStride = 2;
  std::vector<Point> anchors;
  for (std::size_t first = 0; first < strides.size();) {
    std::size_t last = first;
    while (last < strides.size() && strides[last] == strides[first]) ++last;
    const int cells = (input_size + strides[first] - 1) / strides[first];
    const std::size_t per_cell = kPerStride * (last - first);
    for (int y = 0; y < cells; ++y) {
      for (int x = 0; x < cells; ++x) {
        anchors.insert(anchors.end(), per_cell, Point{(x + 0.5) / cells, (y + 0.5) / cells});
      }
    }
    first = last;
  }
  return anchors;
}

}  // namespace pharos::vision
