// What the room sees in the public-domain sample photo is what the reference library (MediaPipe 0.10.21)
// sees; and odd pictures are harmless.
#include "platform/vision/vision.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace pharos::vision {
namespace {

constexpr const char* kModels = PHAROS_SOURCE_DIR "/build/models";

struct ExpectedLandmark {
  double x;
  double y;
  double z;
  double visibility;
  double presence;
};

// The reference library's own output for the sample photo, in pixels.
constexpr std::array<ExpectedLandmark, kLandmarkCount> kReferencePose = {{
    {222.735, 127.964, -425.08, 0.9993, 0.9817}, {240.857, 111.257, -398.69, 0.9987, 0.9580},
    {248.946, 112.464, -398.87, 0.9988, 0.9531}, {256.435, 113.664, -398.86, 0.9983, 0.9453},
    {214.497, 105.728, -406.46, 0.9990, 0.9682}, {204.954, 103.344, -406.46, 0.9992, 0.9658},
    {196.579, 101.527, -406.82, 0.9991, 0.9640}, {268.024, 122.797, -223.01, 0.9983, 0.9470},
    {190.376, 107.374, -252.25, 0.9994, 0.9685}, {233.760, 153.880, -356.22, 0.9992, 0.9771},
    {205.838, 147.687, -364.65, 0.9996, 0.9836}, {306.240, 256.644, -84.83, 0.9977, 0.9708},
    {112.661, 239.953, -181.02, 0.9983, 0.9744}, {322.547, 374.948, -26.80, 0.3270, 0.5308},
    {64.599, 413.606, -240.18, 0.7633, 0.5881},  {326.369, 461.350, -195.99, 0.1258, 0.0942},
    {135.243, 477.267, -469.49, 0.3199, 0.3466}, {331.443, 495.980, -244.08, 0.1391, 0.0653},
    {158.544, 523.750, -525.81, 0.2719, 0.2477}, {325.256, 485.178, -276.99, 0.1859, 0.1106},
    {173.376, 503.571, -548.86, 0.3322, 0.4026}, {317.954, 471.176, -215.23, 0.1947, 0.1130},
    {170.351, 487.397, -481.51, 0.3371, 0.4124}, {241.865, 501.719, 15.94, 0.2203, 0.0810},
    {128.268, 531.389, -14.66, 0.2649, 0.0955},  {245.047, 738.578, 38.27, 0.0559, 0.0030},
    {129.785, 741.534, 54.63, 0.0195, 0.0030},   {237.054, 918.536, 347.66, 0.0079, 0.0005},
    {127.313, 923.568, 291.79, 0.0063, 0.0005},  {236.725, 945.985, 366.39, 0.0080, 0.0004},
    {121.688, 952.574, 307.82, 0.0092, 0.0004},  {222.418, 984.515, 154.98, 0.0063, 0.0004},
    {144.093, 981.598, 82.67, 0.0057, 0.0004},
}};
constexpr Box kReferenceFace = {177.5654, 82.8712, 95.3441, 95.3442};
constexpr std::array<Point, 6> kReferenceFacePoints = {{{201.4954, 104.8983},
                                                        {245.8457, 109.097},
                                                        {220.4294, 127.2616},
                                                        {219.82, 148.6128},
                                                        {178.1892, 115.719},
                                                        {272.1951, 123.866}}};
struct ExpectedMeshPoint {
  std::size_t index;
  MeshPoint point;
};
constexpr std::array<ExpectedMeshPoint, 6> kReferenceMesh = {{{1, {224.0972F, 131.1796F, -23.3105F}},
                                                              {10, {227.5027F, 72.4328F, -11.2047F}},
                                                              {33, {194.6468F, 100.9378F, 3.9265F}},
                                                              {61, {201.8484F, 139.4538F, 6.9305F}},
                                                              {152, {221.3419F, 175.4864F, 8.7091F}},
                                                              {454, {270.8613F, 116.2577F, 42.0821F}}}};

/// Loading takes a while, so all tests share the networks.
class Seeing : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    vision_ = std::make_unique<Vision>(VisionSettings{.models = kModels, .workers = 2});
    sample_ = decode(base::read_file(PHAROS_SOURCE_DIR "/build/samples/astronaut.png"), 0).image;
  }
  static void TearDownTestSuite() { vision_.reset(); }

  static inline std::unique_ptr<Vision> vision_;
  static inline Image sample_;
};

