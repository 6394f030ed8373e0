// Reads an outfit: where garments are, which colours they have, what pattern, and how they go together.
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "platform/vision/appearance.h"
#include "platform/vision/garment_regions.h"
#include "platform/vision/harmony.h"
#include "platform/vision/outfit_layers.h"
#include "platform/vision/outfit_skin.h"
#include "platform/vision/outline.h"
#include "platform/vision/pattern.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {
namespace {

constexpr double kMixedBelow = 0.45;
constexpr double kDarkBelow = 15;
constexpr double kBareFrom = 0.5;
constexpr std::size_t kMostCorners = 60;

struct Scene {
  WorkingImage image;
  PersonGrid person;
  Figure figure;
  std::optional<SkinReference> skin;
};

std::vector<Lab> colours_of(const Bitmap& area, const LabPatch& colours) {
  std::vector<Lab> pixels;
  for (int y = colours.box.top; y < colours.box.bottom; ++y) {
    for (int x = colours.box.left; x < colours.box.right; ++x) {
      if (area.at(x, y)) {
        pixels.push_back(colours.at(x, y).exact());
      }
    }
  }
  return pixels;
}

/// The mean of a pixel and its neighbours: one alone is too noisy in dim light.
LabPixel smoothed(const LabPatch& colours, int x, int y) {
  LabPixel sum;
  float count = 0;
  for (int at_y = std::max(y - 1, colours.box.top); at_y < std::min(y + 2, colours.box.bottom); ++at_y) {
    for (int at_x = std::max(x - 1, colours.box.left); at_x < std::min(x + 2, colours.box.right); ++at_x) {
      const LabPixel& pixel = colours.at(at_x, at_y);
      sum = {sum.l + pixel.l, sum.a + pixel.a, sum.b + pixel.b};
      ++count;
    }
  }
  return {sum.l / count, sum.a / count, sum.b / count};
}

Bitmap skin_in(const Bitmap& area, const LabPatch& colours, const SkinReference& reference) {
  Bitmap skin(area.width, area.height);
  for (int y = colours.box.top; y < colours.box.bottom; ++y) {
    for (int x = colours.box.left; x < colours.box.right; ++x) {
      skin.cells[skin.index(x, y)] = area.at(x, y) && reference.matches(smoothed(colours, x, y)) ? 1 : 0;
    }
  }
  return skin;
}

/// Whether the thighs look like skin right up to the hips: then it is cloth of that colour, as bare legs end
/// in shorts or a skirt.
bool reaches_the_hips(const Bitmap& skin, const Bitmap& area) {
  const PixelBox box = bounds(area);
  const int top = box.top + box.height() / 5;
  int all = 0;
  int like_skin = 0;
  for (int y = box.top; y < top; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      all += area.at(x, y) ? 1 : 0;
      like_skin += skin.at(x, y) ? 1 : 0;
    }
  }
  return like_skin > kBareFrom * all;
}

/// Takes the skin of limbs out of what is read as cloth; says whether the limb is bare.
bool remove_skin(GarmentRegion& region, const LabPatch& colours, const Scene& scene) {
  const bool limbs = region.slot == Slot::kSleeves || region.slot == Slot::kLower;
  if (!limbs || !scene.skin) {
    return false;
  }
  const Bitmap skin = skin_in(region.area, colours, *scene.skin);
  const int left = region.area.count() - skin.count();
  if (region.slot == Slot::kSleeves) {
    if (skin.count() >= kBareFrom * region.area.count()) {
      return true;
    }
  } else if (left < kFewestPixels || reaches_the_hips(skin, region.area)) {
    return false;
  }
  remove(region.area, skin);
  remove(region.core, skin);
  return false;
}

/// Necklines and hands over cloth are no pattern. Where much looks like skin it is cloth of that colour.
void drop_skin_at_the_borders(Bitmap& core, const LabPatch& colours, const Scene& scene) {
  constexpr double kMuch = 0.35;
  if (!scene.skin) {
    return;
  }
  const Bitmap skin = skin_in(core, colours, *scene.skin);
  if (skin.count() < kMuch * core.count()) {
    remove(core, skin);
  }
}

