#include "apps/mirror/rendering/report_view.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace pharos::mirror {
namespace {

/// A label as it stands within a sentence.
std::string within_sentence(std::string label) {
  if (!label.empty())
    label.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(label.front())));
  return label;
}

/// What a part of a score is called within a formula: scores keep their capital, inputs do not.
std::string term_name(const std::string& key) {
  if (key == "face") return "face";
  if (key == "fashion") return "clothes";
  const bool is_score = key == "portrait" || key == "style" || key == "presence";
  return is_score ? display_name(key) : within_sentence(display_name(key));
}

/// "2026-11-21T…" → "21 November 2026"; anything else as it is.
std::string readable_date(const std::string& iso) {
  static constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                            "May",       "June",     "July",     "August",
                                                            "September", "October",  "November", "December"};
  const auto number = [&](std::size_t from, std::size_t count) {
    int value = 0;
    if (iso.size() >= from + count) std::from_chars(iso.data() + from, iso.data() + from + count, value);
    return value;
  };
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (month < 1 || month > 12 || day < 1) return iso;
  return fmt::format("{} {} {}", day, kMonths[static_cast<std::size_t>(month - 1)], number(0, 4));
}

/// Calls `visit(key, result)` for each agent, in the order they work.
void for_each_agent(const Agents& agents, auto visit) {
  visit("embedder", agents.embedder);
  visit("face", agents.face);
  visit("fashion", agents.fashion);
  visit("posture", agents.posture);
  visit("bio", agents.bio);
  visit("aggregator", agents.aggregator);
  visit("formatter", agents.formatter);
}

/// Whether a score's inputs were measured; a score made of scores is asked through them.
Origin origin_of(const std::string& score, const AggregatorData& data) {
  const auto parts = data.composition.find(score == "portrait" ? "attractiveness" : score);
  if (parts == data.composition.end()) return Origin::kMeasured;
  std::size_t defaults = 0;
  std::size_t partly = 0;
  for (const ScorePart& part : parts->second) {
    const Origin inner = part.of == score ? Origin::kMeasured : origin_of(part.of, data);
    defaults += part.is_default || inner == Origin::kDefault ? 1U : 0U;
    partly += inner == Origin::kPartlyDefault ? 1U : 0U;
  }
  if (defaults == parts->second.size() && defaults > 0) return Origin::kDefault;
  return defaults + partly > 0 ? Origin::kPartlyDefault : Origin::kMeasured;
}

Meter score_meter(const Report& report, const std::string& key, std::optional<double> value) {
  return {
      .label = display_name(key), .value = value, .origin = origin_of(key, report.agents.aggregator.data)};
}

std::string listed(const std::vector<std::string>& items, std::string none) {
  return items.empty() ? std::move(none) : base::join(items, ", ");
}

/// Everything that stands as "not measured" in the report, with its reason.
std::vector<Fact> all_not_measured(const Report& report) {
  std::vector<Fact> missing;
  for_each_agent(report.agents, [&](std::string_view key, const auto& agent) {
    if (agent.status == Status::kSkipped || agent.status == Status::kFailed) {
      missing.push_back({.label = display_name(key),
                         .value = agent.reason.value_or(std::string(status_word(agent.status))),
                         .measured = false});
    }
  });
  for (const Card& card :
       {portrait_card(report), style_card(report), posture_card(report), words_card(report)}) {
    std::ranges::copy_if(card.facts, std::back_inserter(missing),
                         [](const Fact& fact) { return !fact.measured; });
  }
  return missing;
}

std::vector<Fact> highlights_of(const Report& report, const std::vector<Fact>& missing) {
  const AggregatorData& data = report.agents.aggregator.data;
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> names;
  for (const Fact& fact : missing | std::views::take(kNamed)) names.push_back(fact.label);
  if (missing.size() > kNamed) names.push_back(fmt::format("{}\u00a0more", missing.size() - kNamed));
  std::ranges::transform(names, names.begin(), within_sentence);
  const Fact not_measured{
      .label = "Not measured", .value = listed(names, "everything was"), .measured = !names.empty()};
  if (!report.scores.overall) return {not_measured};
  return {
      {.label = "Strongest",
       .value = listed(data.strengths, "nothing stands out yet"),
       .measured = !data.strengths.empty()},
      {.label = "Easiest to lift",
       .value = listed(data.improvements, "nothing low"),
       .measured = !data.improvements.empty()},
      not_measured,
  };
}

std::string defaults_note(const AggregatorData& data) {
  if (data.defaults.empty()) return {};
  std::vector<std::string> names;
  std::ranges::transform(data.defaults, std::back_inserter(names), term_name);
  return fmt::format("Hatched: part of the score is a neutral 5.0, because {} could not be measured.",
                     enumerated(std::move(names)));
}

