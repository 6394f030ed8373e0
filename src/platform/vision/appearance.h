// What is worn and how the photo was taken: garment regions, colours, pattern, harmony, quality.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include "platform/vision/colour.h"
#include "platform/vision/face.h"
#include "platform/vision/image.h"
#include "platform/vision/pose.h"

namespace pharos::vision {

enum class Slot { kUpper, kLower, kSleeves, kShoes };
BOOST_DESCRIBE_ENUM(Slot, kUpper, kLower, kSleeves, kShoes)

enum class Pattern { kSolid, kStriped, kChecked, kPatterned, kUnsure };
BOOST_DESCRIBE_ENUM(Pattern, kSolid, kStriped, kChecked, kPatterned, kUnsure)

/// One garment region. Which garment it is cannot be told without a model for it.
struct Garment {
  Slot slot = Slot::kUpper;
  Box box;
  std::vector<Point> outline;   ///< the region as a polygon, for drawing
  std::vector<Swatch> palette;  ///< main colours first
  bool mixed = false;           ///< no colour covers 45 %
  bool dark = false;            ///< main colour under L* 15: hue is not to be trusted
  bool layered = false;         ///< two large separate areas, such as an open jacket over a shirt
  bool bare = false;            ///< sleeves only: the limb shows skin
  Pattern pattern = Pattern::kUnsure;
  double pattern_confidence = 0;  ///< 0 to 1
  double confidence = 0;          ///< 0 to 1
  int pixels = 0;                 ///< looked at, at working size
};
BOOST_DESCRIBE_STRUCT(Garment, (),
                      (slot, box, outline, palette, mixed, dark, layered, bare, pattern, pattern_confidence,
                       confidence, pixels))

/// How the colours go together, described and not judged.
struct Harmony {
  std::string hue_template;  ///< "neutral", "monochromatic", "analogous", "complementary", "triadic", "mixed"
  double hue_fit = 0;        ///< 0 to 1: how near the hues lie to that template, weighted by chroma
  double lightness_contrast = 0;  ///< difference in L* of the lightest and darkest main colours, 0 to 100
};
BOOST_DESCRIBE_STRUCT(Harmony, (), (hue_template, hue_fit, lightness_contrast))

struct Outfit {
  std::vector<Garment> garments;
  std::vector<std::pair<Slot, std::string>> not_visible;  ///< slot and why
  std::optional<Harmony> harmony;                         ///< empty without garments
  std::vector<Swatch> surroundings;                       ///< palette outside the person
};

/// How well the photo can be read, and what stands in the way.
struct Quality {
  double sharpness = 0;      ///< 0 to 1, of the face (else the person, else the photo) at a fixed width
  double exposure = 0;       ///< mean L* of the face (else the person, else the photo), 0 to 100
  double clipped_dark = 0;   ///< share of pixels at L* < 2
  double clipped_light = 0;  ///< share of pixels at L* > 98
  double contrast = 0;       ///< spread of L* (5 % to 95 %), 0 to 100
  double cast_chroma = 0;    ///< chroma of the photo's greys; > 8 is a visible cast
  std::string cast;          ///< "none", "warm", "cool", "green", "magenta" or "unknown"
  std::optional<double> face_height_px;  ///< in pixels of the original
  std::optional<double> light_evenness;  ///< 1 = both halves of the face equally light
  std::optional<double> face_share;      ///< face height over image height
};
BOOST_DESCRIBE_STRUCT(Quality, (),
                      (sharpness, exposure, clipped_dark, clipped_light, contrast, cast_chroma, cast,
                       face_height_px, light_evenness, face_share))

/// Finds garment regions from a pose and reads their colours and patterns. Coordinates in and out are pixels
/// of `image`. Thread-safe, no state.
Outfit read_outfit(const Image& image, const Pose& pose, const Face* face);

/// `scale` turns pixels of `image` into pixels of the original.
Quality measure_quality(const Image& image, const Pose* pose, const Face* face, double scale);

/// What a photo looks like, as numbers: a Lab histogram of person and surroundings, edge orientations, and
/// the pose about the hips in torso lengths; of length 1. For "photos like this one", apart from text
/// vectors.
std::vector<float> visual_descriptor(const Image& image, const Pose* pose);
/// "lab-edges-pose-1": change it when the numbers change meaning.
std::string_view visual_descriptor_name();

}  // namespace pharos::vision
