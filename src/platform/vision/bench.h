// How fast this machine analyses photos: the numbers behind `pharos bench vision`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

namespace pharos::vision {

struct VisionBenchOptions {
  std::filesystem::path models;  ///< folder with the .tflite files
  std::filesystem::path sample;  ///< photo of a person that the test photos are made from
  int photos = 100;              ///< how often the 1280 px photo is analysed; at least 1
};

/// One step of the analysis of a 1280 px JPEG.
struct VisionStage {
  std::string name;   ///< "decode", "pose", "faces", "outfit" or "quality"
  double p50_ms = 0;  ///< median
  double share = 0;   ///< of the whole time, 0 to 1
};
BOOST_DESCRIBE_STRUCT(VisionStage, (), (name, p50_ms, share))

/// Milliseconds a photo from JPEG bytes to the last measurement, by one worker; throughput of two workers.
struct VisionBench {
  double p50_ms = 0;
  double p95_ms = 0;
  double photos_per_second = 0;
  double p95_12mp_ms = 0;  ///< of a 12 megapixel JPEG
  double load_ms = 0;      ///< of all models
  double peak_rss_mb = 0;  ///< of the process so far
  std::vector<VisionStage> stages;
};
BOOST_DESCRIBE_STRUCT(VisionBench, (),
                      (p50_ms, p95_ms, photos_per_second, p95_12mp_ms, load_ms, peak_rss_mb, stages))

/// Takes seconds. Throws base::Error as Vision and decode do, and kInvalidInput without photos to analyse.
VisionBench run_vision_bench(const VisionBenchOptions& options);

}  // namespace pharos::vision
