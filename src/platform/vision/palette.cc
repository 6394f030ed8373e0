// The main colours of some pixels.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "platform/vision/colour.h"

namespace pharos::vision {
namespace {

constexpr std::size_t kClusters = 6;
constexpr std::size_t kMostPixels = 4000;
constexpr int kMostRounds = 16;
constexpr double kLightnessWeight = 0.35;
constexpr double kMergeBelow = 11;
constexpr double kSmallestShare = 0.04;
/// Its multiples' fractions fill 0 to 1 evenly: what stands in for chance here.
constexpr double kGoldenRatio = 0.6180339887498949;

double fraction(double value) {
  return value - std::floor(value);
}

struct Cluster {
  Lab mean;
  double count = 0;
  double weight = 0;  ///< in joined means
};

double squared_distance(const Lab& p, const Lab& q) {
  const double l = p.l - q.l;
  const double a = p.a - q.a;
  const double b = p.b - q.b;
  return l * l + a * a + b * b;
}

/// One pixel from each of equal stretches, at a place that wanders: a fixed step would fall in with stripes.
std::vector<Lab> evenly_sampled(std::span<const Lab> pixels) {
  if (pixels.size() <= kMostPixels) {
    return {pixels.begin(), pixels.end()};
  }
  const double step = static_cast<double>(pixels.size()) / static_cast<double>(kMostPixels);
  std::vector<Lab> sample;
  sample.reserve(kMostPixels);
  for (std::size_t i = 0; i < kMostPixels; ++i) {
    const double at = static_cast<double>(i);
    sample.push_back(pixels[static_cast<std::size_t>((at + fraction(at * kGoldenRatio)) * step)]);
  }
  return sample;
}

/// k-means++ with a fixed sequence in place of chance: each further centre is drawn with a probability that
/// grows with the squared distance to the centres there are.
std::vector<Cluster> seeds(const std::vector<Lab>& pixels) {
  std::vector<Cluster> centres{{.mean = pixels[pixels.size() / 2]}};
  std::vector<double> nearest(pixels.size(), std::numeric_limits<double>::infinity());
  while (centres.size() < kClusters) {
    double total = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      nearest[i] = std::min(nearest[i], squared_distance(pixels[i], centres.back().mean));
      total += nearest[i];
    }
    if (total <= 0) {
      break;
    }
    double left = total * fraction(kGoldenRatio * static_cast<double>(centres.size()));
    std::size_t chosen = 0;
    while (chosen + 1 < pixels.size() && (left -= nearest[chosen]) > 0) {
      ++chosen;
    }
    centres.push_back({.mean = pixels[chosen]});
  }
  return centres;
}

std::size_t nearest_cluster(const std::vector<Cluster>& clusters, const Lab& pixel) {
  std::size_t best = 0;
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    const double distance = squared_distance(clusters[i].mean, pixel);
    if (distance < smallest) {
      smallest = distance;
      best = i;
    }
  }
  return best;
}

std::vector<Cluster> k_means(const std::vector<Lab>& pixels) {
  std::vector<Cluster> clusters = seeds(pixels);
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<Cluster> sums(clusters.size());
    for (const Lab& pixel : pixels) {
      Cluster& sum = sums[nearest_cluster(clusters, pixel)];
      sum.mean.l += pixel.l;
      sum.mean.a += pixel.a;
      sum.mean.b += pixel.b;
      sum.count += 1;
    }
    double moved = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double n = sums[i].count;
      const Lab mean =
          n > 0 ? Lab{sums[i].mean.l / n, sums[i].mean.a / n, sums[i].mean.b / n} : clusters[i].mean;
      moved = std::max(moved, squared_distance(mean, clusters[i].mean));
      clusters[i] = {.mean = mean, .count = n};
    }
    if (moved < 0.01) {
      break;
    }
  }
  std::erase_if(clusters, [](const Cluster& cluster) { return cluster.count == 0; });
  return clusters;
}

/// How different two clusters are as cloth. Light and shadow move a colour along the line through L* = -16,
/// a* = b* = 0 (where black would be if the cube root had no knee), so both are brought to their common
/// lightness on it before a* and b* are compared, and what remains of lightness weighs little.
double cloth_distance(const Lab& p, const Lab& q) {
  const double middle = (p.l + q.l) / 2 + 16;
  const double scale_p = middle / (p.l + 16);
  const double scale_q = middle / (q.l + 16);
  return std::hypot(kLightnessWeight * (p.l - q.l), p.a * scale_p - q.a * scale_q,
                    p.b * scale_p - q.b * scale_q);
}

Cluster joined(const Cluster& p, const Cluster& q) {
  const double weight = p.weight + q.weight;
  const auto mean = [&](double of_p, double of_q) { return (of_p * p.weight + of_q * q.weight) / weight; };
  return {{mean(p.mean.l, q.mean.l), mean(p.mean.a, q.mean.a), mean(p.mean.b, q.mean.b)},
          p.count + q.count,
          weight};
}

/// Joins the nearest two until all are apart. What is lit counts more than what lies in shadow, where colours
/// lose their chroma.
void merge(std::vector<Cluster>& clusters) {
  for (Cluster& cluster : clusters) {
    cluster.weight = cluster.count * (10 + cluster.mean.chroma());
  }
  while (clusters.size() > 1) {
    double smallest = kMergeBelow;
    std::size_t first = 0;
    std::size_t second = 0;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      for (std::size_t j = i + 1; j < clusters.size(); ++j) {
        const double distance = cloth_distance(clusters[i].mean, clusters[j].mean);
        if (distance < smallest) {
          smallest = distance;
          first = i;
          second = j;
        }
      }
    }
    if (second == 0) {
      return;
    }
    clusters[first] = joined(clusters[first], clusters[second]);
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(second));
  }
}

}  // namespace

std::vector<Swatch> palette(std::span<const Lab> pixels) {
  if (pixels.empty()) {
    return {};
  }
  const std::vector<Lab> sample = evenly_sampled(pixels);
  std::vector<Cluster> clusters = k_means(sample);
  merge(clusters);
  std::ranges::sort(clusters, std::ranges::greater{},
                    [](const Cluster& cluster) { return std::pair(cluster.count, cluster.mean.l); });
  std::vector<Swatch> swatches;
  for (const Cluster& cluster : clusters) {
    const double share = cluster.count / static_cast<double>(sample.size());
    if (share < kSmallestShare) {
      continue;
    }
    ColourName name = name_of(cluster.mean);
    swatches.push_back({hex(to_rgb(cluster.mean)),
                        std::move(name.name),
                        std::move(name.basic),
                        share,
                        {cluster.mean.l, cluster.mean.a, cluster.mean.b}});
  }
  return swatches;
}

}  // namespace pharos::vision