void draw_outline(const Bitmap& area, const Scene& scene, Garment& garment) {
  const double scale = scene.image.scale;
  const PixelBox box = bounds(area);
  garment.box = {box.left * scale, box.top * scale, box.width() * scale, box.height() * scale};
  garment.outline = outline_of(halved(area), kMostCorners, 0.2 * scene.figure.scale());
  for (Point& corner : garment.outline) {
    corner = {corner.x * 2 * scale, corner.y * 2 * scale};
  }
}

/// How far a region of that kind can be trusted when all is well: the share of photos on which its colour was
/// right in the top two, less for what is small and often hidden.
double trust_in(Slot slot) {
  switch (slot) {
    case Slot::kUpper:
      return 0.93;
    case Slot::kLower:
      return 0.91;
    case Slot::kSleeves:
      return 0.5;
    case Slot::kShoes:
      return 0.4;
  }
  return 0;
}

double confidence_of(const Garment& garment, double visibility) {
  constexpr double kManyPixels = 1600;
  double confidence = trust_in(garment.slot) * std::clamp(visibility, 0.0, 1.0);
  confidence *= std::sqrt(std::min(1.0, garment.pixels / kManyPixels));
  confidence *= garment.mixed ? 0.7 : 1.0;
  confidence *= garment.dark ? 0.8 : 1.0;
  return confidence;
}

Garment read_garment(GarmentRegion region, const Scene& scene) {
  Garment garment{.slot = region.slot};
  draw_outline(region.area, scene, garment);
  const LabPatch colours = colours_in(bounds(region.area), scene.image);
  garment.bare = remove_skin(region, colours, scene);
  garment.pixels = region.area.count();
  if (!garment.bare) {
    garment.palette = palette(colours_of(region.area, colours));
    garment.mixed = garment.palette.empty() || garment.palette[0].share < kMixedBelow;
    garment.dark = !garment.palette.empty() && garment.palette[0].lab[0] < kDarkBelow;
    const Layers layers = find_layers(region.area, colours, garment.palette);
    garment.layered = region.slot == Slot::kUpper && layers.layered;
    if (layers.layered) {
      const Bitmap main = eroded(layers.main, 2);
      for (std::size_t i = 0; i < region.core.cells.size(); ++i) {
        region.core.cells[i] &= main.cells[i];
      }
    }
    drop_skin_at_the_borders(region.core, colours, scene);
    const PatternReading reading = read_pattern(region.core, colours, scene.figure.scale());
    garment.pattern = reading.pattern;
    garment.pattern_confidence = reading.confidence;
  }
  garment.confidence = confidence_of(garment, region.visibility);
  return garment;
}

std::vector<Swatch> surroundings_of(const Scene& scene) {
  constexpr float kSurelyNotPerson = 0.2F;
  constexpr int kStep = 4;
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < scene.image.height(); y += kStep) {
    for (int x = 0; x < scene.image.width(); x += kStep) {
      if (scene.person.at(x, y) < kSurelyNotPerson) {
        const std::uint8_t* pixel = scene.image.rgb.pixel(x, y);
        rgb.insert(rgb.end(), pixel, pixel + 3);
      }
    }
  }
  std::vector<LabPixel> pixels(rgb.size() / 3);
  to_lab(rgb, pixels);
  std::vector<Lab> colours;
  std::ranges::transform(pixels, std::back_inserter(colours), &LabPixel::exact);
  return palette(colours);
}

}  // namespace

Outfit read_outfit(const Image& image, const Pose& pose, const Face* face) {
  if (image.width <= 0 || image.height <= 0) {
    return {};
  }
  WorkingImage small = working_image(image);
  PersonGrid person = person_grid(pose.mask, small);
  Figure figure(pose, small);
  std::optional<SkinReference> skin;
  if (face != nullptr) {
    skin = SkinReference::of(*face, small);
  }
  const Scene scene{std::move(small), std::move(person), std::move(figure), skin};

  GarmentRegions regions = find_garment_regions(scene.figure, scene.person, scene.image);
  Outfit outfit{
      .garments = {}, .not_visible = std::move(regions.not_visible), .harmony = {}, .surroundings = {}};
  for (GarmentRegion& region : regions.found) {
    outfit.garments.push_back(read_garment(std::move(region), scene));
  }
  outfit.harmony = measure_harmony(outfit.garments);
  outfit.surroundings = surroundings_of(scene);
  return outfit;
}

}  // namespace pharos::vision
