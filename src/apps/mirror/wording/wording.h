// The words for what was measured: ranges as words first, numbers beside; about the photo, the light, the
// cloth and the text, never about what a person is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/report.h"

namespace pharos::mirror {

/// "a", "a and b", "a, b and c".
std::string list_words(std::span<const std::string> words);
/// "one" to "ten", then digits.
std::string count_words(int count);
/// The first letter as a capital.
std::string capital(std::string text);
/// A whole number of degrees: "5°".
std::string degrees(double angle);
/// "5° ± 2°", or "5°" when nothing is known of ±.
std::string degrees_with_doubt(double angle, double doubt);
/// "7.4", without a trailing ".0".
std::string one_decimal(double value);
/// "68 %"; "–" when it is not finite.
std::string percent(double share);

/// "very sharp", "sharp", "a little soft", "blurred".
std::string_view sharpness_words(double sharpness);
/// "dark", "a little dark", "well lit", "bright", "very bright", of mean L*.
std::string_view exposure_words(double exposure);
/// "even", "soft from one side", "strong from one side".
std::string_view evenness_words(double evenness);
/// "very small in the frame", "small in the frame", "well sized in the frame", "filling the frame".
std::string_view framing_words(double face_share);
/// "facing the camera", "turned slightly to the left of the picture", ...
std::string turn_words(const vision::HeadPose& head);
/// What lips and eyes do, as geometry: "mouth corners raised", "mouth open", "eyes closed"; empty when
/// nothing stands out.
std::vector<std::string> expression_words(const vision::Expression& expression);

/// "navy", "navy and off-white", "several colours, navy first".
std::string palette_words(std::span<const vision::Swatch> palette, bool mixed);
/// "strong", "clear", "soft": difference in lightness.
std::string_view contrast_words(double lightness_contrast);
/// "one hue with neutrals", "neighbouring hues", ... of a hue template's name.
std::string_view harmony_words(std::string_view hue_template);
/// "in one colour", "striped", "checked", "with a pattern", "" when unsure.
std::string_view pattern_words(vision::Pattern pattern);

/// "Portrait", "Style", "Presence", "Overall" of a score's name in the contract.
std::string_view label_of(std::string_view score);
/// What an analyst looks at, for sentences: "the face in this photo", "the clothes", "the posture", "the
/// text".
std::string_view subject_of(std::string_view analyst);

}  // namespace pharos::mirror
