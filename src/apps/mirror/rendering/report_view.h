// What a report says, in words and in order, before it is drawn: the page and the terminal draw the same
// view.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/report.h"
#include "apps/mirror/wording/wording.h"
#include "platform/vision/colour.h"

namespace pharos::mirror {

/// How a word may be coloured; the word itself says it too.
enum class Tone { kPlain, kGood, kNotable, kBad };

struct Tag {
  std::string text;
  Tone tone = Tone::kPlain;
};

/// A line across the picture, for drawing: + when its end further right is lower.
struct Tilt {
  double degrees = 0;
  double uncertainty = 0;
};

/// One line of a table: what it is of, what was found in words, and beside it the figure with unit and ±.
struct Fact {
  std::string label;
  std::string value;
  std::string beside;
  bool measured = true;  ///< otherwise `value` says why not
  std::optional<Tag> tag;
  std::optional<Tilt> tilt;
  std::string colour;  ///< hex, drawn beside the value
};

enum class Origin { kMeasured, kPartlyDefault, kDefault };

/// A score of 0 to 10; without a value when it was not given.
struct Meter {
  std::string label;
  std::optional<double> value;
  Origin origin = Origin::kMeasured;
};

struct Palette {
  std::string label;
  std::vector<vision::Swatch> swatches;  ///< their shares are of the whole palette
};

struct NamedList {
  std::string title;
  std::vector<std::string> items;
};

/// What one agent found. Empty parts are not drawn.
struct Card {
  std::string title;
  Status status = Status::kOk;
  std::string reason;  ///< why the status is not `ok`
  double confidence = 0;
  std::string question;
  std::string lead;
  std::vector<Palette> palettes;
  std::vector<Quote> quotes;
  std::vector<Fact> facts;
  std::vector<Tag> tags;
  std::vector<NamedList> lists;
  std::vector<Meter> parts;  ///< what the agent's score rests on
  std::string note;
};

/// Something to know before reading on.
struct Notice {
  std::string title;
  std::string text;
  Tone tone = Tone::kNotable;
};

/// "Step back half a metre." and why.
struct Advice {
  std::string action;
  std::string why;
};

struct Formula {
  std::string score;
  std::string terms;  ///< "0.6 × face 8.5 + 0.4 × posture 5.0 (default)"
  std::string result;
};

struct AgentLine {
  std::string name;
  Status status = Status::kOk;
  std::string engine;
  double confidence = 0;
  double duration_ms = 0;
  std::string reason;
};

struct Timing {
  std::string label;
  double ms = 0;
};

struct ReportView {
  std::string date;  ///< "21 November 2026"
  std::string created_at;
  std::vector<Tag> chips;
  std::vector<Notice> notices;
  std::string headline;
  std::string summary;
  Meter overall;
  std::array<Meter, 3> scores;
  std::vector<Fact> highlights;  ///< strongest, easiest to lift, not scored
  std::string defaults_note;     ///< what hatched bars mean; empty when nothing was a default
  std::vector<std::string> insights;
  std::array<Card, 4> cards;
  std::vector<Advice> advice;
  std::vector<Formula> formulas;
  std::vector<Fact> not_measured;
  std::vector<AgentLine> agents;
  std::vector<Timing> timings;  ///< the total first
  std::vector<std::string> warnings;
  std::vector<Fact> consent;
  std::vector<Fact> provenance;  ///< ids, image, mode
  std::vector<std::string> disclaimers;
  std::string photo_description;  ///< for who cannot see the photo
};

ReportView view_of(const Report& report);

/// The heading over every report, and over several.
inline constexpr std::string_view kReportTitle = "What comes across in this photo";
inline constexpr std::string_view kComparisonTitle = "These photos side by side";

/// "", "partly a default" or "a default".
std::string_view origin_words(Origin origin);
/// "measured", "simpler way", "neutral defaults", "skipped" or "failed".
std::string_view status_word(Status status);
Tone status_tone(Status status);

/// "face" → "Portrait", "fashion" → "Style", "bio" → "Words": what a person would call an agent or a score.
std::string display_name(std::string_view key);

/// A figure with that many digits after the point; "–" when it is not finite.
std::string figure(double value, int digits);
/// "a, b and c".
std::string enumerated(std::vector<std::string> words);
/// "high", "fair" or "low".
std::string_view confidence_word(double confidence);

/// The cards, in the order of a report.
Card portrait_card(const Report& report);
Card style_card(const Report& report);
Card posture_card(const Report& report);
Card words_card(const Report& report);

}  // namespace pharos::mirror