std::vector<Tag> chips_of(const Report& report) {
  int ok = 0;
  int skipped = 0;
  int all = 0;
  for_each_agent(report.agents, [&](std::string_view, const auto& agent) {
    ++all;
    ok += agent.status == Status::kOk ? 1 : 0;
    skipped += agent.status == Status::kSkipped ? 1 : 0;
  });
  std::vector<Tag> chips{
      {fmt::format("confidence {}, {}", figure(report.confidence, 2), confidence_word(report.confidence)),
       report.confidence < 0.6 ? Tone::kNotable : Tone::kPlain},
      {fmt::format("{} of {} agents measured", ok, all), ok + skipped < all ? Tone::kNotable : Tone::kPlain}};
  if (skipped > 0) chips.push_back({fmt::format("{} skipped", skipped)});
  if (report.mode == Mode::kDev) chips.push_back({"development mode"});
  return chips;
}

std::vector<Notice> notices_of(const Report& report) {
  std::vector<Notice> notices;
  if (report.mode == Mode::kMock) {
    notices.push_back(
        {"Mock mode",
         "Every figure and sentence below is a fixed sample answer, not a reading of this photo."});
  }
  const auto& face = report.agents.face;
  const auto& posture = report.agents.posture;
  if (face.status == Status::kOk && posture.status == Status::kOk && face.data.num_faces == 0 &&
      posture.data.people == 0) {
    notices.push_back(
        {"Nobody was found in this photo",
         "Portrait and posture could not be measured. A photo with the face visible and well lit would "
         "give a full report."});
  }
  if (!report.scores.overall) {
    const auto& aggregator = report.agents.aggregator;
    notices.push_back({"No scores are given", aggregator.data.not_scored.value_or(aggregator.reason.value_or(
                                                  "They could not be computed."))});
  }
  return notices;
}

std::vector<Advice> advice_of(const std::vector<std::string>& recommendations) {
  std::vector<Advice> advice;
  for (const std::string& text : recommendations) {
    const std::size_t end = text.find(". ");
    if (end == std::string::npos) {
      advice.push_back({text, ""});
    } else {
      advice.push_back({text.substr(0, end + 1), std::string(base::trim(text.substr(end + 2)))});
    }
  }
  return advice;
}

std::vector<Formula> formulas_of(const Report& report, std::span<const Meter> meters) {
  static constexpr std::array<std::string_view, 4> kKeys{"attractiveness", "style", "presence", "overall"};
  std::vector<Formula> formulas;
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const auto& composition = report.agents.aggregator.data.composition;
    const auto parts = composition.find(std::string(kKeys[i]));
    if (parts == composition.end()) continue;
    std::vector<std::string> terms;
    for (const ScorePart& part : parts->second) {
      terms.push_back(fmt::format("{} × {} {}{}", figure(part.share, 2), term_name(part.of),
                                  figure(part.score, 2), part.is_default ? " (default)" : ""));
    }
    formulas.push_back({meters[i].label, base::join(terms, " + "),
                        meters[i].value ? figure(*meters[i].value, 2) : "not given"});
  }
  return formulas;
}

std::vector<AgentLine> agent_lines(const Agents& agents) {
  std::vector<AgentLine> lines;
  for_each_agent(agents, [&](std::string_view key, const auto& agent) {
    lines.push_back({.name = display_name(key),
                     .status = agent.status,
                     .engine = agent.engine,
                     .confidence = agent.confidence,
                     .duration_ms = agent.duration_ms,
                     .reason = agent.reason.value_or("")});
  });
  return lines;
}

/// The total first, then the stages as they follow each other, then whatever else was timed.
std::vector<Timing> timings_of(std::map<std::string, double> times) {
  static constexpr std::array<std::string_view, 12> kOrder{
      "total", "decode",  "pose",    "faces", "appearance", "embedder",
      "face",  "fashion", "posture", "bio",   "aggregator", "formatter"};
  std::vector<Timing> timings;
  for (const std::string_view key : kOrder) {
    if (const auto node = times.extract(std::string(key)))
      timings.push_back({std::string(key), node.mapped()});
  }
  for (const auto& [key, ms] : times) timings.push_back({key, ms});
  for (Timing& timing : timings) std::ranges::replace(timing.label, '_', ' ');
  return timings;
}

std::vector<Fact> consent_of(const Consent& consent) {
  const auto line = [](std::string label, bool allowed) {
    return Fact{.label = std::move(label), .value = allowed ? "allowed" : "not allowed", .measured = allowed};
  };
  return {line("Portrait", consent.face),
          line("Style", consent.fashion),
          line("Posture", consent.posture),
          line("Words", consent.bio),
          line("Detailed paragraphs", consent.detailed),
          line("Biometric data", consent.biometric),
          line("Technical metadata", consent.technical_metadata)};
}

