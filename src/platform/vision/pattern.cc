#include "platform/vision/pattern.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

namespace pharos::vision {
namespace {

constexpr int kFewestPixels = 300;

/// Values of the pixels of a box, 0 where the mask is.
struct Field {
  int width = 0;
  int height = 0;
  std::vector<float> values;
  std::vector<float> mask;  ///< 0 or 1

  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
};

/// Running sums along rows, then columns: the sum in the square of that radius round each cell.
void box_sum(std::vector<float>& cells, int width, int height, int radius) {
  std::vector<float> line;
  const auto run = [&](std::size_t first, std::size_t step, int length) {
    line.assign(static_cast<std::size_t>(length) + 1, 0.0F);
    for (int i = 0; i < length; ++i) {
      line[static_cast<std::size_t>(i) + 1] =
          line[static_cast<std::size_t>(i)] + cells[first + static_cast<std::size_t>(i) * step];
    }
    for (int i = 0; i < length; ++i) {
      const auto from = static_cast<std::size_t>(std::max(i - radius, 0));
      const auto to = static_cast<std::size_t>(std::min(i + radius + 1, length));
      cells[first + static_cast<std::size_t>(i) * step] = line[to] - line[from];
    }
  };
  const auto columns = static_cast<std::size_t>(width);
  for (int y = 0; y < height; ++y) {
    run(static_cast<std::size_t>(y) * columns, 1, width);
  }
  for (int x = 0; x < width; ++x) {
    run(static_cast<std::size_t>(x), columns, height);
  }
}

/// Subtracts the mean of the surroundings inside the mask.
void remove_wide_changes(Field& field, const std::vector<float>& counts, int radius) {
  std::vector<float> means = field.values;
  box_sum(means, field.width, field.height, radius);
  for (std::size_t i = 0; i < means.size(); ++i) {
    field.values[i] = field.mask[i] * (field.values[i] - means[i] / std::max(counts[i], 1.0F));
  }
}

double mean_of(const Field& field) {
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < field.values.size(); ++i) {
    sum += static_cast<double>(field.values[i]);
    count += static_cast<double>(field.mask[i]);
  }
  return count > 0 ? sum / count : 0;
}

using Axis = std::array<double, 3>;

/// The direction in which three fields vary most together: the first eigenvector of their covariance, by
/// power iteration.
Axis main_axis(const std::array<Field, 3>& fields) {
  std::array<Axis, 3> covariance{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = row; column < 3; ++column) {
      double sum = 0;
      for (std::size_t i = 0; i < fields[0].values.size(); ++i) {
        sum += static_cast<double>(fields[row].values[i] * fields[column].values[i]);
      }
      covariance[row][column] = covariance[column][row] = sum;
    }
  }
  Axis axis{1, 0.01, 0.01};
  for (int round = 0; round < 20; ++round) {
    Axis next{};
    for (std::size_t row = 0; row < 3; ++row) {
      for (std::size_t column = 0; column < 3; ++column) {
        next[row] += covariance[row][column] * axis[column];
      }
    }
    const double length = std::hypot(next[0], next[1], next[2]);
    if (length <= 0) {
      break;
    }
    axis = {next[0] / length, next[1] / length, next[2] / length};
  }
  return axis;
}

/// The area's local changes of colour along the axis on which they are largest, in units of Lab, and whether
/// that axis is the one along which light and shadow move the area's mean colour.
struct Changes {
  Field field;
  bool like_shading = false;
};

bool runs_along(const Axis& axis, const Lab& mean) {
  constexpr double kNearlyParallel = 0.97;
  const double length = std::hypot(mean.l + 16, mean.a, mean.b);
  const double along = axis[0] * (mean.l + 16) + axis[1] * mean.a + axis[2] * mean.b;
  return std::abs(along) > kNearlyParallel * length;
}