Image plain(int width, int height, std::uint8_t value) {
  const auto bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  return {.width = width, .height = height, .rgb = std::vector<std::uint8_t>(bytes, value)};
}

/// The photo in a row, `copies` times.
Image side_by_side(const Image& photo, int copies) {
  Image row{.width = photo.width * copies, .height = photo.height};
  for (int y = 0; y < photo.height; ++y) {
    for (int i = 0; i < copies; ++i) {
      row.rgb.insert(row.rgb.end(), photo.pixel(0, y), photo.pixel(0, y) + std::ptrdiff_t{3} * photo.width);
    }
  }
  return row;
}

/// The photo in the upper left of a larger grey one.
Image on_grey(const Image& photo, int width, int height) {
  Image canvas = plain(width, height, 128);
  for (int y = 0; y < photo.height; ++y) {
    std::copy_n(photo.pixel(0, y), std::ptrdiff_t{3} * photo.width,
                canvas.rgb.begin() + std::ptrdiff_t{3} * y * width);
  }
  return canvas;
}

TEST_F(Seeing, ASinglePassFindsTheReferencesLandmarks) {
  const PoseSearch search = vision_->find_pose(sample_, Passes::kSingle);
  EXPECT_EQ(search.people, 1);
  ASSERT_TRUE(search.main);
  EXPECT_NEAR(search.main->score, 0.8071, 1e-3);
  EXPECT_TRUE(search.main->uncertainty.empty());
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const Keypoint& found = search.main->keypoints[i];
    const ExpectedLandmark& expected = kReferencePose[i];
    EXPECT_LE(std::hypot(found.x - expected.x, found.y - expected.y), 0.0002 * 512) << found.name;
    EXPECT_NEAR(found.z, expected.z, 0.5) << found.name;
    EXPECT_NEAR(found.visibility, expected.visibility, 0.002) << found.name;
    EXPECT_NEAR(found.presence, expected.presence, 0.002) << found.name;
  }
}

TEST_F(Seeing, ASinglePassFindsTheReferencesRegionAndMask) {
  const Pose pose = vision_->find_pose(sample_, Passes::kSingle).main.value();
  EXPECT_NEAR(pose.region.centre.x, 158.7292, 0.01);
  EXPECT_NEAR(pose.region.centre.y, 524.0119, 0.01);
  EXPECT_NEAR(pose.region.side, 1254.9214, 0.02);
  EXPECT_NEAR(pose.region.rotation, 0.160093, 1e-5);
  int inside = 0;
  for (int y = 0; y < 512; ++y) {
    for (int x = 0; x < 512; ++x) inside += pose.mask.at(x, y) > 0.5F ? 1 : 0;
  }
  EXPECT_NEAR(inside / (512.0 * 512.0), 0.4335, 0.001);
}

TEST_F(Seeing, PostureOfASinglePassIsTheReferences) {
  const Pose pose = vision_->find_pose(sample_, Passes::kSingle).main.value();
  const PostureMeasurement found = measure_posture(pose, 512, 512);
  EXPECT_NEAR(found.raw_angles.shoulders.value(), 4.928, 0.02);
  EXPECT_NEAR(found.raw_angles.hips.value(), -14.638, 0.05);
  EXPECT_NEAR(found.raw_angles.ears.value(), 11.235, 0.02);
  EXPECT_NEAR(found.raw_angles.trunk_lean.value(), 5.194, 0.02);
  EXPECT_NEAR(found.head_offset.value(), 0.1016, 1e-3);
  EXPECT_NEAR(found.view_ratio.value(), 0.7187, 1e-3);
  EXPECT_EQ(found.view, View::kFrontal);
  EXPECT_EQ(found.facing, Facing::kFront);
  EXPECT_TRUE(found.angles.shoulders.has_value());
  EXPECT_TRUE(found.angles.ears.has_value());
  EXPECT_FALSE(found.angles.hips.has_value());
  EXPECT_FALSE(found.angles.trunk_lean.has_value());
}

