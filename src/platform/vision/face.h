// Faces in a photo: where, how turned, how the mouth and eyes lie. Geometry only: never who, nor what anyone
// is.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include "platform/vision/geometry.h"

namespace pharos::vision {

inline constexpr std::size_t kMeshPoints = 468;

struct MeshPoint {
  float x = 0;  ///< pixels
  float y = 0;
  float z = 0;  ///< pixels, about the head's middle; rough
};

/// 468 points of one face and how sure the model is that it is one.
struct FaceMesh {
  std::array<MeshPoint, kMeshPoints> points{};
  double score = 0;
};

/// How the face was found.
enum class FaceSource { kWholeImage, kHeadCrop, kTile };
BOOST_DESCRIBE_ENUM(FaceSource, kWholeImage, kHeadCrop, kTile)

struct Face {
  Box box;
  double score = 0;  ///< the detector's, 0 to 1
  std::array<Point, 6>
      keypoints{};  ///< right eye, left eye, nose tip, mouth, right ear, left ear (the person's own)
  FaceSource source = FaceSource::kWholeImage;
  std::optional<FaceMesh> mesh;  ///< empty when the mesh model does not confirm a face
};

/// Degrees, from the mesh. Yaw + = turned towards the right of the picture, pitch + = up, roll + = as the
/// tilts of a pose: the end further right is lower.
struct HeadPose {
  double yaw = 0;
  double pitch = 0;
  double roll = 0;
};
BOOST_DESCRIBE_STRUCT(HeadPose, (), (yaw, pitch, roll))

/// Ratios measured on the mesh; what they may mean is left to whoever reads them.
struct Expression {
  double mouth_corners = 0;  ///< how far the corners are above the lips' middle, in mouth widths; + = raised
  double mouth_open = 0;     ///< gap between the lips in mouth widths
  double left_eye_open = 0;  ///< gap between the lids in eye widths
  double right_eye_open = 0;
  double brows_raised = 0;  ///< brow to eye in eye widths, mean of both sides
};
BOOST_DESCRIBE_STRUCT(Expression, (),
                      (mouth_corners, mouth_open, left_eye_open, right_eye_open, brows_raised))

HeadPose measure_head_pose(const FaceMesh& mesh);
Expression measure_expression(const FaceMesh& mesh);

/// Indices of the mesh's outline, in order round the face: for drawing.
const std::vector<int>& mesh_outline();
/// Pairs of indices that draw brows, eyes, nose and lips.
const std::vector<std::pair<int, int>>& mesh_features();

}  // namespace pharos::vision
