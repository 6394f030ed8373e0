// The main colours of some pixels.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "platform/vision/colour.h"

namespace pharos::vision {
namespace {

constexpr std::size_t kClusters = 6;
constexpr std::size_t kMostPixels = 4000;
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
  std::vector<int> parts;  ///< of the clusters found first, those it was joined from
};

/// Pixels by channel, so that loops over them run in SIMD lanes.
struct Sample {
  std::vector<float> l;
  std::vector<float> a;
  std::vector<float> b;

  std::size_t size() const { return l.size(); }
  void add(const Lab& pixel) {
    l.push_back(static_cast<float>(pixel.l));
    a.push_back(static_cast<float>(pixel.a));
    b.push_back(static_cast<float>(pixel.b));
  }
  Lab at(std::size_t i) const { return {l[i], a[i], b[i]}; }
};

/// One pixel from each of equal stretches, at a place that wanders: a fixed step would fall in with stripes.
Sample evenly_sampled(std::span<const Lab> pixels) {
  const std::size_t count = std::min(pixels.size(), kMostPixels);
  const double step = static_cast<double>(pixels.size()) / static_cast<double>(count);
  Sample sample;
  for (std::size_t i = 0; i < count; ++i) {
    const double within = count < pixels.size() ? fraction(static_cast<double>(i) * kGoldenRatio) : 0;
    sample.add(pixels[static_cast<std::size_t>((static_cast<double>(i) + within) * step)]);
  }
  return sample;
}

/// Where a centre is nearer to a pixel than those before it, writes its distance and number.
void claim(const Sample& sample, const Lab& centre, int number, std::vector<float>& nearest,
           std::vector<int>& owner) {
  const auto l = static_cast<float>(centre.l);
  const auto a = static_cast<float>(centre.a);
  const auto b = static_cast<float>(centre.b);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const float dl = sample.l[i] - l;
    const float da = sample.a[i] - a;
    const float db = sample.b[i] - b;
    const float distance = dl * dl + da * da + db * db;
    owner[i] = distance < nearest[i] ? number : owner[i];
    nearest[i] = std::min(nearest[i], distance);
  }
}

/// k-means++ with a fixed sequence in place of chance: each further centre is drawn with a probability that
/// grows with the squared distance to the centres there are.
std::vector<Cluster> seeds(const Sample& sample) {
  std::vector<Cluster> centres{{.mean = sample.at(sample.size() / 2)}};
  std::vector<float> nearest(sample.size(), std::numeric_limits<float>::max());
  std::vector<int> owner(sample.size());
  while (centres.size() < kClusters) {
    claim(sample, centres.back().mean, 0, nearest, owner);
    const double total = std::accumulate(nearest.begin(), nearest.end(), 0.0);
    if (total <= 0) {
      break;
    }
    double left = total * fraction(kGoldenRatio * static_cast<double>(centres.size()));
    std::size_t chosen = 0;
    while (chosen + 1 < sample.size() && (left -= static_cast<double>(nearest[chosen])) > 0) {
      ++chosen;
    }
    centres.push_back({.mean = sample.at(chosen)});
  }
  return centres;
}

/// The pixels' nearest centres.
std::vector<int> owners(const Sample& sample, const std::vector<Cluster>& clusters) {
  std::vector<float> nearest(sample.size(), std::numeric_limits<float>::max());
  std::vector<int> owner(sample.size());
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    claim(sample, clusters[i].mean, static_cast<int>(i), nearest, owner);
  }
  return owner;
}