TEST_F(Seeing, ASinglePassFindsTheReferencesFaceAndMesh) {
  const FaceSearch search = vision_->find_faces(sample_, nullptr, Passes::kSingle);
  EXPECT_EQ(search.meshes, 1);
  ASSERT_EQ(search.faces.size(), 1U);
  const Face& face = search.faces.front();
  EXPECT_GE(intersection_over_union(face.box, kReferenceFace), 0.999);
  EXPECT_NEAR(face.score, 0.9217, 1e-3);
  EXPECT_EQ(face.source, FaceSource::kWholeImage);
  for (std::size_t i = 0; i < kReferenceFacePoints.size(); ++i) {
    EXPECT_LE(distance(face.keypoints[i], kReferenceFacePoints[i]), 0.05);
  }
  ASSERT_TRUE(face.mesh);
  for (const auto& [index, expected] : kReferenceMesh) {
    const MeshPoint& found = face.mesh->points[index];
    EXPECT_NEAR(found.x, expected.x, 0.05) << index;
    EXPECT_NEAR(found.y, expected.y, 0.05) << index;
    EXPECT_NEAR(found.z, expected.z, 0.1) << index;
  }
}

TEST_F(Seeing, TheMirrorImageAgreesWithThePhotoAndItsDisagreementIsTold) {
  const Pose single = vision_->find_pose(sample_, Passes::kSingle).main.value();
  const Pose twice = vision_->find_pose(sample_, Passes::kProduction).main.value();
  ASSERT_EQ(twice.uncertainty.size(), kLandmarkCount);
  for (const Landmark landmark : {kNose, kLeftEar, kRightEar, kLeftShoulder, kRightShoulder}) {
    const Keypoint& mean = twice.keypoints[landmark];
    const Point offset = twice.uncertainty[landmark];
    // The photo's own reading lies half the disagreement from the mean.
    EXPECT_NEAR(mean.x - offset.x / 2, single.keypoints[landmark].x, 1e-3);
    EXPECT_NEAR(mean.y - offset.y / 2, single.keypoints[landmark].y, 1e-3);
    EXPECT_LE(std::hypot(offset.x, offset.y), 0.03 * 512) << mean.name;
  }
  EXPECT_EQ(twice.others, 0);
  const PostureMeasurement posture = measure_posture(twice, 512, 512);
  EXPECT_LE(posture.uncertainty.shoulders.value(), 3);
}

TEST_F(Seeing, AMirroredPhotoMirrorsThePose) {
  Image mirrored = sample_;
  for (int y = 0; y < 512; ++y) {
    for (int x = 0; x < 512; ++x) {
      std::copy_n(sample_.pixel(511 - x, y), 3, mirrored.rgb.begin() + (y * 512 + x) * 3);
    }
  }
  const Pose pose = vision_->find_pose(sample_, Passes::kProduction).main.value();
  const Pose other = vision_->find_pose(mirrored, Passes::kProduction).main.value();
  EXPECT_NEAR(other.keypoints[kRightShoulder].x, 512 - pose.keypoints[kLeftShoulder].x, 0.02 * 512);
  EXPECT_NEAR(other.keypoints[kRightShoulder].y, pose.keypoints[kLeftShoulder].y, 0.02 * 512);
}

TEST_F(Seeing, AFaceTooSmallForTheWholeImageIsFoundOnTheBody) {
  const Image far = on_grey(sample_, 1300, 1500);
  EXPECT_TRUE(vision_->find_faces(far, nullptr, Passes::kSingle).faces.empty());
  const PoseSearch found = vision_->find_pose(far, Passes::kProduction);
  ASSERT_TRUE(found.main);
  const FaceSearch search = vision_->find_faces(far, &*found.main, Passes::kProduction);
  ASSERT_EQ(search.faces.size(), 1U);
  EXPECT_EQ(search.faces[0].source, FaceSource::kHeadCrop);
  EXPECT_TRUE(search.faces[0].mesh);
  EXPECT_GE(intersection_over_union(search.faces[0].box, kReferenceFace), 0.7);
}

