#include "platform/vision/tests/support_mannequin.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "platform/vision/bitmap.h"

namespace pharos::vision::testing {
namespace {

using Linear = std::array<double, 3>;

double linear_of(double level) {
  const double encoded = level / 255;
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

double level_of(double linear) {
  const double clipped = std::clamp(linear, 0.0, 1.0);
  return 255 * (clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * std::pow(clipped, 1 / 2.4) - 0.055);
}

std::uint8_t byte_of(double level) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0)));
}

std::array<std::uint8_t, 3> bytes_of(unsigned rgb) {
  return {static_cast<std::uint8_t>(rgb >> 16U), static_cast<std::uint8_t>(rgb >> 8U),
          static_cast<std::uint8_t>(rgb)};
}

/// A small generator of its own, as the standard's distributions differ between libraries.
class Noise {
 public:
  explicit Noise(unsigned seed) : state_(seed * 2654435761U + 1) {}

  /// Nearly normal, deviation 1: the sum of twelve uniform numbers.
  double next() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) {
      state_ = state_ * 1664525U + 1013904223U;
      sum += static_cast<double>(state_ >> 8U) / 16777216.0;
    }
    return sum;
  }

 private:
  std::uint32_t state_;
};

/// Coordinates in a figure of height 640, 480 wide; a frontal figure of about 560.
std::array<Point, kLandmarkCount> frontal_landmarks() {
  std::array<Point, kLandmarkCount> at{};
  const auto pair = [&at](Landmark left, Landmark right, double x, double y) {
    at[left] = {240 + x, y};
    at[right] = {240 - x, y};
  };
  at[kNose] = {240, 88};
  pair(kLeftEyeInner, kRightEyeInner, 8, 76);
  pair(kLeftEye, kRightEye, 14, 76);
  pair(kLeftEyeOuter, kRightEyeOuter, 20, 77);
  pair(kLeftEar, kRightEar, 32, 82);
  pair(kMouthLeft, kMouthRight, 11, 102);
  pair(kLeftShoulder, kRightShoulder, 58, 150);
  pair(kLeftElbow, kRightElbow, 82, 232);
  pair(kLeftWrist, kRightWrist, 88, 306);
  pair(kLeftPinky, kRightPinky, 92, 326);
  pair(kLeftIndex, kRightIndex, 86, 328);
  pair(kLeftThumb, kRightThumb, 80, 320);
  pair(kLeftHip, kRightHip, 36, 310);
  pair(kLeftKnee, kRightKnee, 40, 440);
  pair(kLeftAnkle, kRightAnkle, 42, 560);
  pair(kLeftHeel, kRightHeel, 40, 576);
  pair(kLeftFootIndex, kRightFootIndex, 52, 590);
  return at;
}

std::array<Point, kLandmarkCount> landmarks_of(const Mannequin& mannequin) {
  std::array<Point, kLandmarkCount> at = frontal_landmarks();
  if (mannequin.arms_crossed) {
    at[kLeftWrist] = {205, 225};
    at[kRightWrist] = {275, 240};
    for (const auto& [knuckle, x, y] :
         {std::tuple(kLeftIndex, 188, 220), std::tuple(kLeftPinky, 190, 228),
          std::tuple(kRightIndex, 292, 236), std::tuple(kRightPinky, 290, 244)}) {
      at[knuckle] = {static_cast<double>(x), static_cast<double>(y)};
    }
  }
  if (mannequin.seen_from_side) {
    for (Point& point : at) {
      point.x = 240 + (point.x - 240) * 0.12;
    }
    at[kNose].x += 28;
  }
  if (mannequin.half_body) {  // the picture shows head to waist: what was 300 high fills it
    for (Point& point : at) {
      point = {240 + (point.x - 240) * 2.1, point.y * 2.1 - 10};
    }
  }
  const double scale = mannequin.height / 640.0;
  for (Point& point : at) {
    point = {point.x * scale, point.y * scale};
  }
  return at;
}

/// Paints parts of the body, from behind to front, and remembers where the person is.
class Painter {
 public:
  Painter(const Mannequin& mannequin, const std::array<Point, kLandmarkCount>& at)
      : mannequin_(mannequin),
        at_(at),
        width_(mannequin.height * 3 / 4),
        unit_(mannequin.height / 640.0 * (mannequin.half_body ? 2.1 : 1.0)),
        colours_(pixels(), mannequin.background),
        person_(width_, mannequin.height) {}

