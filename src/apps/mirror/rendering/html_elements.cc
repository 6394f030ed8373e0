#include "apps/mirror/rendering/html_elements.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "apps/mirror/rendering/icons.h"

namespace pharos::mirror {
namespace {

std::string_view origin_class(Origin origin) {
  switch (origin) {
    case Origin::kMeasured:
      return "measured";
    case Origin::kPartlyDefault:
      return "partly";
    case Origin::kDefault:
      return "default";
  }
  std::unreachable();
}

/// A line across the picture as it was measured, against the horizon, with a wedge as wide as the ±.
Html tilt_drawing(const Tilt& tilt) {
  constexpr double kReach = 26;
  const double angle = std::clamp(std::isfinite(tilt.degrees) ? tilt.degrees : 0.0, -30.0, 30.0);
  const double spread = std::clamp(std::isfinite(tilt.uncertainty) ? tilt.uncertainty : 0.0, 0.0, 15.0);
  const auto rise = [&](double degrees) { return kReach * std::tan(degrees * std::numbers::pi / 180); };
  const double low = rise(angle - spread);
  const double high = rise(angle + spread);
  return html(
      R"(<svg class="tilt" viewBox="-28 -18 56 36" aria-hidden="true"><path class="horizon" d="M-26 0H26"/>)"
      R"(<path class="wedge" d="M0 0L26 {0:.1f}V{1:.1f}ZM0 0L-26 {2:.1f}V{3:.1f}Z"/>)"
      R"(<path class="needle" d="M-26 {4:.1f}L26 {5:.1f}"/></svg>)",
      low, high, -low, -high, -rise(angle), rise(angle));
}

Html fact_row(const Fact& fact) {
  Html before;
  if (!fact.colour.empty()) {
    before += html(R"(<i class="dot" style="background:{}"></i>)", safe_colour(fact.colour));
  }
  if (fact.tag) before += html("{} ", tag(*fact.tag));
  Html beside;
  if (!fact.beside.empty()) {
    beside = html(R"(<dd class="beside">{}<span>{}</span></dd>)",
                  fact.tilt ? tilt_drawing(*fact.tilt) : Html(), fact.beside);
  }
  return html(R"(<div{}><dt>{}</dt><dd>{}<bdi>{}</bdi></dd>{}</div>)",
              Html::verbatim(fact.measured ? "" : R"( class="none")"), fact.label, before, fact.value,
              beside);
}

}  // namespace

std::string_view tone_class(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "plain";
    case Tone::kGood:
      return "good";
    case Tone::kNotable:
      return "notable";
    case Tone::kBad:
      return "bad";
  }
  std::unreachable();
}

std::string_view safe_colour(std::string_view hex) {
  const bool well_formed = hex.size() == 7 && hex.starts_with('#') &&
                           hex.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
  return well_formed ? hex : "#808080";
}

double hundredths(double share) {
  return std::isfinite(share) ? std::clamp(share, 0.0, 1.0) * 100 : 0;
}

Html tag(const Tag& tag) {
  return html(R"(<span class="tag {}">{}</span>)", tone_class(tag.tone), tag.text);
}

Html status_badge(Status status) {
  return html(R"(<span class="badge-status {}">{}{}</span>)", tone_class(status_tone(status)),
              status_icon(status), status_word(status));
}

Html fact_list(const std::vector<Fact>& facts) {
  if (facts.empty()) return {};
  return html(R"(<dl class="facts">{}</dl>)", each(facts, fact_row));
}

Html bar(double share, std::string_view kind) {
  return html(R"(<span class="bar {}" style="--share:{:.1f}%"></span>)", kind, hundredths(share));
}

Html score_row(const Meter& meter) {
  if (!meter.value)
    return html(R"(<div class="score none"><dt>{}</dt><dd>not scored</dd></div>)", meter.label);
  const std::string_view words = origin_words(meter.origin);
  return html(
      R"(<div class="score"><dt>{}</dt><dd>{}<b>{}</b><span class="unseen"> of 10{}{}</span></dd></div>)",
      meter.label, bar(*meter.value / 10, origin_class(meter.origin)), figure(*meter.value, 1),
      words.empty() ? "" : ", ", words);
}

Html dial(const Meter& meter) {
  constexpr double kLength = 2 * std::numbers::pi * 48;
  if (!meter.value) {
    return html(
        R"(<svg class="dial" viewBox="0 0 112 112" role="img" aria-label="{} not scored"><circle cx="56" cy="56")"
        R"( r="48"/><text class="of" x="56" y="60">not scored</text></svg>)",
        meter.label);
  }
  const std::string value = figure(*meter.value, 1);
  const std::string_view words = origin_words(meter.origin);
  return html(
      R"(<svg class="dial {}" viewBox="0 0 112 112" role="img" aria-label="{} {} of 10{}{}"><circle cx="56" cy="56")"
      R"( r="48"/><circle class="reached" cx="56" cy="56" r="48" stroke-dasharray="{:.1f} {:.1f}"/>)"
      R"(<text x="56" y="62">{}</text><text class="of" x="56" y="80">of 10</text></svg>)",
      origin_class(meter.origin), meter.label, value, words.empty() ? "" : ", ", words,
      hundredths(*meter.value / 10) / 100 * kLength, kLength, value);
}

Html points(const std::vector<std::string>& items) {
  if (items.empty()) return {};
  return html(R"(<ul class="points">{}</ul>)",
              each(items, [](const std::string& item) { return html(R"(<li dir="auto">{}</li>)", item); }));
}

}  // namespace pharos::mirror
