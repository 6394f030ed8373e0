#include "platform/vision/outfit_layers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace pharos::vision {
namespace {

constexpr int kStep = 2;                 // every second pixel is enough for large areas
constexpr double kSmallestLayer = 0.15;  // share of the region
constexpr double kLargeArea = 0.06;
constexpr int kMostAreas = 3;
constexpr double kInLargeAreas = 0.8;
constexpr double kLongestBorder = 4;  // between the two, over the square root of the region's pixels

Lab lab_of(const Swatch& swatch) {
  return {swatch.lab[0], swatch.lab[1], swatch.lab[2]};
}

int nearest(std::span<const Swatch> palette, const LabPixel& pixel) {
  int best = 0;
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < palette.size(); ++i) {
    const double distance = cloth_distance(lab_of(palette[i]), pixel.exact());
    if (distance < smallest) {
      smallest = distance;
      best = static_cast<int>(i);
    }
  }
  return best;
}

/// Where the first and the second colour of the palette lie, on the grid of every second pixel.
struct ColourMaps {
  Bitmap first;
  Bitmap second;
  int pixels = 0;
};

ColourMaps map_colours(const Bitmap& area, const LabPatch& colours, std::span<const Swatch> palette) {
  const int width = (area.width + kStep - 1) / kStep;
  const int height = (area.height + kStep - 1) / kStep;
  ColourMaps maps{Bitmap(width, height), Bitmap(width, height)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (!area.at(x * kStep, y * kStep)) {
        continue;
      }
      ++maps.pixels;
      const int colour = nearest(palette, colours.at(x * kStep, y * kStep));
      if (colour < 2) {
        Bitmap& map = colour == 0 ? maps.first : maps.second;
        map.cells[map.index(x, y)] = 1;
      }
    }
  }
  return maps;
}

struct LargeAreas {
  Bitmap pixels;
  int count = 0;
  int covered = 0;
};

/// Neighbouring cells of which one has the first, the other the second colour.
int border_length(const ColourMaps& maps) {
  const Bitmap& first = maps.first;
  const Bitmap& second = maps.second;
  int length = 0;
  for (int y = 0; y + 1 < first.height; ++y) {
    for (int x = 0; x + 1 < first.width; ++x) {
      length += first.at(x, y) != first.at(x + 1, y) && second.at(x, y) != second.at(x + 1, y) ? 1 : 0;
      length += first.at(x, y) != first.at(x, y + 1) && second.at(x, y) != second.at(x, y + 1) ? 1 : 0;
    }
  }
  return length;
}

LargeAreas large_areas(const Bitmap& map, double least) {
  const Components found = components(map);
  LargeAreas large{.pixels = Bitmap(map.width, map.height)};
  for (const int size : found.sizes) {
    if (size >= least) {
      ++large.count;
      large.covered += size;
    }
  }
  for (std::size_t i = 0; i < map.cells.size(); ++i) {
    const int area = found.area_of[i];
    large.pixels.cells[i] = area > 0 && found.sizes[static_cast<std::size_t>(area - 1)] >= least ? 1 : 0;
  }
  return large;
}

/// Pixels of the area whose cell of the half grid is set.
Bitmap enlarged(const Bitmap& half, const Bitmap& area) {
  Bitmap result(area.width, area.height);
  for (int y = 0; y < area.height; ++y) {
    for (int x = 0; x < area.width; ++x) {
      result.cells[area.index(x, y)] = area.at(x, y) && half.at(x / kStep, y / kStep) ? 1 : 0;
    }
  }
  return result;
}

}  // namespace

Layers find_layers(const Bitmap& area, const LabPatch& colours, std::span<const Swatch> palette) {
  Layers layers{.main = area};
  if (palette.size() < 2 || palette[1].share < kSmallestLayer) {
    return layers;
  }
  const ColourMaps maps = map_colours(area, colours, palette);
  const LargeAreas first = large_areas(maps.first, kLargeArea * maps.pixels);
  const LargeAreas second = large_areas(maps.second, kLargeArea * maps.pixels);
  const int both = maps.first.count() + maps.second.count();
  layers.layered = first.count > 0 && second.count > 0 && first.count + second.count <= kMostAreas &&
                   second.covered >= kSmallestLayer * maps.pixels &&
                   first.covered + second.covered >= kInLargeAreas * both &&
                   border_length(maps) <= kLongestBorder * std::sqrt(maps.pixels);
  if (layers.layered) {
    layers.main = enlarged(first.pixels, area);
  }
  return layers;
}

}  // namespace pharos::vision
