#include "platform/vision/bench.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/vision/appearance.h"
#include "platform/vision/image.h"
#include "platform/vision/vision.h"
#include "platform/vision/warp.h"

namespace pharos::vision {
namespace {

constexpr std::array<std::string_view, 5> kStages = {"decode", "pose", "faces", "outfit", "quality"};
constexpr int kWorkingSide = 1600;

using StageTimes = std::array<double, kStages.size()>;  // milliseconds

class Stopwatch {
 public:
  /// Milliseconds since the last call, or since the start.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> passed = now - last_;
    last_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// The sample enlarged to 4:3 with a camera's noise, so that its JPEG is as heavy as a real one.
std::string make_jpeg(const Image& sample, int width) {
  constexpr int kNoise = 8;
  const int height = width * 3 / 4;
  Crop crop = warp(sample, whole_image(sample.width, sample.height), width, Border::kReplicate);
  crop.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint32_t state = 1;
  for (std::uint8_t& value : crop.rgb) {
    state = state * 1664525U + 1013904223U;
    const int noisy = value + static_cast<int>(state >> 24) % (2 * kNoise + 1) - kNoise;
    value = static_cast<std::uint8_t>(std::clamp(noisy, 0, 255));
  }
  return encode_jpeg({.width = width, .height = height, .rgb = std::move(crop.rgb)}, 90);
}

/// One of 1280 px and one of 12 megapixels.
std::pair<std::string, std::string> make_jpegs(const std::filesystem::path& file) {
  constexpr int kWidth12Mp = 4000;
  const Image sample = decode(base::read_file(file), 0).image;
  return {make_jpeg(sample, 1280), make_jpeg(sample, kWidth12Mp)};
}

/// Everything that is measured locally, one stage after the other.
StageTimes analyse(const Vision& vision, std::string_view jpeg) {
  Stopwatch watch;
  StageTimes times{};
  const Photo photo = decode(jpeg, kWorkingSide);
  times[0] = watch.lap();
  const PoseSearch found = vision.find_pose(photo.image, Passes::kProduction);
  const Pose* pose = found.main ? &*found.main : nullptr;
  times[1] = watch.lap();
  const FaceSearch faces = vision.find_faces(photo.image, pose, Passes::kProduction);
  const Face* face = faces.faces.empty() ? nullptr : &faces.faces.front();
  times[2] = watch.lap();
  if (pose != nullptr) read_outfit(photo.image, *pose, face);
  times[3] = watch.lap();
  measure_quality(photo.image, pose, face, photo.scale);
  times[4] = watch.lap();
  return times;
}

std::vector<StageTimes> analyse_often(const Vision& vision, std::string_view jpeg, int photos) {
  constexpr int kWarmUp = 3;
  for (int i = 0; i < kWarmUp; ++i) analyse(vision, jpeg);
  std::vector<StageTimes> runs;
  for (int i = 0; i < photos; ++i) runs.push_back(analyse(vision, jpeg));
  return runs;
}

double photos_per_second(const Vision& vision, std::string_view jpeg, int workers, int photos) {
  Stopwatch watch;
  {
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&] {
        for (int i = 0; i < photos; ++i) analyse(vision, jpeg);
      });
    }
  }
  return workers * photos * 1000.0 / watch.lap();
}

double total(const StageTimes& times) {
  double sum = 0;
  for (const double time : times) sum += time;
  return sum;
}

double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
}

std::vector<double> totals(const std::vector<StageTimes>& runs) {
  std::vector<double> sums;
  std::ranges::transform(runs, std::back_inserter(sums), total);
  return sums;
}

std::vector<VisionStage> stages_of(const std::vector<StageTimes>& runs) {
  double whole = 0;
  for (const StageTimes& run : runs) whole += total(run);
  std::vector<VisionStage> stages;
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    std::vector<double> times;
    double sum = 0;
    for (const StageTimes& run : runs) {
      times.push_back(run[i]);
      sum += run[i];
    }
    stages.push_back({std::string(kStages[i]), percentile(times, 0.5), sum / whole});
  }
  return stages;
}

/// From the kernel's "VmHWM: 123456 kB"; 0 where it does not tell.
double peak_rss_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

}  // namespace

VisionBench run_vision_bench(const VisionBenchOptions& options) {
  if (options.photos < 1) {
    throw base::Error(base::Code::kInvalidInput, "the vision bench needs at least one photo to analyse");
  }
  constexpr int kWorkers = 2;
  // Made before the models are loaded: what making them takes is no memory of an analysis.
  const auto [jpeg, jpeg_12mp] = make_jpegs(options.sample);
  Stopwatch watch;
  const Vision vision({.models = options.models, .workers = kWorkers});
  VisionBench bench{.load_ms = watch.lap()};

  const std::vector<StageTimes> runs = analyse_often(vision, jpeg, options.photos);
  bench.p50_ms = percentile(totals(runs), 0.5);
  bench.p95_ms = percentile(totals(runs), 0.95);
  bench.stages = stages_of(runs);
  bench.photos_per_second = photos_per_second(vision, jpeg, kWorkers, options.photos);
  const int large_photos = std::max(1, options.photos / 4);
  bench.p95_12mp_ms = percentile(totals(analyse_often(vision, jpeg_12mp, large_photos)), 0.95);
  bench.peak_rss_mb = peak_rss_mb();
  return bench;
}

}  // namespace pharos::vision
