#include "platform/vision/vision.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <future>
#include <iterator>
#include <utility>

#include <malloc.h>

#include "core/base/error.h"
#include "platform/vision/face_detector.h"
#include "platform/vision/face_mesh.h"
#include "platform/vision/pose_detector.h"
#include "platform/vision/pose_landmarks.h"

namespace pharos::vision {
namespace {

// The reference library lays a mesh on at most ten faces; a group photo deserves more, within reason.
constexpr std::size_t kReferenceMeshes = 10;
constexpr std::size_t kMostFaces = 50;
constexpr std::size_t kMostBodiesRead = 3;

/// A face that the mesh does not confirm counts only beside a body, and when the detector is this sure of it.
constexpr double kSureWithoutMesh = 0.6;

bool is_on_head(const Face& face, const Pose& pose) {
  const Region head = head_region(pose);
  const Point centre = face.box.centre();
  return std::abs(centre.x - head.centre.x) < head.side / 4 &&
         std::abs(centre.y - head.centre.y) < head.side / 4;
}

/// Dogs, galaxies and patterns fire the detector; the mesh rejects most.
bool counts(const Face& face, const Pose* pose) {
  if (face.mesh) return true;
  return pose != nullptr && (face.score >= kSureWithoutMesh || is_on_head(face, *pose));
}

bool has_face(const std::vector<Face>& faces, const Pose& pose) {
  return std::ranges::any_of(faces, [&](const Face& face) { return is_on_head(face, pose); });
}

/// Largest first; the main person's before all others.
void order_faces(std::vector<Face>& faces, const Pose* pose) {
  const auto rank = [pose](const Face& face) {
    return std::pair(pose != nullptr && is_on_head(face, *pose), face.box.area());
  };
  std::ranges::sort(faces, std::greater{}, rank);
}

template <class Network>
std::future<std::unique_ptr<Network>> load(const VisionSettings& settings, const char* file) {
  return std::async(std::launch::async, [path = settings.models / file, workers = settings.workers] {
    return std::make_unique<Network>(path, workers);
  });
}

}  // namespace

struct Vision::Impl {
  std::unique_ptr<PoseDetector> pose_detector;
  std::unique_ptr<PoseLandmarker> pose_landmarker;
  std::unique_ptr<FaceDetector> face_detector;
  std::unique_ptr<FaceMesher> face_mesher;

  std::vector<Face> faces_in_tiles(const Image& image) const;
  std::vector<Face> search_everywhere(const Image& image, const Pose* pose) const;
  void lay_meshes(const Image& image, std::vector<Face>& faces, std::size_t most) const;
};

Vision::Vision(const VisionSettings& settings) : impl_(std::make_unique<Impl>()) {
  auto landmarker = load<PoseLandmarker>(settings, "pose_landmark_full.tflite");
  auto detector = load<PoseDetector>(settings, "pose_detection.tflite");
  auto mesher = load<FaceMesher>(settings, "face_landmark.tflite");
  auto faces = load<FaceDetector>(settings, "face_detection_short_range.tflite");
  impl_->pose_landmarker = landmarker.get();
  impl_->pose_detector = detector.get();
  impl_->face_mesher = mesher.get();
  impl_->face_detector = faces.get();
  ::malloc_trim(0);  // what compiling took
}

Vision::~Vision() = default;

PoseSearch Vision::find_pose(const Image& image, Passes passes) const {
  auto [bodies, unsure] = impl_->pose_detector->detect(image);
  PoseSearch search{.people = static_cast<int>(bodies.size())};
  if (bodies.empty()) return search;
  if (passes == Passes::kSingle) {
    search.main = impl_->pose_landmarker->read(image, bodies.front());
    return search;
  }
  order_by_prominence(bodies, image.width, image.height);
  for (std::size_t i = 0; i < std::min(bodies.size(), kMostBodiesRead) && !search.main; ++i) {
    search.main = impl_->pose_landmarker->read_twice(image, bodies[i]);
  }
  if (search.main) search.main->others = search.people - 1 + unsure;
  return search;
}

FaceSearch Vision::find_faces(const Image& image, const Pose* pose, Passes passes) const {
  FaceSearch search;
  if (passes == Passes::kSingle) {
    const Region whole = whole_image(image.width, image.height);
    search.faces = impl_->face_detector->detect(image, whole, FaceSource::kWholeImage).sure;
    impl_->lay_meshes(image, search.faces, kReferenceMeshes);
  } else {
    search.faces = impl_->search_everywhere(image, pose);
    impl_->lay_meshes(image, search.faces, kMostFaces);
    std::erase_if(search.faces, [pose](const Face& face) { return !counts(face, pose); });
    order_faces(search.faces, pose);
  }
  search.meshes = static_cast<int>(
      std::ranges::count_if(search.faces, [](const Face& face) { return face.mesh.has_value(); }));
  return search;
}

const std::string& Vision::precision() const {
  return impl_->pose_landmarker->model().precision();
}

std::vector<Face> Vision::Impl::faces_in_tiles(const Image& image) const {
  std::vector<Face> found;
  for (const Region& tile : tiles(image.width, image.height)) {
    std::ranges::move(face_detector->detect(image, tile, FaceSource::kTile).sure, std::back_inserter(found));
  }
  // A face cut by the edge of one tile is whole, and surer, in its neighbour.
  std::ranges::sort(found, std::greater{}, &Face::score);
  return found;
}

/// Whole image, then the main person's head if its face was missed, then, when nobody or more people than
/// that may be there, the tiles.
std::vector<Face> Vision::Impl::search_everywhere(const Image& image, const Pose* pose) const {
  auto [faces, unsure] =
      face_detector->detect(image, whole_image(image.width, image.height), FaceSource::kWholeImage);
  if (pose != nullptr && !has_face(faces, *pose)) {
    merge_faces(faces, face_detector->detect(image, head_region(*pose), FaceSource::kHeadCrop).sure);
  }
  const bool more_than_one = faces.size() + static_cast<std::size_t>(unsure) > 1;
  if (faces.empty() || more_than_one || (pose != nullptr && pose->others > 0)) {
    merge_faces(faces, faces_in_tiles(image));
  }
  if (faces.size() > kMostFaces) faces.resize(kMostFaces);
  return faces;
}

void Vision::Impl::lay_meshes(const Image& image, std::vector<Face>& faces, std::size_t most) const {
  for (std::size_t i = 0; i < std::min(faces.size(), most); ++i) {
    faces[i].mesh = face_mesher->read(image, faces[i]);
  }
}

}  // namespace pharos::vision