/// Moves the centres to the means of their pixels; says how far the furthest moved.
double move_centres(const Sample& sample, const std::vector<int>& owner, std::vector<Cluster>& clusters) {
  std::vector<Cluster> sums(clusters.size());
  for (std::size_t i = 0; i < sample.size(); ++i) {
    Cluster& sum = sums[static_cast<std::size_t>(owner[i])];
    sum.mean.l += static_cast<double>(sample.l[i]);
    sum.mean.a += static_cast<double>(sample.a[i]);
    sum.mean.b += static_cast<double>(sample.b[i]);
    sum.count += 1;
  }
  double furthest = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto& [sum, count, parts] = sums[i];
    const Lab last = clusters[i].mean;
    const Lab mean = count > 0 ? Lab{sum.l / count, sum.a / count, sum.b / count} : last;
    furthest = std::max(furthest, std::hypot(mean.l - last.l, mean.a - last.a, mean.b - last.b));
    clusters[i] = {mean, count, {static_cast<int>(i)}};
  }
  return furthest;
}

/// Leaves in `owner` which of the clusters each pixel belongs to.
std::vector<Cluster> k_means(const Sample& sample, std::vector<int>& owner) {
  constexpr int kMostRounds = 16;
  constexpr double kSettled = 0.1;
  std::vector<Cluster> clusters = seeds(sample);
  double moved = kSettled;
  for (int round = 0; round < kMostRounds && moved >= kSettled; ++round) {
    owner = owners(sample, clusters);
    moved = move_centres(sample, owner, clusters);
  }
  std::erase_if(clusters, [](const Cluster& cluster) { return cluster.count == 0; });
  return clusters;
}

Cluster joined(const Cluster& p, const Cluster& q) {
  const double count = p.count + q.count;
  const auto mean = [&](double of_p, double of_q) { return (of_p * p.count + of_q * q.count) / count; };
  Cluster both{
      {mean(p.mean.l, q.mean.l), mean(p.mean.a, q.mean.a), mean(p.mean.b, q.mean.b)}, count, p.parts};
  both.parts.insert(both.parts.end(), q.parts.begin(), q.parts.end());
  return both;
}

/// Joins the nearest two until all are apart.
void merge(std::vector<Cluster>& clusters) {
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

Lab mean_of(const Sample& sample, std::span<const std::size_t> pixels) {
  Lab sum;
  for (const std::size_t i : pixels) {
    sum.l += static_cast<double>(sample.l[i]);
    sum.a += static_cast<double>(sample.a[i]);
    sum.b += static_cast<double>(sample.b[i]);
  }
  const auto count = static_cast<double>(pixels.size());
  return {sum.l / count, sum.a / count, sum.b / count};
}

/// The mean of the lighter half: people name cloth by how it looks in the light, not in its folds. Black
/// keeps the mean of all, as its lighter half is gloss.
Lab lit_colour(const Sample& sample, const std::vector<int>& owner, const Cluster& cluster) {
  if (name_of(cluster.mean).basic == "black") {
    return cluster.mean;
  }
  std::vector<std::size_t> pixels;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (std::ranges::find(cluster.parts, owner[i]) != cluster.parts.end()) {
      pixels.push_back(i);
    }
  }
  const auto middle = pixels.begin() + static_cast<std::ptrdiff_t>(pixels.size() / 2);
  std::ranges::nth_element(pixels, middle, {}, [&](std::size_t i) { return sample.l[i]; });
  return mean_of(sample, {middle, pixels.end()});
}

}  // namespace

std::vector<Swatch> palette(std::span<const Lab> pixels) {
  if (pixels.empty()) {
    return {};
  }
  const Sample sample = evenly_sampled(pixels);
  std::vector<int> owner;
  std::vector<Cluster> clusters = k_means(sample, owner);
  merge(clusters);
  std::ranges::sort(clusters, std::ranges::greater{},
                    [](const Cluster& cluster) { return std::pair(cluster.count, cluster.mean.l); });
  std::vector<Swatch> swatches;
  for (const Cluster& cluster : clusters) {
    const double share = cluster.count / static_cast<double>(sample.size());
    if (share < kSmallestShare) {
      break;
    }
    const Lab colour = lit_colour(sample, owner, cluster);
    ColourName name = name_of(colour);
    swatches.push_back({hex(to_rgb(colour)),
                        std::move(name.name),
                        std::move(name.basic),
                        share,
                        {colour.l, colour.a, colour.b}});
  }
  return swatches;
}

}  // namespace pharos::vision
