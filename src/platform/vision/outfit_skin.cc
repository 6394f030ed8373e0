#include "platform/vision/outfit_skin.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace pharos::vision {
namespace {

constexpr std::size_t kFewestPixels = 12;

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

/// What is paler has less chroma to differ by.
SkinReference::SkinReference(const Lab& colour)
    : colour_(colour), tolerance_(std::clamp(0.5 * colour.chroma(), 5.0, 10.0)) {}

std::optional<SkinReference> SkinReference::of(const Face& face, const WorkingImage& image) {
  std::array<Point, 4> at{};  // right eye, left eye, nose, mouth
  for (std::size_t i = 0; i < at.size(); ++i) {
    at[i] = {face.keypoints[i].x / image.scale, face.keypoints[i].y / image.scale};
  }
  const double eyes = distance(at[0], at[1]);
  Bitmap spots(image.width(), image.height());
  for (const Point spot : {middle(at[0], at[3]), middle(at[1], at[3]), at[2]}) {
    fill_capsule(spots, spot, spot, 0.18 * eyes);
  }
  const LabPatch colours = colours_in(bounds(spots), image);
  std::vector<float> l;
  std::vector<float> a;
  std::vector<float> b;
  for (int y = colours.box.top; y < colours.box.bottom; ++y) {
    for (int x = colours.box.left; x < colours.box.right; ++x) {
      if (spots.at(x, y)) {
        const LabPixel& pixel = colours.at(x, y);
        l.push_back(pixel.l);
        a.push_back(pixel.a);
        b.push_back(pixel.b);
      }
    }
  }
  if (l.size() < kFewestPixels) {
    return std::nullopt;
  }
  const Lab colour{median(std::move(l)), median(std::move(a)), median(std::move(b))};
  const double chroma = colour.chroma();
  const double hue = colour.hue();
  if (chroma < 5 || chroma > 45 || hue < 10 || hue > 95) {
    return std::nullopt;
  }
  return SkinReference(colour);
}

}  // namespace pharos::vision
