// Which word people use for a colour: a basic one by ranges of lightness, chroma and hue, then the nearest
// word of fashion within it.
//
// The ranges were fitted to the XKCD colour survey's names that end in a basic word, then moved where cloth
// in photos differs from patches on a screen: cream counts as white, beige as brown, charcoal as grey.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "platform/vision/colour.h"

namespace pharos::vision {
namespace {

constexpr double kBlackBelow = 23;
constexpr double kWhiteAbove = 80;

/// Chroma under which a colour of that lightness and hue is called black, grey or white.
double neutral_chroma(double lightness, double hue) {
  const bool bluish = hue >= 200 && hue < 300;
  if (lightness < kBlackBelow) {
    return bluish ? std::max(4.5, 11 - 0.3 * lightness) : lightness < 12 ? 10 : 8;
  }
  if (hue >= 80 && hue < 115 && lightness >= 78) {  // cream
    return std::min(14.0, 8.5 + 0.55 * (lightness - 78));
  }
  if (lightness >= 88) {
    return hue >= 20 && hue < 80 ? 8 : 5;
  }
  return hue >= 20 && hue < 110 ? 8.5 : bluish ? 8 : 7;
}

std::string_view neutral_name(double lightness) {
  return lightness < kBlackBelow ? "black" : lightness >= kWhiteAbove ? "white" : "grey";
}

/// Where blue ends: lines of constant hue bend towards purple in CIELAB, most in dark and vivid colours.
double end_of_blue(double lightness, double chroma) {
  return lightness < 25 && chroma > 25 ? 309 : 292 + 0.13 * chroma;
}

std::string_view purple_or_pink(double lightness, double hue) {
  const double pink_from = lightness < 42 ? 352 : lightness < 48 ? 338 : lightness < 62 ? 331 : 326;
  return hue < pink_from ? "purple" : "pink";
}

/// Hues -8 to 44.
std::string_view around_red(double lightness, double chroma, double hue) {
  if (hue < 20) {
    const double pink_above = hue < 4 ? 37 : hue < 10 || chroma < 35 ? 42 : 52;
    if (lightness > pink_above) {
      return "pink";
    }
    return chroma > 18 || hue < 8 ? "red" : "brown";
  }
  if (lightness > 60) {
    return hue < 36 || chroma < 60 ? "pink" : "orange";
  }
  const double orange_from = std::clamp(38 + 0.2 * (chroma - 55), 36.0, 44.0);
  if (lightness > 50 && chroma > 45 && hue > orange_from) {
    return "orange";
  }
  if (chroma < 32) {
    return lightness > 57 ? "pink" : lightness < 30 && chroma > 20 && hue < 30 ? "red" : "brown";
  }
  return hue < 34 || chroma > 54 ? "red" : "brown";
}

/// Hues 44 to 76.
std::string_view around_orange(double lightness, double chroma, double hue) {
  if (hue < 46 && chroma > 58 && lightness < 42) {
    return "red";
  }
  if (lightness > 74 && chroma > 24) {
    const bool orange = hue < 70 || chroma > 47;
    return hue < 52 && chroma < 45 ? "pink" : orange ? "orange" : "brown";
  }
  const double orange_above = std::clamp(72 + 0.7 * (hue - 50), 72.0, 82.0);  // redder browns are darker
  return chroma > 47 && lightness + 0.5 * chroma > orange_above ? "orange" : "brown";
}

/// Hues from 76 to where green begins.
std::string_view around_yellow(double lightness, double chroma, double hue) {
  if (lightness > 88 && chroma < 20) {
    return "white";
  }
  const bool vivid = chroma > 45 && lightness > 58;
  const bool pale = lightness > 82 && (chroma > 36 || (chroma > 22 && hue > 94));
  if (vivid || pale) {
    return "yellow";
  }
  return hue < 97 || (chroma < 20 && hue < 102) ? "brown" : "green";
}

std::string_view basic_name(const Lab& colour) {
  const double lightness = colour.l;
  const double chroma = colour.chroma();
  const double hue = colour.hue();
  if ((lightness < 5 && chroma < 20) || chroma < neutral_chroma(lightness, hue)) {
    return neutral_name(lightness);
  }
  if (hue >= 352 || hue < 44) {
    return around_red(lightness, chroma, hue >= 352 ? hue - 360 : hue);
  }
  if (hue < 76) {
    return around_orange(lightness, chroma, hue);
  }
  if (hue < (lightness > 85 ? 114.5 : 106)) {
    return around_yellow(lightness, chroma, hue);
  }
  if (hue < 188) {
    return "green";
  }
  return hue < end_of_blue(lightness, chroma) ? "blue" : purple_or_pink(lightness, hue);
}

struct Term {
  std::string_view name;
  std::uint32_t rgb;
};

/// Colours of cloth as photos show it, not of screens.
constexpr Term kTerms[] = {
    {"black", 0x141415},        {"white", 0xf7f7f7},        {"off-white", 0xeeebe3},
    {"ivory", 0xf6f1de},        {"cream", 0xefe5cd},        {"light grey", 0xbbbbbc},
    {"silver", 0xa2a6aa},       {"grey", 0x88898a},         {"dark grey", 0x5b5d5f},
    {"charcoal", 0x424447},     {"slate", 0x66717a},        {"stone", 0xbab4a8},
    {"red", 0xc9142b},          {"scarlet", 0xdc2a1c},      {"crimson", 0x9c1b2f},
    {"burgundy", 0x5c1426},     {"maroon", 0x6c1c1c},       {"wine", 0x74293a},
    {"brick red", 0x9d3127},    {"orange", 0xee7b27},       {"orange", 0xe2683c},
    {"burnt orange", 0xcb5421}, {"tangerine", 0xf8941d},    {"terracotta", 0xc4694a},
    {"coral", 0xfb7b52},        {"apricot", 0xf4ae7c},      {"peach", 0xf8c8a6},
    {"yellow", 0xf3d02b},       {"mustard", 0xc8a02b},      {"golden yellow", 0xefb32c},
    {"lemon", 0xf6ec70},        {"pale yellow", 0xf3eaae},  {"green", 0x2f8a45},
    {"olive", 0x6a6b34},        {"army green", 0x4a5237},   {"khaki green", 0x878660},
    {"forest green", 0x214d2d}, {"bottle green", 0x133b2b}, {"emerald", 0x128a5c},
    {"sea green", 0x3f9a84},    {"mint", 0xb4dfc6},         {"sage", 0xa1ae94},
    {"lime", 0xa5cd3c},         {"moss green", 0x6d7b3d},   {"pistachio", 0xc2d49a},
    {"blue", 0x2f66b4},         {"navy", 0x1d2542},         {"midnight blue", 0x14192c},
    {"royal blue", 0x2a4cb2},   {"cobalt blue", 0x1b4f9b},  {"denim blue", 0x4c698e},
    {"dark denim", 0x303f58},   {"light denim", 0x8ea5bf},  {"light blue", 0xa9c6e5},
    {"sky blue", 0x83bae3},     {"powder blue", 0xc2d6e6},  {"ice blue", 0xdcebf3},
    {"steel blue", 0x5b7e9d},   {"petrol", 0x17505d},       {"teal", 0x11717b},
    {"turquoise", 0x31b4bf},    {"periwinkle", 0x8795d4},   {"purple", 0x6c398b},
    {"violet", 0x8145b4},       {"indigo", 0x432a7c},       {"lavender", 0xc5b7e1},
    {"lilac", 0xc8a3cf},        {"mauve", 0x937390},        {"plum", 0x5a2a4f},
    {"aubergine", 0x351a34},    {"orchid", 0xb061b0},       {"pink", 0xf09ab4},
    {"light pink", 0xf6ced8},   {"blush", 0xf0d2cc},        {"hot pink", 0xec3c8b},
    {"fuchsia", 0xd0308f},      {"magenta", 0xc01c70},      {"dusty pink", 0xc88e94},
    {"rose", 0xd0637b},         {"salmon", 0xf08a78},       {"brown", 0x6d4428},
    {"dark brown", 0x38251c},   {"chocolate", 0x4a2c1d},    {"chestnut", 0x7a3c24},
    {"cognac", 0x99562a},       {"rust", 0xa1461f},         {"camel", 0xbf9561},
    {"tan", 0xcaa87e},          {"beige", 0xd8c6a9},        {"sand", 0xdcc69b},
    {"khaki", 0xb0a07c},        {"taupe", 0x8c7b6b},        {"mocha", 0x84644f},
    {"coffee", 0x5a4335},
};

struct Anchor {
  Lab lab;
  std::string_view basic;
  std::string_view name;
};

std::vector<Anchor> make_anchors() {
  std::vector<Anchor> anchors;
  for (const Term& term : kTerms) {
    const Lab lab =
        to_lab(Rgb{static_cast<std::uint8_t>(term.rgb >> 16U), static_cast<std::uint8_t>(term.rgb >> 8U),
                   static_cast<std::uint8_t>(term.rgb)});
    anchors.push_back({lab, basic_name(lab), term.name});
  }
  return anchors;
}

}  // namespace

ColourName name_of(const Lab& colour) {
  static const std::vector<Anchor> anchors = make_anchors();
  const std::string_view basic = basic_name(colour);
  std::string_view nearest = basic;
  double smallest = std::numeric_limits<double>::infinity();
  for (const Anchor& anchor : anchors) {
    if (anchor.basic != basic) {
      continue;
    }
    const double difference = delta_e_2000(anchor.lab, colour);
    if (difference < smallest) {
      smallest = difference;
      nearest = anchor.name;
    }
  }
  return {std::string(basic), std::string(nearest)};
}

}  // namespace pharos::vision
