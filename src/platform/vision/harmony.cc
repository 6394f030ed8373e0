#include "platform/vision/harmony.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace pharos::vision {
namespace {

constexpr double kNeutralChroma = 10;  // below, a colour has no hue that counts
constexpr double kMainShare = 0.1;     // of a garment: what is less is trimming
constexpr double kWellInside = 0.85;
constexpr double kReach = 30;  // degrees outside of a template at which a hue fits not at all

struct Colour {
  double lightness;
  double chroma;
  double hue;
  double weight;
};

struct Sector {
  double centre;  ///< degrees, turned with the template
  double half_width;
};

struct Template {
  std::string_view name;
  std::vector<Sector> sectors;
};

/// From the simplest.
const std::vector<Template>& templates() {
  static const std::vector<Template> all{
      {"monochromatic", {{0, 8}}},
      {"analogous", {{0, 45}}},
      {"complementary", {{0, 20}, {180, 20}}},
      {"triadic", {{0, 18}, {120, 18}, {240, 18}}},
  };
  return all;
}

double degrees_between(double a, double b) {
  const double apart = std::fmod(std::abs(a - b), 360);
  return std::min(apart, 360 - apart);
}

double fit_at(const Template& hues, double turn, std::span<const Colour> colours) {
  double fit = 0;
  double total = 0;
  for (const Colour& colour : colours) {
    double outside = 360;
    for (const Sector& sector : hues.sectors) {
      outside = std::min(outside, degrees_between(colour.hue, sector.centre + turn) - sector.half_width);
    }
    fit += colour.weight * std::max(0.0, 1 - std::max(outside, 0.0) / kReach);
    total += colour.weight;
  }
  return fit / total;
}

double best_fit(const Template& hues, std::span<const Colour> colours) {
  double best = 0;
  for (int turn = 0; turn < 360; turn += 3) {
    best = std::max(best, fit_at(hues, turn, colours));
  }
  return best;
}

std::vector<Colour> main_colours(std::span<const Garment> garments) {
  std::vector<Colour> colours;
  for (const Garment& garment : garments) {
    for (const Swatch& swatch : garment.palette) {
      if (swatch.share >= kMainShare) {
        const Lab lab{swatch.lab[0], swatch.lab[1], swatch.lab[2]};
        colours.push_back({lab.l, lab.chroma(), lab.hue(), swatch.share * garment.pixels});
      }
    }
  }
  return colours;
}

}  // namespace

std::optional<Harmony> measure_harmony(std::span<const Garment> garments) {
  std::vector<Colour> colours = main_colours(garments);
  if (colours.empty()) {
    return std::nullopt;
  }
  const auto [darkest, lightest] = std::ranges::minmax(colours, {}, &Colour::lightness);
  Harmony harmony{.lightness_contrast = lightest.lightness - darkest.lightness};
  std::erase_if(colours, [](const Colour& colour) { return colour.chroma < kNeutralChroma; });
  if (colours.empty()) {
    harmony.hue_template = "neutral";
    harmony.hue_fit = 1;
    return harmony;
  }
  for (Colour& colour : colours) {
    colour.weight *= colour.chroma;
  }
  harmony.hue_template = "mixed";
  for (const Template& hues : templates()) {
    const double fit = best_fit(hues, colours);
    harmony.hue_fit = std::max(harmony.hue_fit, fit);
    if (fit >= kWellInside) {
      harmony.hue_template = hues.name;
      harmony.hue_fit = fit;
      break;
    }
  }
  return harmony;
}

}  // namespace pharos::vision
