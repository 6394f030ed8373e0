#include "apps/mirror/wording/wording.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace pharos::mirror {

std::string list_words(std::span<const std::string> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string count_words(int count) {
  constexpr std::array<std::string_view, 11> kNames{"no",  "one",   "two",   "three", "four", "five",
                                                    "six", "seven", "eight", "nine",  "ten"};
  if (count >= 0 && count < static_cast<int>(kNames.size())) {
    return std::string(kNames[static_cast<std::size_t>(count)]);
  }
  return std::to_string(count);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string degrees(double angle) {
  return fmt::format("{:.0f}°", std::abs(angle));
}

std::string degrees_with_doubt(double angle, double doubt) {
  if (doubt <= 0) return degrees(angle);
  return fmt::format("{:.0f}° ± {:.0f}°", std::abs(angle), std::max(1.0, std::ceil(doubt)));
}

std::string one_decimal(double value) {
  const double rounded = std::round(value * 10.0) / 10.0;
  return fmt::format("{:g}", rounded == 0 ? 0.0 : rounded);
}

std::string percent(double share) {
  if (!std::isfinite(share)) return "–";
  return fmt::format("{:.0f} %", share * 100.0);
}

std::string_view sharpness_words(double sharpness) {
  if (sharpness >= 0.85) return "very sharp";
  if (sharpness >= 0.6) return "sharp";
  if (sharpness >= 0.35) return "a little soft";
  return "blurred";
}

std::string_view exposure_words(double exposure) {
  if (exposure < 18) return "dark";
  if (exposure < 28) return "a little dark";
  if (exposure <= 82) return "well lit";
  if (exposure <= 92) return "bright";
  return "very bright";
}

std::string_view evenness_words(double evenness) {
  if (evenness >= 0.8) return "even";
  if (evenness >= 0.5) return "soft from one side";
  return "strong from one side";
}

std::string_view framing_words(double face_share) {
  if (face_share < 0.05) return "very small in the frame";
  if (face_share < 0.10) return "small in the frame";
  if (face_share <= 0.50) return "well sized in the frame";
  return "filling the frame";
}

std::string turn_words(const vision::HeadPose& head) {
  const double yaw = std::abs(head.yaw);
  if (yaw < 10) return "facing the camera";
  const std::string_view how = yaw < 25 ? "slightly " : yaw < 45 ? "" : "far ";
  return fmt::format("turned {}to the {} of the picture", how, head.yaw > 0 ? "right" : "left");
}

std::vector<std::string> expression_words(const vision::Expression& expression) {
  std::vector<std::string> words;
  if (expression.mouth_corners > 0.06) words.emplace_back("mouth corners raised");
  if (expression.mouth_corners < -0.06) words.emplace_back("mouth corners lowered");
  if (expression.mouth_open > 0.12) words.emplace_back("mouth open");
  if (expression.left_eye_open < 0.06 && expression.right_eye_open < 0.06) {
    words.emplace_back("both eyes closed");
  } else if (std::min(expression.left_eye_open, expression.right_eye_open) < 0.06) {
    words.emplace_back("one eye closed");
  }
  return words;
}

std::string palette_words(std::span<const vision::Swatch> palette, bool mixed) {
  if (palette.empty()) return "no clear colour";
  if (mixed) return "several colours, " + palette[0].name + " first";
  const bool second = palette.size() > 1 && palette[1].share >= 0.12 && palette[1].name != palette[0].name;
  return second ? palette[0].name + " and " + palette[1].name : palette[0].name;
}

std::string_view contrast_words(double lightness_contrast) {
  if (lightness_contrast >= 45) return "strong";
  if (lightness_contrast >= 20) return "clear";
  return "soft";
}

std::string_view harmony_words(std::string_view hue_template) {
  if (hue_template == "neutral") return "neutral colours";
  if (hue_template == "monochromatic") return "one hue";
  if (hue_template == "analogous") return "neighbouring hues";
  if (hue_template == "complementary") return "opposite hues";
  if (hue_template == "triadic") return "three hues spread round the circle";
  return "hues of several kinds";
}

std::string_view pattern_words(vision::Pattern pattern) {
  switch (pattern) {
    case vision::Pattern::kSolid:
      return "without a pattern";
    case vision::Pattern::kStriped:
      return "striped";
    case vision::Pattern::kChecked:
      return "checked";
    case vision::Pattern::kPatterned:
      return "with a pattern";
    case vision::Pattern::kUnsure:
      break;
  }
  return "";
}

std::string_view label_of(std::string_view score) {
  if (score == "attractiveness" || score == "portrait") return "Portrait";
  if (score == "style") return "Style";
  if (score == "presence") return "Presence";
  return "Overall";
}

std::string_view subject_of(std::string_view analyst) {
  if (analyst == "face") return "the portrait";
  if (analyst == "fashion") return "the clothes";
  if (analyst == "posture") return "the posture";
  if (analyst == "bio") return "the text";
  return "the report";
}

}  // namespace pharos::mirror