  void paint() {
    legs();
    const double torso_half = mannequin_.seen_from_side ? 34 : 14;
    Bitmap torso(width_, mannequin_.height);
    for (const auto& [a, b] : {std::pair(kLeftShoulder, kRightShoulder), std::pair(kLeftHip, kRightHip),
                               std::pair(kLeftShoulder, kRightHip), std::pair(kRightShoulder, kLeftHip)}) {
      fill_capsule(torso, at_[a], at_[b], torso_half * unit_);
    }
    fill_hull(torso, std::array{at_[kLeftShoulder], at_[kRightShoulder], at_[kRightHip], at_[kLeftHip]});
    colour_cloth(torso);
    if (mannequin_.open_jacket != 0) {
      jacket(torso);
    }
    head();
    arms();
  }

  std::vector<unsigned>& colours() { return colours_; }
  const Bitmap& person() const { return person_; }

 private:
  std::size_t pixels() const {
    return static_cast<std::size_t>(width_) * static_cast<std::size_t>(mannequin_.height);
  }

  void colour(const Bitmap& shape, const std::function<unsigned(int, int)>& paint) {
    const PixelBox box = bounds(shape);
    for (int y = box.top; y < box.bottom; ++y) {
      for (int x = box.left; x < box.right; ++x) {
        if (shape.at(x, y)) {
          colours_[shape.index(x, y)] = paint(x, y);
          person_.cells[shape.index(x, y)] = 1;
        }
      }
    }
  }
  void colour(const Bitmap& shape, unsigned rgb) {
    colour(shape, [rgb](int, int) { return rgb; });
  }
  void colour_cloth(const Bitmap& shape) {
    if (mannequin_.cloth) {
      colour(shape, mannequin_.cloth);
    } else {
      colour(shape, mannequin_.upper);
    }
  }

  Bitmap limb(Point a, Point b, double radius) const {
    Bitmap shape(width_, mannequin_.height);
    fill_capsule(shape, a, b, radius * unit_);
    return shape;
  }

  void legs() {
    for (const auto& [hip, knee, ankle, heel, toe] :
         {std::tuple(kLeftHip, kLeftKnee, kLeftAnkle, kLeftHeel, kLeftFootIndex),
          std::tuple(kRightHip, kRightKnee, kRightAnkle, kRightHeel, kRightFootIndex)}) {
      colour(limb(at_[knee], at_[ankle], 20), mannequin_.shorts ? mannequin_.skin : mannequin_.lower);
      colour(limb(at_[hip], at_[knee], 30), mannequin_.shorts ? mannequin_.skin : mannequin_.lower);
      if (mannequin_.shorts) {
        const Point hem{at_[hip].x + (at_[knee].x - at_[hip].x) * 0.35,
                        at_[hip].y + (at_[knee].y - at_[hip].y) * 0.35};
        colour(limb(at_[hip], hem, 31), mannequin_.lower);
      }
      colour(limb(at_[heel], at_[toe], 14), mannequin_.shoes);
    }
  }

  void jacket(const Bitmap& torso) {
    const double opening = 22 * unit_;
    const double middle_x = (at_[kLeftShoulder].x + at_[kRightShoulder].x) / 2;
    Bitmap panels = torso;
    for (int y = 0; y < panels.height; ++y) {
      for (int x = 0; x < panels.width; ++x) {
        if (std::abs(x - middle_x) < opening) {
          panels.cells[panels.index(x, y)] = 0;
        }
      }
    }
    colour(panels, mannequin_.open_jacket);
  }

  void head() {
    colour(limb(at_[kNose], {at_[kNose].x, at_[kLeftShoulder].y}, 18), mannequin_.skin);
    const Point nose = at_[kNose];
    colour(limb({nose.x, nose.y - 14 * unit_}, {nose.x, nose.y + 8 * unit_}, 36), 0x2b211c);
    colour(limb({nose.x, nose.y - 4 * unit_}, {nose.x, nose.y + 12 * unit_}, 30), mannequin_.skin);
    for (const Landmark eye : {kLeftEye, kRightEye}) {
      colour(limb(at_[eye], at_[eye], 3), 0x30241f);
    }
    colour(limb(at_[kMouthLeft], at_[kMouthRight], 2), 0xa0525a);
  }

  void arms() {
    for (const auto& [shoulder, elbow, wrist, index] :
         {std::tuple(kLeftShoulder, kLeftElbow, kLeftWrist, kLeftIndex),
          std::tuple(kRightShoulder, kRightElbow, kRightWrist, kRightIndex)}) {
      for (const Bitmap& part : {limb(at_[shoulder], at_[elbow], 17), limb(at_[elbow], at_[wrist], 14)}) {
        if (!mannequin_.long_sleeves) {
          colour(part, mannequin_.skin);
        } else if (mannequin_.open_jacket != 0) {
          colour(part, mannequin_.open_jacket);
        } else {
          colour_cloth(part);
        }
      }
      colour(limb(at_[wrist], at_[index], 11), mannequin_.skin);
    }
  }

  const Mannequin& mannequin_;
  const std::array<Point, kLandmarkCount>& at_;
  int width_;
  double unit_;
  std::vector<unsigned> colours_;
  Bitmap person_;
};

