#include "apps/mirror/rendering/icons.h"

#include <utility>

namespace pharos::mirror {
namespace {

/// `strokes` is the path's data on a field of 24 × 24.
Html icon(std::string_view strokes) {
  return html(R"(<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>)", strokes);
}

constexpr std::string_view kTower =
    "M9 21h6M10 21l.8-11h2.4L14 21M9.5 10h5M10.5 10V6.5h3V10M12 3v1M4 6l3 1M20 6l-3 1";
constexpr std::string_view kRing = "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18";
constexpr std::string_view kTick = "M8 12.5l2.8 2.8L16 9.5";
constexpr std::string_view kDash = "M8 12h8";
constexpr std::string_view kCross = "M9 9l6 6M15 9l-6 6";
constexpr std::string_view kInfo = "M12 11v5.5M12 7.8v.2";
constexpr std::string_view kDetour = "M4 17h4c6 0 3-10 9-10h3M17 4l3 3l-3 3";
constexpr std::string_view kWarning = "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17v.2";

Html ringed(std::string_view sign) {
  return icon(std::string(kRing).append(sign));
}

}  // namespace

Html brand_icon() {
  return icon(kTower);
}

Html status_icon(Status status) {
  switch (status) {
    case Status::kOk:
      return ringed(kTick);
    case Status::kFallback:
      return icon(kDetour);
    case Status::kEmergency:
      return icon(kWarning);
    case Status::kSkipped:
      return ringed(kDash);
    case Status::kFailed:
      return ringed(kCross);
  }
  std::unreachable();
}

Html tone_icon(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return ringed(kInfo);
    case Tone::kGood:
      return ringed(kTick);
    case Tone::kNotable:
      return icon(kWarning);
    case Tone::kBad:
      return ringed(kCross);
  }
  std::unreachable();
}

}  // namespace pharos::mirror
