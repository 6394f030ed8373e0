// Colours as people see them: CIELAB, differences, names and palettes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

namespace pharos::vision {

/// CIE 1976 L*a*b* under D65, 2°.
struct Lab {
  double l = 0;
  double a = 0;
  double b = 0;

  double chroma() const;
  /// Degrees, 0 to 360.
  double hue() const;
};

struct Rgb {
  std::uint8_t r = 0;
  std::uint8_t g = 0;
  std::uint8_t b = 0;
};

/// Exact, IEC 61966-2-1 and CIE 15.
Lab to_lab(Rgb colour);
/// The nearest sRGB colour: what lies outside of the gamut is clipped.
Rgb to_rgb(const Lab& lab);

/// A Lab of single precision: for whole images.
struct LabPixel {
  float l = 0;
  float a = 0;
  float b = 0;

  Lab exact() const { return {l, a, b}; }
};
/// Converts RGB triples by tables, within 0.02 of to_lab. `out` holds a third as many elements as `rgb`.
void to_lab(std::span<const std::uint8_t> rgb, std::span<LabPixel> out);

/// "#d5561f".
std::string hex(Rgb colour);

/// CIEDE2000 difference (Sharma, Wu and Dalal 2005), all weights 1.
double delta_e_2000(const Lab& a, const Lab& b);

/// How different two colours are as cloth under uneven light. Light and shadow move a colour along the line
/// through L* = -16, a* = b* = 0 (black, were the cube root without its knee): both are brought to their mean
/// lightness along it before a* and b* are compared. What remains of lightness weighs 0.35, and a difference
/// in chroma alone half when both are vivid: gloss thins colours out.
double cloth_distance(const Lab& a, const Lab& b);

/// One of the eleven basic colours ("black", "white", "grey", "red", "orange", "yellow", "green", "blue",
/// "purple", "pink", "brown"), and the nearest finer name of fashion within it ("orange", "burnt orange").
struct ColourName {
  std::string basic;
  std::string name;
};
ColourName name_of(const Lab& colour);

struct Swatch {
  std::string hex;
  std::string name;             ///< "burnt orange"
  std::string basic;            ///< "orange"
  double share = 0;             ///< of the pixels looked at, 0 to 1
  std::array<double, 3> lab{};  ///< as the cloth looks in the light: of the lighter half of its pixels
};
BOOST_DESCRIBE_STRUCT(Swatch, (), (hex, name, basic, share, lab))

/// The main colours of some pixels, largest share first: k-means of 6 in CIELAB on at most 4,000 of them,
/// near ones merged with lightness weighted 0.35, those under 4 % dropped. Deterministic.
std::vector<Swatch> palette(std::span<const Lab> pixels);

}  // namespace pharos::vision