Changes local_changes(const Bitmap& area, const LabPatch& colours, int radius) {
  const PixelBox box = bounds(area);
  std::array<Field, 3> channels;
  for (Field& channel : channels) {
    channel = {.width = box.width(), .height = box.height(), .values = {}, .mask = {}};
    channel.values.resize(static_cast<std::size_t>(box.width()) * static_cast<std::size_t>(box.height()));
    channel.mask.resize(channel.values.size());
  }
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      if (area.at(x, y)) {
        const std::size_t i = channels[0].index(x - box.left, y - box.top);
        const LabPixel& pixel = colours.at(x, y);
        channels[0].values[i] = pixel.l;
        channels[1].values[i] = pixel.a;
        channels[2].values[i] = pixel.b;
        channels[0].mask[i] = channels[1].mask[i] = channels[2].mask[i] = 1;
      }
    }
  }
  const Lab mean{mean_of(channels[0]), mean_of(channels[1]), mean_of(channels[2])};
  std::vector<float> counts = channels[0].mask;
  box_sum(counts, box.width(), box.height(), radius);
  for (Field& channel : channels) {
    remove_wide_changes(channel, counts, radius);
  }
  const Axis axis = main_axis(channels);
  Field changes = std::move(channels[0]);
  for (std::size_t i = 0; i < changes.values.size(); ++i) {
    changes.values[i] = static_cast<float>(axis[0] * static_cast<double>(changes.values[i]) +
                                           axis[1] * static_cast<double>(channels[1].values[i]) +
                                           axis[2] * static_cast<double>(channels[2].values[i]));
  }
  return {std::move(changes), runs_along(axis, mean)};
}

/// A light blur against noise, inside the mask.
void smooth(Field& field) {
  std::vector<float> counts = field.mask;
  box_sum(counts, field.width, field.height, 1);
  box_sum(field.values, field.width, field.height, 1);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    field.values[i] = field.mask[i] * field.values[i] / std::max(counts[i], 1.0F);
  }
}

double root_mean_square(const Field& field) {
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < field.values.size(); ++i) {
    sum += static_cast<double>(field.values[i] * field.values[i]);
    count += static_cast<double>(field.mask[i]);
  }
  return count > 0 ? std::sqrt(sum / count) : 0;
}

/// How edges run.
struct Edges {
  double crispness = 0;  ///< root mean square of the gradient, in changes per pixel over the changes'
  double one = 0;        ///< 0 to 1: all edges run one way
  double two = 0;        ///< 0 to 1: all run one of two ways at right angles
  double angle = 0;      ///< radians: across the edges, along the first of the ways
};

/// The structure tensor in its complex form: squared gradients with doubled (and fourfold) angles.
Edges read_edges(const Field& field, double strength) {
  double energy = 0;
  double count = 0;
  std::array<double, 2> doubled{};
  std::array<double, 2> fourfold{};
  for (int y = 1; y + 1 < field.height; ++y) {
    for (int x = 1; x + 1 < field.width; ++x) {
      const std::size_t i = field.index(x, y);
      const auto row = static_cast<std::size_t>(field.width);
      if (field.mask[i - 1] * field.mask[i + 1] * field.mask[i - row] * field.mask[i + row] == 0.0F) {
        continue;
      }
      ++count;
      const double dx = static_cast<double>(field.values[i + 1] - field.values[i - 1]);
      const double dy = static_cast<double>(field.values[i + row] - field.values[i - row]);
      const double squared = dx * dx + dy * dy;
      if (squared <= 0) {
        continue;
      }
      const double real = dx * dx - dy * dy;
      const double imaginary = 2 * dx * dy;
      energy += squared;
      doubled[0] += real;
      doubled[1] += imaginary;
      fourfold[0] += (real * real - imaginary * imaginary) / squared;
      fourfold[1] += 2 * real * imaginary / squared;
    }
  }
  if (energy <= 0) {
    return {};
  }
  Edges found{.crispness = 0.5 * std::sqrt(energy / count) / std::max(strength, 1e-9),
              .one = std::hypot(doubled[0], doubled[1]) / energy,
              .two = std::hypot(fourfold[0], fourfold[1]) / energy};
  found.angle =
      found.one > 0.5 ? std::atan2(doubled[1], doubled[0]) / 2 : std::atan2(fourfold[1], fourfold[0]) / 4;
  return found;
}

/// Correlation of the field with itself moved by (dx, dy); empty when too little overlaps.
std::optional<double> correlation(const Field& field, int dx, int dy, double least_pairs) {
#pragma clang fp reassociate(on)  // lets the sums run in parallel lanes
  double product = 0;
  double here = 0;
  double there = 0;
  double pairs = 0;
  const int left = std::max(0, -dx);
  const int right = std::min(field.width, field.width - dx);
  for (int y = std::max(0, -dy); y < std::min(field.height, field.height - dy); ++y) {
    const float* p = &field.values[field.index(0, y)];
    const float* p_mask = &field.mask[field.index(0, y)];
    const float* q = &field.values[field.index(0, y + dy)] + dx;
    const float* q_mask = &field.mask[field.index(0, y + dy)] + dx;
    float row_product = 0;
    float row_here = 0;
    float row_there = 0;
    float row_pairs = 0;
    for (int x = left; x < right; ++x) {
      row_product += p[x] * q[x];
      row_here += p[x] * p[x] * q_mask[x];
      row_there += q[x] * q[x] * p_mask[x];
      row_pairs += p_mask[x] * q_mask[x];
    }
    product += static_cast<double>(row_product);
    here += static_cast<double>(row_here);
    there += static_cast<double>(row_there);
    pairs += static_cast<double>(row_pairs);
  }
  if (pairs < least_pairs || here * there <= 0) {
    return std::nullopt;
  }
  return product / std::sqrt(here * there);
}