std::vector<Fact> provenance_of(const Report& report) {
  static constexpr std::array<std::string_view, 3> kModes{"production", "development", "mock"};
  return {{.label = "Report", .value = report.report_id},
          {.label = "Trace", .value = report.trace_id},
          {.label = "Made at", .value = report.created_at},
          {.label = "Mode", .value = std::string(kModes.at(static_cast<std::size_t>(report.mode)))},
          {.label = "Consent", .value = "version " + report.consent.version},
          {.label = "Photo", .value = fmt::format("{} × {} px", report.image.width, report.image.height)}};
}

std::string photo_description(const Report& report) {
  const int faces = report.agents.face.data.num_faces;
  std::string text = faces == 0   ? "The photo"
                     : faces == 1 ? "The photo, with one face"
                                  : fmt::format("The photo, with {} faces", faces);
  for (const FashionItem& item : report.agents.fashion.data.items) {
    if (item.slot == "upper") text += ", upper garment " + item.color_name;
  }
  return text;
}

}  // namespace

std::string_view origin_words(Origin origin) {
  switch (origin) {
    case Origin::kMeasured:
      return "";
    case Origin::kPartlyDefault:
      return "partly a default";
    case Origin::kDefault:
      return "a default";
  }
  std::unreachable();
}

std::string_view status_word(Status status) {
  switch (status) {
    case Status::kOk:
      return "measured";
    case Status::kFallback:
      return "simpler way";
    case Status::kEmergency:
      return "neutral defaults";
    case Status::kSkipped:
      return "skipped";
    case Status::kFailed:
      return "failed";
  }
  std::unreachable();
}

Tone status_tone(Status status) {
  if (status == Status::kOk) return Tone::kGood;
  if (status == Status::kSkipped) return Tone::kPlain;
  return status == Status::kFailed ? Tone::kBad : Tone::kNotable;
}

std::string display_name(std::string_view key) {
  if (key == "face" || key == "attractiveness") return "Portrait";
  if (key == "fashion") return "Style";
  if (key == "bio") return "Words";
  if (key == "embedder") return "Memory vector";
  if (key == "aggregator") return "Scores";
  if (key == "formatter") return "Report";
  std::string name(key);
  std::ranges::replace(name, '_', ' ');
  if (!name.empty()) name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

std::string figure(double value, int digits) {
  if (!std::isfinite(value)) return "–";
  constexpr double kHalfUp = 1e-9;  // 7.35 is stored a little below itself
  const std::string text = fmt::format("{:.{}f}", value + std::copysign(kHalfUp, value), digits);
  return text.starts_with('-') && text.find_first_of("123456789") == std::string::npos ? text.substr(1)
                                                                                       : text;
}

std::string_view confidence_word(double confidence) {
  if (confidence >= 0.75) return "high";
  return confidence >= 0.6 ? "fair" : "low";
}

std::string enumerated(std::vector<std::string> words) {
  if (words.empty()) return {};
  const std::string last = std::move(words.back());
  words.pop_back();
  return words.empty() ? last : base::join(words, ", ") + " and " + last;
}

ReportView view_of(const Report& report) {
  ReportView view;
  view.date = readable_date(report.created_at);
  view.created_at = report.created_at;
  view.chips = chips_of(report);
  view.notices = notices_of(report);
  view.headline =
      report.agents.formatter.data.headline.empty() ? "In short" : report.agents.formatter.data.headline;
  view.summary = report.summary;
  view.overall = score_meter(report, "overall", report.scores.overall);
  view.scores = {score_meter(report, "attractiveness", report.scores.attractiveness),
                 score_meter(report, "style", report.scores.style),
                 score_meter(report, "presence", report.scores.presence)};
  view.not_measured = all_not_measured(report);
  view.highlights = highlights_of(report, view.not_measured);
  view.defaults_note = defaults_note(report.agents.aggregator.data);
  view.insights = report.key_insights;
  view.cards = {portrait_card(report), style_card(report), posture_card(report), words_card(report)};
  if (!report.scores.overall) {
    for (Card& card : view.cards) card.parts.clear();
  }
  view.advice = advice_of(report.recommendations);
  view.formulas =
      formulas_of(report, std::array{view.scores[0], view.scores[1], view.scores[2], view.overall});
  view.agents = agent_lines(report.agents);
  view.timings = timings_of(report.timings_ms);
  view.warnings = report.warnings;
  view.consent = consent_of(report.consent);
  view.provenance = provenance_of(report);
  view.disclaimers = report.disclaimers;
  view.photo_description = photo_description(report);
  return view;
}

}  // namespace pharos::mirror
