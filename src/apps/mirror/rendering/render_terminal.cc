#include "apps/mirror/rendering/render_terminal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/mirror/rendering/report_view.h"
#include "apps/mirror/rendering/terminal_screen.h"
#include "apps/mirror/wording/plain_text.h"
#include "core/base/text.h"

namespace pharos::mirror {
namespace {

Ink ink_of(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return Ink::kPlain;
    case Tone::kGood:
      return Ink::kGood;
    case Tone::kNotable:
      return Ink::kNotable;
    case Tone::kBad:
      return Ink::kBad;
  }
  std::unreachable();
}

void draw_score(TerminalScreen& screen, const Meter& meter, Ink ink) {
  if (!meter.value) return screen.row(meter.label, "not scored", Ink::kFaint);
  std::string after = figure(*meter.value, 1) + " of 10";
  if (meter.origin != Origin::kMeasured) after.append(", ").append(origin_words(meter.origin));
  screen.bar(meter.label, *meter.value / 10, meter.origin != Origin::kMeasured, after, ink);
}

/// "Slight, lower on the right (5° ± 2°)".
std::string fact_text(const Fact& fact) {
  std::vector<std::string> words;
  if (fact.tag) words.push_back(fact.tag->text);
  if (!fact.value.empty()) words.push_back(fact.value);
  std::string text = base::join(words, ", ");
  if (!fact.beside.empty()) text += " (" + fact.beside + ")";
  return text;
}

void draw_facts(TerminalScreen& screen, const std::vector<Fact>& facts) {
  for (const Fact& fact : facts)
    screen.row(fact.label, fact_text(fact), fact.measured ? Ink::kPlain : Ink::kFaint);
}

void draw_palette(TerminalScreen& screen, const Palette& palette) {
  std::vector<std::string> names;
  for (const vision::Swatch& swatch : palette.swatches)
    names.push_back(swatch.name + " " + percent(swatch.share));
  screen.row(palette.label, screen.colour() ? "colours by share" : base::join(names, ", "), Ink::kPlain);
  if (!screen.colour()) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    screen.swatch(palette.swatches[i].hex, palette.swatches[i].share, names[i]);
  }
}

void draw_list(TerminalScreen& screen, const NamedList& list) {
  if (list.items.empty()) return;
  screen.text(list.title, Ink::kFaint, "  ");
  for (const std::string& item : list.items) screen.text(item, Ink::kPlain, "    · ");
}

void draw_card(TerminalScreen& screen, const Card& card) {
  const bool answered = card.status != Status::kSkipped && card.status != Status::kFailed;
  screen.blank();
  screen.heading(card.title, answered ? "confidence " + figure(card.confidence, 2) : "");
  if (card.status != Status::kOk) {
    screen.text(fmt::format("{}: {}", status_word(card.status), card.reason),
                ink_of(status_tone(card.status)), "  ");
  }
  if (!card.question.empty()) screen.text(card.question, Ink::kSea, "  ? ");
  if (!card.lead.empty()) screen.text(card.lead, Ink::kPlain, "  ");
  for (const Tag& tag : card.tags) screen.text(tag.text, Ink::kSea, "  ");
  for (const Palette& palette : card.palettes) draw_palette(screen, palette);
  for (const Quote& quote : card.quotes) {
    screen.text("“" + quote.text + "”", Ink::kBeam, "  │ ");
    screen.text(quote.why, Ink::kFaint, "    ");
  }
  draw_facts(screen, card.facts);
  for (const NamedList& list : card.lists) draw_list(screen, list);
  if (!card.parts.empty()) screen.text("What the score rests on, each of 10", Ink::kFaint, "  ");
  for (const Meter& part : card.parts) {
    screen.bar(part.label, part.value.value_or(0) / 10, false, figure(part.value.value_or(0), 1), Ink::kSea);
  }
  if (!card.note.empty()) screen.text(card.note, Ink::kFaint, "  ");
}

void draw_head(TerminalScreen& screen, const ReportView& view) {
  screen.heading(kReportTitle, view.date);
  std::vector<std::string> chips;
  for (const Tag& chip : view.chips) chips.push_back(chip.text);
  screen.text(base::join(chips, " · "), Ink::kFaint);
  for (const Notice& notice : view.notices) {
    screen.blank();
    screen.text(notice.title + ". " + notice.text, ink_of(notice.tone), "! ");
  }
  if (!view.warnings.empty()) screen.blank();
  for (const std::string& warning : view.warnings) screen.text(warning, Ink::kNotable, "! ");
}

void draw_summary(TerminalScreen& screen, const ReportView& view) {
  screen.blank();
  screen.heading(view.headline);
  screen.text(view.summary);
  screen.blank();
  draw_score(screen, view.overall, Ink::kBeam);
  for (const Meter& score : view.scores) draw_score(screen, score, Ink::kSea);
  screen.blank();
  draw_facts(screen, view.highlights);
  if (!view.defaults_note.empty()) screen.text(view.defaults_note, Ink::kFaint, "  ");
  if (view.insights.empty()) return;
  screen.blank();
  screen.heading("What stands out");
  for (const std::string& insight : view.insights) screen.text(insight, Ink::kPlain, "  · ");
}

