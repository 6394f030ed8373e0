// What a face mesh says about how the head is turned and how the face lies.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "platform/vision/face.h"

namespace pharos::vision {
namespace {

struct Vector {
  double x = 0;
  double y = 0;
  double z = 0;
};

Vector operator+(const Vector& a, const Vector& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
Vector operator-(const Vector& a, const Vector& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
Vector operator*(const Vector& a, double factor) {
  return {a.x * factor, a.y * factor, a.z * factor};
}
double dot(const Vector& a, const Vector& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
double length(const Vector& a) {
  return std::sqrt(dot(a, a));
}
Vector cross(const Vector& a, const Vector& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

/// The head's own axes in the picture's frame (x right, y down, z away): to the person's left, to the chin,
/// to the back of the head.
struct Axes {
  Vector left{1, 0, 0};
  Vector down{0, 1, 0};
  Vector back{0, 0, 1};
};

double determinant(const Axes& m) {
  return dot(m.left, cross(m.down, m.back));
}

/// A point of the mesh and its place, in cm, on a head that looks straight at the camera.
struct Reference {
  std::size_t index;
  Vector place;
};

/// Points that neither mouth nor lids nor brows move: forehead, nose, eye corners, sides of the face. Source:
/// MediaPipe's canonical face model (face_geometry/data), its axes turned to those of the picture.
constexpr std::array kReferences{
    Reference{10, {0, -8.262, -4.482}},      Reference{168, {0, -3.271, -5.236}},
    Reference{6, {0, -2.473, -5.789}},       Reference{1, {0, 1.127, -7.476}},
    Reference{2, {0, 2.089, -6.058}},        Reference{33, {-4.446, -2.664, -3.173}},
    Reference{263, {4.446, -2.664, -3.173}}, Reference{133, {-1.856, -2.585, -3.758}},
    Reference{362, {1.856, -2.585, -3.758}}, Reference{129, {-1.786, 0.978, -4.850}},
    Reference{358, {1.786, 0.978, -4.850}},  Reference{127, {-7.743, -2.365, 2.005}},
    Reference{356, {7.743, -2.365, 2.005}},  Reference{234, {-7.664, -0.673, 2.436}},
    Reference{454, {7.664, -0.673, 2.436}},
};

Vector point(const FaceMesh& mesh, std::size_t index) {
  const MeshPoint& found = mesh.points.at(index);
  return {found.x, found.y, found.z};
}

/// The rotation nearest to `m`. Newton's iteration for the polar decomposition: N. J. Higham, "Computing the
/// polar decomposition, with applications" (1986). Needs a positive determinant.
Axes nearest_rotation(Axes m) {
  for (int step = 0; step < 40; ++step) {
    const double scale = 1 / determinant(m);
    const Axes inverse_transposed{cross(m.down, m.back) * scale, cross(m.back, m.left) * scale,
                                  cross(m.left, m.down) * scale};
    const Axes next{(m.left + inverse_transposed.left) * 0.5, (m.down + inverse_transposed.down) * 0.5,
                    (m.back + inverse_transposed.back) * 0.5};
    const double change =
        length(next.left - m.left) + length(next.down - m.down) + length(next.back - m.back);
    m = next;
    if (change < 1e-12) break;
  }
  return m;
}

/// The least-squares rotation from the references to the mesh (the orthogonal Procrustes problem: the polar
/// factor of the cross-covariance). A flat mesh, or one turned inside out, counts as looking straight ahead.
Axes head_axes(const FaceMesh& mesh) {
  Vector mesh_mean;
  Vector reference_mean;
  for (const Reference& reference : kReferences) {
    mesh_mean = mesh_mean + point(mesh, reference.index) * (1.0 / kReferences.size());
    reference_mean = reference_mean + reference.place * (1.0 / kReferences.size());
  }
  Axes covariance{{}, {}, {}};
  for (const Reference& reference : kReferences) {
    const Vector from = reference.place - reference_mean;
    const Vector to = point(mesh, reference.index) - mesh_mean;
    covariance.left = covariance.left + to * from.x;
    covariance.down = covariance.down + to * from.y;
    covariance.back = covariance.back + to * from.z;
  }
  const double size = length(covariance.left) + length(covariance.down) + length(covariance.back);
  if (!(size > 0) || !std::isfinite(size)) return {};
  const Axes scaled{covariance.left * (1 / size), covariance.down * (1 / size), covariance.back * (1 / size)};
  return determinant(scaled) > 1e-6 ? nearest_rotation(scaled) : Axes{};
}

double degrees(double radians) {
  return radians * 180 / std::numbers::pi;
}

double distance(const FaceMesh& mesh, std::size_t a, std::size_t b) {
  return length(point(mesh, a) - point(mesh, b));
}

Vector middle(const FaceMesh& mesh, std::size_t a, std::size_t b) {
  return (point(mesh, a) + point(mesh, b)) * 0.5;
}

/// 0 for a mesh with all points in one place.
double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

/// Indices of one eye and its brow.
struct EyePoints {
  std::size_t outer;
  std::size_t inner;
  std::array<std::pair<std::size_t, std::size_t>, 3> lids;  ///< upper and lower, opposite each other
  std::size_t brow_upper;
  std::size_t brow_lower;
};
constexpr EyePoints kRightEye{33, 133, {{{160, 144}, {159, 145}, {158, 153}}}, 105, 52};
constexpr EyePoints kLeftEye{263, 362, {{{387, 373}, {386, 374}, {385, 380}}}, 334, 282};

/// The eye aspect ratio of T. Soukupová and J. Čech, "Real-time eye blink detection using facial landmarks"
/// (2016), over three pairs of points.
double eye_open(const FaceMesh& mesh, const EyePoints& eye) {
  double gap = 0;
  for (const auto& [upper, lower] : eye.lids) gap += distance(mesh, upper, lower) / 3;
  return ratio(gap, distance(mesh, eye.outer, eye.inner));
}

double brow_height(const FaceMesh& mesh, const EyePoints& eye, const Axes& axes) {
  const Vector brow = middle(mesh, eye.brow_upper, eye.brow_lower);
  const Vector rise = middle(mesh, eye.outer, eye.inner) - brow;
  return ratio(dot(rise, axes.down), distance(mesh, eye.outer, eye.inner));
}

using Chain = std::vector<int>;

}  // namespace

HeadPose measure_head_pose(const FaceMesh& mesh) {
  const Axes axes = head_axes(mesh);
  const Vector gaze = axes.back * -1;  // where the face points
  const double yaw = std::atan2(gaze.x, -gaze.z);
  const double pitch = std::asin(std::clamp(-gaze.y, -1.0, 1.0));
  // The same direction without roll: `level` is the axis to the person's left that stays level in the
  // picture.
  const Vector level{std::cos(yaw), 0, std::sin(yaw)};
  const Vector plumb = cross(axes.back, level);
  const double roll = std::atan2(dot(axes.left, plumb), dot(axes.left, level));
  return {degrees(yaw), degrees(pitch), degrees(roll)};
}

Expression measure_expression(const FaceMesh& mesh) {
  const Axes axes = head_axes(mesh);
  const double mouth_width = distance(mesh, 61, 291);
  const Vector corners_rise = middle(mesh, 13, 14) - middle(mesh, 61, 291);
  return {.mouth_corners = ratio(dot(corners_rise, axes.down), mouth_width),
          .mouth_open = ratio(distance(mesh, 13, 14), mouth_width),
          .left_eye_open = eye_open(mesh, kLeftEye),
          .right_eye_open = eye_open(mesh, kRightEye),
          .brows_raised = (brow_height(mesh, kLeftEye, axes) + brow_height(mesh, kRightEye, axes)) / 2};
}

// Source of the indices below: the topology of MediaPipe's face mesh (face_mesh_connections).

const std::vector<int>& mesh_outline() {
  static const std::vector<int> outline{
      10,  338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,  // left half
      152, 148, 176, 149, 150, 136, 172, 58,  132, 93,  234, 127, 162, 21,  54,  103, 67,  109};
  return outline;
}

const std::vector<std::pair<int, int>>& mesh_features() {
  static const std::vector<std::pair<int, int>> features = [] {
    std::vector<std::pair<int, int>> pairs;
    for (const Chain& chain : {
             Chain{46, 53, 52, 65, 55},  // right brow
             Chain{70, 63, 105, 66, 107},
             Chain{276, 283, 282, 295, 285},  // left brow
             Chain{300, 293, 334, 296, 336},
             Chain{33, 7, 163, 144, 145, 153, 154, 155, 133},  // right eye
             Chain{33, 246, 161, 160, 159, 158, 157, 173, 133},
             Chain{263, 249, 390, 373, 374, 380, 381, 382, 362},  // left eye
             Chain{263, 466, 388, 387, 386, 385, 384, 398, 362},
             Chain{61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291},  // lips, outside
             Chain{61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291},
             Chain{78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308},  // lips, inside
             Chain{78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308},
             Chain{168, 6, 197, 195, 5, 4, 1, 19, 94, 2},  // nose
             Chain{98, 97, 2, 326, 327, 294, 278, 344, 440, 275, 4, 45, 220, 115, 48, 64, 98},
         }) {
      for (std::size_t i = 1; i < chain.size(); ++i) pairs.emplace_back(chain[i - 1], chain[i]);
    }
    return pairs;
  }();
  return features;
}

}  // namespace pharos::vision