std::array<double, 256> make_linear_levels() {
  std::array<double, 256> levels{};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = linear_of(static_cast<double>(i));
  }
  return levels;
}

/// What a lamp on the left and folds make of painted colours.
Image lit(const Mannequin& mannequin, const std::vector<unsigned>& colours, int width) {
  static const std::array<double, 256> linear_levels = make_linear_levels();
  Image image{width, mannequin.height, std::vector<std::uint8_t>(colours.size() * 3)};
  std::size_t i = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double across = static_cast<double>(x) / width;
      const double fold = 1 + mannequin.folds * std::sin(0.11 * x + 0.05 * y + 2 * std::sin(0.023 * y));
      const double light = mannequin.light * std::lerp(1.0, mannequin.shade, across) * fold;
      for (const std::uint8_t byte : bytes_of(colours[i / 3])) {
        image.rgb[i++] = byte_of(level_of(linear_levels[byte] * light));
      }
    }
  }
  return image;
}

PersonMask mask_of(const Bitmap& person) {
  constexpr int kSize = 256;
  const double side = 1.05 * std::max(person.width, person.height);
  PersonMask mask{.region = {{person.width / 2.0, person.height / 2.0}, side, 0}, .size = kSize, .cells = {}};
  for (int row = 0; row < kSize; ++row) {
    for (int column = 0; column < kSize; ++column) {
      const Point at = on_image(mask.region, {(column + 0.0) / kSize, (row + 0.0) / kSize});
      const bool inside =
          person.holds(static_cast<int>(std::floor(at.x)), static_cast<int>(std::floor(at.y)));
      mask.cells.push_back(inside ? 0.97F : 0.02F);
    }
  }
  return mask;
}

}  // namespace

Image plain_image(int width, int height, unsigned rgb) {
  Image image{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    for (const std::uint8_t byte : bytes_of(rgb)) {
      image.rgb.push_back(byte);
    }
  }
  return image;
}

Image with_noise(const Image& image, double deviation, unsigned seed) {
  Image noisy = image;
  Noise noise(seed);
  for (std::uint8_t& byte : noisy.rgb) {
    byte = byte_of(byte + deviation * noise.next());
  }
  return noisy;
}

Image blurred(const Image& image, double sigma) {
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> kernel;
  double total = 0;
  for (int i = -reach; i <= reach; ++i) {
    kernel.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
    total += kernel.back();
  }
  const auto pass = [&](const Image& from, bool across) {
    Image to = from;
    for (int y = 0; y < from.height; ++y) {
      for (int x = 0; x < from.width; ++x) {
        for (int channel = 0; channel < 3; ++channel) {
          double sum = 0;
          for (int i = -reach; i <= reach; ++i) {
            const int at_x = std::clamp(x + (across ? i : 0), 0, from.width - 1);
            const int at_y = std::clamp(y + (across ? 0 : i), 0, from.height - 1);
            sum += kernel[static_cast<std::size_t>(i + reach)] * from.pixel(at_x, at_y)[channel];
          }
          to.rgb[static_cast<std::size_t>((y * from.width + x) * 3 + channel)] = byte_of(sum / total);
        }
      }
    }
    return to;
  };
  return pass(pass(image, true), false);
}

Staged stage(const Mannequin& mannequin) {
  const std::array<Point, kLandmarkCount> at = landmarks_of(mannequin);
  Painter painter(mannequin, at);
  painter.paint();
  const Bitmap& person = painter.person();
  Staged staged{.image = lit(mannequin, painter.colours(), person.width), .pose = {}, .face = {}};
  if (mannequin.noise > 0) {
    staged.image = with_noise(staged.image, mannequin.noise);
  }
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const bool inside = at[i].x >= 0 && at[i].y >= 0 && at[i].x < person.width && at[i].y < person.height;
    const double sure = inside ? 0.98 : 0.05;
    staged.pose.keypoints[i] = {std::string(kLandmarkNames[i]), at[i].x, at[i].y, 0, sure, sure};
  }
  staged.pose.score = 0.9;
  staged.pose.mask = mask_of(person);
  staged.pose.region = staged.pose.mask.region;
  const double face_width =
      1.6 * distance(at[kLeftEar], at[kRightEar]) / (mannequin.seen_from_side ? 0.12 : 1);
  staged.face.box = {at[kNose].x - face_width / 2, at[kNose].y - face_width / 2, face_width, face_width};
  staged.face.score = 0.9;
  staged.face.keypoints = {at[kRightEye], at[kLeftEye], at[kNose], middle(at[kMouthLeft], at[kMouthRight]),
                           at[kRightEar], at[kLeftEar]};
  return staged;
}

}  // namespace pharos::vision::testing