void draw_advice(TerminalScreen& screen, const std::vector<Advice>& advice) {
  if (advice.empty()) return;
  screen.blank();
  screen.heading("What would help most");
  int number = 0;
  for (const Advice& one : advice) {
    screen.text(one.action, Ink::kStrong, fmt::format("  {}. ", ++number));
    screen.text(one.why, Ink::kPlain, "     ");
  }
}

void draw_agents(TerminalScreen& screen, const std::vector<AgentLine>& agents) {
  for (const AgentLine& agent : agents) {
    std::vector<std::string> parts{std::string(status_word(agent.status))};
    if (!agent.reason.empty()) parts.push_back(agent.reason);
    if (!agent.engine.empty()) parts.push_back(agent.engine);
    parts.push_back("confidence " + figure(agent.confidence, 2));
    parts.push_back(figure(agent.duration_ms, 1) + " ms");
    screen.row(agent.name, base::join(parts, ", "));
  }
}

/// "Total 43 ms: decode 3.1, pose 17.2".
std::string timing_text(const std::vector<Timing>& timings) {
  std::vector<std::string> stages;
  for (const Timing& timing : timings)
    stages.push_back(fmt::format("{} {} ms", timing.label, figure(timing.ms, 1)));
  return base::join(stages, ", ");
}

std::string labels_of(const std::vector<Fact>& facts, bool measured) {
  std::vector<std::string> labels;
  for (const Fact& fact : facts) {
    if (fact.measured == measured) labels.push_back(fact.label);
  }
  return labels.empty() ? "nothing" : base::join(labels, ", ");
}

void draw_making(TerminalScreen& screen, const ReportView& view) {
  screen.blank();
  screen.heading("How this was made");
  for (const Formula& formula : view.formulas)
    screen.row(formula.score, formula.terms + " = " + formula.result);
  if (!view.formulas.empty()) screen.blank();
  draw_agents(screen, view.agents);
  screen.blank();
  if (!view.timings.empty()) screen.row("Times", timing_text(view.timings));
  screen.row("You allowed", labels_of(view.consent, true));
  screen.row("Not allowed", labels_of(view.consent, false));
  draw_facts(screen, view.provenance);
  screen.blank();
  for (const std::string& disclaimer : view.disclaimers) screen.text(disclaimer, Ink::kFaint);
}

std::vector<std::string> value_cells(const Report& report) {
  std::vector<std::string> cells;
  for (const ComparedValue& column : compared_values()) {
    const std::optional<double> value = column.read(report);
    cells.push_back(value ? figure(*value, column.digits) : "not scored");
  }
  return cells;
}

constexpr int kValueColumn = 12;

/// One line a photo, its values right-aligned under their titles.
void draw_wide_comparison(TerminalScreen& screen, std::span<const NamedReport> reports) {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text;
    for (const std::string& cell : cells) text += fmt::format("{:>{}}", cell, kValueColumn);
    return text;
  };
  std::vector<std::string> titles;
  for (const ComparedValue& column : compared_values()) titles.emplace_back(column.title);
  screen.heading("Photo", line(titles));
  const std::vector<std::string> marks = highest_marks(reports);
  const int room = screen.width() - kValueColumn * static_cast<int>(titles.size()) - 1;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const std::vector<std::string> name = wrap(plain_text(reports[i].name), room);
    screen.heading(name.empty() ? "" : name.front(), line(value_cells(reports[i].report)));
    for (std::size_t k = 1; k < name.size(); ++k) screen.heading(name[k]);
    screen.text(marks[i], Ink::kBeam, "  ");
  }
}

void draw_narrow_comparison(TerminalScreen& screen, std::span<const NamedReport> reports) {
  const std::vector<std::string> marks = highest_marks(reports);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    screen.blank();
    screen.heading(reports[i].name);
    const std::vector<std::string> cells = value_cells(reports[i].report);
    for (std::size_t k = 0; k < cells.size(); ++k) screen.row(compared_values()[k].title, cells[k]);
    screen.text(marks[i], Ink::kBeam, "  ");
  }
}

}  // namespace

std::string render_terminal(const Report& report, const TerminalStyle& style) {
  TerminalScreen screen(style);
  const ReportView view = view_of(report);
  draw_head(screen, view);
  draw_summary(screen, view);
  for (const Card& card : view.cards) draw_card(screen, card);
  draw_advice(screen, view.advice);
  draw_making(screen, view);
  return screen.take();
}

std::string render_comparison_terminal(std::span<const NamedReport> reports, const TerminalStyle& style) {
  constexpr int kWide = 84;
  TerminalScreen screen(style);
  screen.heading(kComparisonTitle);
  screen.blank();
  if (screen.width() >= kWide) {
    draw_wide_comparison(screen, reports);
  } else {
    draw_narrow_comparison(screen, reports);
  }
  screen.blank();
  screen.text("Scores of 10, confidence of 1.", Ink::kFaint);
  return screen.take();
}

}  // namespace pharos::mirror
