#include "apps/mirror/agents/fashion_agent.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/mirror/agents/scores.h"
#include "apps/mirror/wording/guard_rails.h"
#include "apps/mirror/wording/wording.h"

namespace pharos::mirror {

namespace {

constexpr double kNothingFound = 0.3;
constexpr double kVisibleCast = 8.0;
constexpr std::size_t kMostSwatches = 6;

std::vector<std::string> notes_of(const vision::Garment& garment) {
  std::vector<std::string> notes;
  if (garment.mixed) notes.emplace_back("mixed colours");
  if (garment.layered) notes.emplace_back("two layers");
  if (garment.dark) notes.emplace_back("too dark to name a hue");
  return notes;
}

FashionItem item_of(const vision::Garment& garment, double scale) {
  FashionItem item;
  item.slot = base::to_name(garment.slot);
  item.score = round2(garment.confidence);
  const vision::Box& box = garment.box;
  item.bbox = {box.x * scale, box.y * scale, box.width * scale, box.height * scale};
  for (const vision::Point& point : garment.outline) {
    item.outline.push_back({point.x * scale, point.y * scale});
  }
  item.palette = garment.palette;
  if (!garment.palette.empty()) {
    item.dominant_color = garment.palette.front().hex;
    item.color_name = garment.palette.front().name;
  }
  item.pattern = base::to_name(garment.pattern);
  item.notes = notes_of(garment);
  return item;
}

/// All garments' colours by the pixels they cover, those of one name together.
std::vector<vision::Swatch> worn_palette(const std::vector<vision::Garment>& garments) {
  std::vector<vision::Swatch> all;
  double pixels = 0;
  for (const vision::Garment& garment : garments) pixels += garment.pixels;
  for (const vision::Garment& garment : garments) {
    const double part = pixels > 0 ? garment.pixels / pixels : 1.0 / static_cast<double>(garments.size());
    for (const vision::Swatch& swatch : garment.palette) {
      const auto same = std::ranges::find(all, swatch.name, &vision::Swatch::name);
      if (same != all.end()) {
        same->share += swatch.share * part;
      } else {
        all.push_back(swatch);
        all.back().share *= part;
      }
    }
  }
  std::ranges::sort(all, {},
                    [](const vision::Swatch& swatch) { return std::pair(-swatch.share, swatch.name); });
  if (all.size() > kMostSwatches) all.resize(kMostSwatches);
  return all;
}

std::string_view temperature(const vision::Swatch& swatch) {
  const vision::Lab lab{swatch.lab[0], swatch.lab[1], swatch.lab[2]};
  if (lab.chroma() < 12) return "neutral";
  const double hue = lab.hue();
  return hue < 110 || hue > 330 ? "warm" : "cool";
}

std::string_view strength(const vision::Swatch& swatch) {
  const double chroma = vision::Lab{swatch.lab[0], swatch.lab[1], swatch.lab[2]}.chroma();
  if (chroma < 12) return "quiet";
  return chroma < 40 ? "muted" : "strong";
}

/// "strong warm orange, clear contrast, without a pattern": from colours and pattern alone.
std::string style_words(const FashionData& data, const vision::Garment& main) {
  if (data.palette.empty()) return "";
  const vision::Swatch& first = data.palette.front();
  std::vector<std::string> words{fmt::format("{} {} {}", strength(first), temperature(first), first.name)};
  if (data.harmony) {
    words.emplace_back(harmony_words(data.harmony->hue_template));
    words.emplace_back(fmt::format("{} contrast", contrast_words(data.harmony->lightness_contrast)));
  }
  if (const std::string_view pattern = pattern_words(main.pattern); !pattern.empty())
    words.emplace_back(pattern);
  return fmt::format("{}", fmt::join(words, ", "));
}

double confidence_of(const std::vector<vision::Garment>& garments, const vision::Quality& quality) {
  double confidence = clarity_score(garments) / 10.0;
  if (quality.cast_chroma > kVisibleCast) confidence *= 0.8;
  if (quality.sharpness < 0.35) confidence *= 0.8;
  return round2(std::clamp(confidence, 0.0, 1.0));
}

void score(FashionData& data, const std::vector<vision::Garment>& garments) {
  data.score_parts["clarity"] = round2(clarity_score(garments));
  if (data.harmony) {
    data.score_parts["harmony"] = round2(harmony_score(*data.harmony));
    data.score_parts["contrast"] = round2(contrast_score(*data.harmony));
  }
  data.overall_rating = fashion_score(data.score_parts);
}

}  // namespace

AgentResult<FashionData> read_fashion(const vision::Outfit& outfit, const vision::Quality& quality,
                                      double scale) {
  AgentResult<FashionData> result;
  result.status = Status::kOk;
  result.engine = "regions of mediapipe pose_landmark_full, colours in CIELAB";
  FashionData& data = result.data;
  for (const auto& [slot, why] : outfit.not_visible) data.not_visible[base::to_name(slot)] = why;
  data.surroundings = outfit.surroundings;

  std::vector<vision::Garment> worn;
  for (const vision::Garment& garment : outfit.garments) {
    if (garment.bare) {
      data.not_visible[base::to_name(garment.slot)] = "no cloth is seen there";
    } else if (worn.size() < kMaxItems) {
      worn.push_back(garment);
      data.items.push_back(item_of(garment, scale));
    }
  }
  if (worn.empty()) {
    result.confidence = kNothingFound;
    result.reason = "no clothing could be read in the photo";
    return result;
  }
  data.harmony = outfit.harmony;
  data.palette = worn_palette(worn);
  score(data, worn);
  data.style = style_words(data, worn.front());
  result.confidence = confidence_of(worn, quality);
  return result;
}

base::Task<AgentResult<FashionData>> fashion_agent(const MirrorState& state) {
  const std::shared_ptr<PhotoStudy> study = state.subject->photo;
  const auto outfit = co_await study->outfit();
  const auto quality = co_await study->quality();
  co_return read_fashion(*outfit, *quality, study->photo().scale);
}

base::Task<AgentResult<FashionData>> fashion_fallback(const MirrorState& state) {
  const vision::Image& image = state.subject->photo->photo().image;
  std::vector<vision::Lab> pixels;
  const int step = std::max(1, image.width / 64);
  for (int y = image.height / 3; y < image.height * 9 / 10; y += step) {
    for (int x = image.width / 3; x < image.width * 2 / 3; x += step) {
      const std::uint8_t* pixel = image.pixel(x, y);
      pixels.push_back(vision::to_lab({pixel[0], pixel[1], pixel[2]}));
    }
  }
  AgentResult<FashionData> result;
  result.engine = "colours of the middle of the photo, in CIELAB";
  if (!pixels.empty()) result.data.palette = vision::palette(pixels);
  for (const std::string& slot : base::names_of<vision::Slot>()) {
    result.data.not_visible[slot] = "the person's outline is not known";
  }
  co_return result;
}

}  // namespace pharos::mirror