TEST_F(Seeing, WithoutABodyTilesFindAFaceThatTheWholeImageHides) {
  const Image far = on_grey(sample_, 1300, 1500);
  const FaceSearch search = vision_->find_faces(far, nullptr, Passes::kProduction);
  ASSERT_EQ(search.faces.size(), 1U);
  EXPECT_EQ(search.faces[0].source, FaceSource::kTile);
}

TEST_F(Seeing, SeveralPeopleAreCountedAndTheMainPersonsFaceComesFirst) {
  const Image group = side_by_side(sample_, 3);
  const PoseSearch found = vision_->find_pose(group, Passes::kProduction);
  ASSERT_TRUE(found.main);
  EXPECT_GE(found.main->others, 1);
  const FaceSearch search = vision_->find_faces(group, &*found.main, Passes::kProduction);
  EXPECT_EQ(search.faces.size(), 3U);
  EXPECT_EQ(search.meshes, 3);
  const Keypoint& nose = found.main->keypoints[kNose];
  EXPECT_LE(distance(search.faces.at(0).box.centre(), {nose.x, nose.y}), 40);
}

TEST_F(Seeing, NobodyIsSeenWhereNobodyIs) {
  Image noise = plain(320, 240, 0);
  std::uint32_t state = 1;
  for (std::uint8_t& value : noise.rgb) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<std::uint8_t>(state >> 24);
  }
  for (const Image& image :
       {plain(333, 517, 90), plain(1, 1, 255), plain(3, 2000, 10), plain(2000, 3, 200), noise}) {
    for (const Passes passes : {Passes::kSingle, Passes::kProduction}) {
      const PoseSearch pose = vision_->find_pose(image, passes);
      EXPECT_FALSE(pose.main.has_value()) << image.width;
      EXPECT_EQ(pose.people, 0) << image.width;
      const FaceSearch faces = vision_->find_faces(image, nullptr, passes);
      EXPECT_TRUE(faces.faces.empty()) << image.width;
      EXPECT_EQ(faces.meshes, 0);
    }
  }
}

TEST_F(Seeing, ResultsAreTheSameForAnyNumberOfWorkers) {
  const auto look = [](const Vision& vision) {
    const Pose pose = vision.find_pose(sample_, Passes::kProduction).main.value();
    const FaceSearch faces = vision.find_faces(sample_, &pose, Passes::kProduction);
    std::vector<double> all;
    for (const Keypoint& point : pose.keypoints)
      all.insert(all.end(), {point.x, point.y, point.z, point.visibility});
    for (const MeshPoint& point : faces.faces.at(0).mesh.value().points) {
      all.insert(all.end(), {double{point.x}, double{point.y}, double{point.z}});
    }
    all.insert(all.end(), pose.mask.cells.begin(), pose.mask.cells.end());
    return all;
  };
  const std::vector<double> alone = look(Vision({.models = kModels, .workers = 1}));
  std::array<std::vector<double>, 4> together;
  {
    std::vector<std::jthread> threads;
    for (auto& result : together) threads.emplace_back([&] { result = look(*vision_); });
  }
  for (const auto& result : together) EXPECT_TRUE(result == alone);
}

TEST_F(Seeing, ComputesInFullPrecision) {
  EXPECT_EQ(vision_->precision(), "f32");
}

TEST(Models, MissingOnesAreToldWithTheWayToGetThem) {
  try {
    const Vision vision({.models = "/nowhere"});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kNotFound);
    EXPECT_THAT(error.what(), testing::HasSubstr("./run --build-only"));
  }
}

TEST(Models, ThoseOfAnotherShapeAreRefused) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "pharos_swapped_models";
  std::filesystem::create_directories(folder);
  for (const char* name : {"pose_landmark_full.tflite", "pose_detection.tflite", "face_landmark.tflite",
                           "face_detection_short_range.tflite"}) {
    const auto other = std::filesystem::path(kModels) /
                       (std::string(name) == "pose_detection.tflite" ? "face_landmark.tflite" : name);
    std::filesystem::copy_file(other, folder / name, std::filesystem::copy_options::overwrite_existing);
  }
  EXPECT_THAT(
      [&] { Vision({.models = folder}); },
      testing::ThrowsMessage<base::Error>(testing::HasSubstr("is not the model that set-up installs")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace pharos::vision
