#include "platform/vision/colour.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace pharos::vision {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

/// Linear sRGB to XYZ under D65, and that white: the sums of the rows.
constexpr std::array<std::array<double, 3>, 3> kToXyz{{{0.4124564, 0.3575761, 0.1804375},
                                                       {0.2126729, 0.7151522, 0.0721750},
                                                       {0.0193339, 0.1191920, 0.9503041}}};
constexpr std::array<std::array<double, 3>, 3> kFromXyz{{{3.2404542, -1.5371385, -0.4985314},
                                                         {-0.9692660, 1.8760108, 0.0415560},
                                                         {0.0556434, -0.2040259, 1.0572252}}};
constexpr std::array<double, 3> kWhite{0.95047, 1.0, 1.08883};

constexpr double kKnee = 6.0 / 29.0;

/// Of lightness, where light and shadow are to be forgiven, and of the chroma of vivid colours, which gloss
/// and haze thin out.
constexpr double kLightnessWeight = 0.35;
constexpr double kGlossWeight = 0.5;

double linear_of(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

double encoded_of(double linear) {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * std::pow(linear, 1.0 / 2.4) - 0.055;
}

/// CIE 15: the cube root, with a straight line below the knee.
double lightness_curve(double t) {
  return t > kKnee * kKnee * kKnee ? std::cbrt(t) : t / (3 * kKnee * kKnee) + 4.0 / 29.0;
}

double inverse_lightness_curve(double t) {
  return t > kKnee ? t * t * t : 3 * kKnee * kKnee * (t - 4.0 / 29.0);
}

std::uint8_t byte_of(double linear) {
  return static_cast<std::uint8_t>(std::lround(255.0 * std::clamp(encoded_of(linear), 0.0, 1.0)));
}

/// What conversion of whole images looks up instead of calling pow and cbrt.
struct Tables {
  static constexpr int kCells = 4096;
  std::array<std::array<std::array<float, 3>, 256>, 3> xyz_of_channel{};  ///< as a share of white's, × kCells
  std::array<float, kCells + 2> curve{};  ///< lightness_curve at cell / kCells

  Tables() {
    for (std::size_t value = 0; value < 256; ++value) {
      const double linear = linear_of(static_cast<double>(value) / 255.0);
      for (std::size_t channel = 0; channel < 3; ++channel) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
          xyz_of_channel[channel][value][axis] =
              static_cast<float>(kToXyz[axis][channel] * linear / kWhite[axis] * kCells);
        }
      }
    }
    for (std::size_t cell = 0; cell < curve.size(); ++cell) {
      curve[cell] = static_cast<float>(lightness_curve(static_cast<double>(cell) / kCells));
    }
  }

  float lookup(float at) const {
    const auto cell = static_cast<std::size_t>(at);
    return curve[cell] + (at - static_cast<float>(cell)) * (curve[cell + 1] - curve[cell]);
  }

  LabPixel convert(const std::uint8_t* rgb) const {
    const auto& r = xyz_of_channel[0][rgb[0]];
    const auto& g = xyz_of_channel[1][rgb[1]];
    const auto& b = xyz_of_channel[2][rgb[2]];
    const float x = lookup(r[0] + g[0] + b[0]);
    const float y = lookup(r[1] + g[1] + b[1]);
    const float z = lookup(r[2] + g[2] + b[2]);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
  }
};

double hue_of(double a, double b) {
  if (a == 0 && b == 0) {
    return 0;
  }
  const double degrees = std::atan2(b, a) / kDegree;
  return degrees < 0 ? degrees + 360 : degrees;
}

}  // namespace

double Lab::chroma() const {
  return std::sqrt(a * a + b * b);
}

double Lab::hue() const {
  return hue_of(a, b);
}