/// How the field repeats along one direction.
struct Rhythm {
  double peak = 0;  ///< the highest correlation after the first low
  double low = 1;   ///< the first low
  double mean = 0;  ///< over all distances: near 1 where nothing changes that way
  bool repeats() const { return peak > 0.3 && peak - low > 0.35; }
};

Rhythm rhythm_along(const Field& field, double angle, double pixels) {
  constexpr int kFurthest = 60;
  constexpr double kLeastOverlap = 0.3;
  Rhythm rhythm;
  std::vector<double> correlations;
  for (int lag = 1; lag <= kFurthest; ++lag) {
    const auto found =
        correlation(field, static_cast<int>(std::lround(lag * std::cos(angle))),
                    static_cast<int>(std::lround(lag * std::sin(angle))), kLeastOverlap * pixels);
    if (!found) {
      break;
    }
    correlations.push_back(*found);
    rhythm.mean += *found;
  }
  if (correlations.empty()) {
    return rhythm;
  }
  rhythm.mean /= static_cast<double>(correlations.size());
  std::size_t i = 0;
  while (i + 1 < correlations.size() && correlations[i + 1] <= correlations[i] + 0.02) {
    ++i;
  }
  rhythm.low = correlations[i];
  for (; i < correlations.size(); ++i) {
    rhythm.peak = std::max(rhythm.peak, correlations[i]);
  }
  return rhythm;
}

/// Folds are soft and change light only; what is woven or printed has edges.
bool is_folds(const Changes& changes, const Edges& edges) {
  constexpr double kSoft = 0.25;
  return changes.like_shading && edges.crispness < kSoft;
}

PatternReading strong_pattern(const Field& field, const Edges& edges, double pixels) {
  const Rhythm across = rhythm_along(field, edges.angle, pixels);
  const Rhythm along = rhythm_along(field, edges.angle + std::numbers::pi / 2, pixels);
  if (edges.one > 0.5 && across.repeats() && along.mean > std::max(0.3, across.mean + 0.3)) {
    return {Pattern::kStriped, std::min(1.0, 0.5 * across.peak + 0.5 * edges.one)};
  }
  if (edges.one < 0.5 && edges.two > 0.27 && across.repeats() && along.repeats()) {
    return {Pattern::kChecked, std::min(1.0, 0.5 * std::min(across.peak, along.peak) + edges.two)};
  }
  return {};
}

}  // namespace

PatternReading read_pattern(const Bitmap& area, const LabPatch& colours, double scale) {
  constexpr double kPlain = 2.5;    // noise and the weave
  constexpr double kFaint = 6.5;    // what is less and does not repeat is plain
  constexpr double kPatterned = 9;  // nothing plain has such edges
  const int pixels = area.count();
  if (pixels < kFewestPixels) {
    return {};
  }
  const int radius = std::clamp(static_cast<int>(std::lround(scale / 5)), 6, 60);
  Changes changes = local_changes(area, colours, radius);
  smooth(changes.field);
  const double strength = root_mean_square(changes.field);
  const PatternReading solid{Pattern::kSolid, std::clamp(1 - 0.07 * strength, 0.4, 1.0)};
  if (strength < kPlain) {
    return solid;
  }
  const Edges edges = read_edges(changes.field, strength);
  if (is_folds(changes, edges)) {
    return solid;
  }
  const PatternReading found = strong_pattern(changes.field, edges, pixels);
  if (found.pattern != Pattern::kUnsure) {
    return found;
  }
  if (strength < kFaint) {
    return solid;
  }
  if (strength < kPatterned) {
    return {Pattern::kUnsure, 0.3};
  }
  return {Pattern::kPatterned, std::min(0.9, 0.5 + 0.02 * (strength - kPatterned))};
}

}  // namespace pharos::vision