Lab to_lab(Rgb colour) {
  const std::array<double, 3> linear{linear_of(colour.r / 255.0), linear_of(colour.g / 255.0),
                                     linear_of(colour.b / 255.0)};
  std::array<double, 3> f{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto& row = kToXyz[axis];
    f[axis] = lightness_curve((row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]) / kWhite[axis]);
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

Rgb to_rgb(const Lab& lab) {
  const double fy = (lab.l + 16) / 116;
  const std::array<double, 3> xyz{kWhite[0] * inverse_lightness_curve(fy + lab.a / 500),
                                  kWhite[1] * inverse_lightness_curve(fy),
                                  kWhite[2] * inverse_lightness_curve(fy - lab.b / 200)};
  std::array<std::uint8_t, 3> rgb{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const auto& row = kFromXyz[channel];
    rgb[channel] = byte_of(row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]);
  }
  return {rgb[0], rgb[1], rgb[2]};
}

void to_lab(std::span<const std::uint8_t> rgb, std::span<LabPixel> out) {
  static const Tables tables;
  const std::uint8_t* source = rgb.data();
  for (LabPixel& pixel : out) {
    pixel = tables.convert(source);
    source += 3;
  }
}

std::string hex(Rgb colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b);
}

double delta_e_2000(const Lab& first, const Lab& second) {
  const auto seventh = [](double chroma) {
    const double power = std::pow(chroma, 7);
    return std::sqrt(power / (power + 6103515625.0));  // 25^7
  };
  const double stretch = 1 + 0.5 * (1 - seventh((first.chroma() + second.chroma()) / 2));
  const double a1 = first.a * stretch;
  const double a2 = second.a * stretch;
  const double c1 = std::hypot(a1, first.b);
  const double c2 = std::hypot(a2, second.b);
  const double h1 = hue_of(a1, first.b);
  const double h2 = hue_of(a2, second.b);
  const bool grey = c1 * c2 == 0;

  double turn = grey ? 0 : h2 - h1;
  if (turn > 180) {
    turn -= 360;
  } else if (turn < -180) {
    turn += 360;
  }
  double mean_hue = h1 + h2;
  if (!grey) {
    const bool across = std::abs(h1 - h2) > 180;
    mean_hue = (across ? (mean_hue < 360 ? mean_hue + 360 : mean_hue - 360) : mean_hue) / 2;
  }
  const double mean_l = (first.l + second.l) / 2;
  const double mean_c = (c1 + c2) / 2;
  const double weight =
      1 - 0.17 * std::cos((mean_hue - 30) * kDegree) + 0.24 * std::cos(2 * mean_hue * kDegree) +
      0.32 * std::cos((3 * mean_hue + 6) * kDegree) - 0.20 * std::cos((4 * mean_hue - 63) * kDegree);
  const double off = (mean_l - 50) * (mean_l - 50);
  const double dl = (second.l - first.l) / (1 + 0.015 * off / std::sqrt(20 + off));
  const double dc = (c2 - c1) / (1 + 0.045 * mean_c);
  const double dh = 2 * std::sqrt(c1 * c2) * std::sin(turn / 2 * kDegree) / (1 + 0.015 * mean_c * weight);
  const double bend = (mean_hue - 275) / 25;
  const double rotation = -std::sin(60 * kDegree * std::exp(-bend * bend)) * 2 * seventh(mean_c);
  return std::sqrt(std::max(0.0, dl * dl + dc * dc + dh * dh + rotation * dc * dh));
}

double cloth_distance(const Lab& first, const Lab& second) {
  constexpr double kDarkest = 1;  // keeps the scales finite
  const double l1 = std::max(first.l + 16, kDarkest);
  const double l2 = std::max(second.l + 16, kDarkest);
  const double middle = (l1 + l2) / 2;
  const double c1 = first.chroma() * middle / l1;
  const double c2 = second.chroma() * middle / l2;
  const double da = first.a * middle / l1 - second.a * middle / l2;
  const double db = first.b * middle / l1 - second.b * middle / l2;
  const double dc = c1 - c2;
  const double squared_dh = std::max(0.0, da * da + db * db - dc * dc);
  const double forgiven = std::clamp((std::min(c1, c2) - 10) / 20, 0.0, 1.0);
  const double chroma = (1 - (1 - kGlossWeight) * forgiven) * dc;
  const double lightness = kLightnessWeight * (l1 - l2);
  return std::sqrt(lightness * lightness + chroma * chroma + squared_dh);
}

}  // namespace pharos::vision
