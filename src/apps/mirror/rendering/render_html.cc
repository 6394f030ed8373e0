#include "apps/mirror/rendering/render_html.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/mirror/rendering/html.h"
#include "apps/mirror/rendering/html_cards.h"
#include "apps/mirror/rendering/html_elements.h"
#include "apps/mirror/rendering/html_making.h"
#include "apps/mirror/rendering/icons.h"
#include "apps/mirror/rendering/photo_figure.h"
#include "apps/mirror/rendering/report_view.h"

namespace pharos::embedded {
extern const std::string_view report_css;
}  // namespace pharos::embedded

namespace pharos::mirror {
namespace {

Html notice(const Notice& notice) {
  return html(R"(<div class="notice {}" role="note">{}<p><b>{}.</b> <span dir="auto">{}</span></p></div>)",
              tone_class(notice.tone), tone_icon(notice.tone), notice.title, notice.text);
}

Html warnings_notice(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return {};
  return html(R"(<div class="notice notable" role="note">{}{}</div>)", tone_icon(Tone::kNotable),
              points(warnings));
}

Html highlight(const Fact& fact) {
  return html(R"(<div{}><dt>{}</dt><dd dir="auto">{}</dd></div>)",
              Html::verbatim(fact.measured ? "" : R"( class="none")"), fact.label, fact.value);
}

Html insights(const ReportView& view) {
  if (view.insights.empty()) return {};
  return html(R"(<article class="card broad"><h2>What stands out</h2>{}</article>)", points(view.insights));
}

Html summary_card(const ReportView& view) {
  Html note;
  if (!view.defaults_note.empty()) note = html(R"(<p class="note">{}</p>)", view.defaults_note);
  return html(R"(<div class="card summary"><div class="overall">{}<h2 dir="auto">{}</h2>)"
              R"(<p class="lead" dir="auto">{}</p></div><div><dl class="scores">{}</dl>{}</div>)"
              R"(<dl class="highlights">{}</dl></div>)",
              dial(view.overall), view.headline, view.summary, each(view.scores, score_row), note,
              each(view.highlights, highlight));
}

Html advice(const std::vector<Advice>& advice) {
  if (advice.empty()) return {};
  return html(R"(<article class="card"><h2>What would help most</h2><ol class="advice">{}</ol></article>)",
              each(advice, [](const Advice& one) {
                return html(R"(<li><p dir="auto"><b>{}</b> {}</p></li>)", one.action, one.why);
              }));
}

Html brand() {
  return html(R"(<p class="brand">{}Pharos · LifeMirror</p>)", brand_icon());
}

Html report_header(const ReportView& view, const Html& title) {
  Html chips;
  if (!view.date.empty()) {
    chips += html(R"(<li><time datetime="{}">{}</time></li>)", view.created_at, view.date);
  }
  chips += each(view.chips, [](const Tag& chip) {
    return html(R"(<li class="{}">{}{}</li>)", tone_class(chip.tone),
                chip.tone == Tone::kPlain ? Html() : tone_icon(chip.tone), chip.text);
  });
  return html(R"(<header class="top"><div>{}</div><ul class="chips">{}</ul></header>)", title, chips);
}

Html report_body(const ReportView& view, const Report& report, const vision::Image& photo, double scale) {
  const Html figure = photo_figure(report, photo, scale, view.photo_description);
  Html body = each(view.notices, notice) + warnings_notice(view.warnings);
  body += html(R"(<section class="hero"><div class="card photo">{}</div>{}</section>)", figure,
               summary_card(view));
  return body + insights(view) + card_columns(view.cards) + advice(view.advice) + how_it_was_made(view);
}

Html disclaimers(const std::vector<std::string>& disclaimers) {
  return html("<footer>{}</footer>",
              each(disclaimers, [](const std::string& text) { return html("<p>{}</p>", text); }));
}

/// What any of the reports says at its end, each sentence once.
Html all_disclaimers(std::span<const NamedReport> reports) {
  std::vector<std::string> sentences;
  for (const NamedReport& named : reports) {
    for (const std::string& sentence : named.report.disclaimers) {
      if (std::ranges::find(sentences, sentence) == sentences.end()) sentences.push_back(sentence);
    }
  }
  return disclaimers(sentences);
}

Html thumbnail(const vision::Image& photo) {
  constexpr int kSide = 160;
  if (photo.rgb.empty()) return {};
  return html(R"(<img alt="" src="{}">)", photo_address(photo, kSide));
}

Html comparison_row(const NamedReport& named, std::size_t number, const std::string& mark) {
  const Html values = each(compared_values(), [&](const ComparedValue& column) {
    const std::optional<double> value = column.read(named.report);
    return html(R"(<td class="number{}" data-label="{}">{}</td>)", value ? "" : " none", column.title,
                value ? figure(*value, column.digits) : "not scored");
  });
  const Html words = mark.empty() ? Html() : html(R"(<br><span class="tag">{}</span>)", mark);
  return html(
      R"(<tr><th scope="row"><div>{}<span><a href="#photo-{}"><bdi>{}</bdi></a>{}</span></div></th>{}</tr>)",
      thumbnail(named.photo), number, named.name, words, values);
}

Html comparison_table(std::span<const NamedReport> reports) {
  const std::vector<std::string> marks = highest_marks(reports);
  Html rows;
  for (std::size_t i = 0; i < reports.size(); ++i) rows += comparison_row(reports[i], i + 1, marks[i]);
  const Html titles = each(compared_values(), [](const ComparedValue& column) {
    return html(R"(<th scope="col" class="number">{}</th>)", column.title);
  });
  return html(
      R"(<article class="card"><table class="comparison"><thead><tr><th scope="col">Photo</th>{}</tr></thead>)"
      R"(<tbody>{}</tbody></table><p class="note">Scores of 10, confidence of 1.</p></article>)",
      titles, rows);
}

std::string document(std::string_view title, const Html& body) {
  const Html page = html(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      R"(<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">)"
      R"(<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">)"
      R"(<meta name="referrer" content="no-referrer"><title>{}</title><style>{}</style></head>)"
      "<body><svg class=\"unseen\" aria-hidden=\"true\"><defs><pattern id=\"hatch\" width=\"7\" height=\"7\" "
      "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"4.5\" "
      "height=\"7\"/></pattern></defs></svg>"
      "<div class=\"page\">{}</div></body></html>\n",
      title, Html::verbatim(embedded::report_css), body);
  return page.text();
}

}  // namespace

std::string render_html(const Report& report, const vision::Image& photo, double scale) {
  const ReportView view = view_of(report);
  const Html body = report_header(view, brand() + html("<h1>{}</h1>", kReportTitle)) +
                    html("<main>{}</main>", report_body(view, report, photo, scale)) +
                    disclaimers(view.disclaimers);
  return document(std::string(kReportTitle) + (view.date.empty() ? "" : " · " + view.date), body);
}

std::string render_comparison_html(std::span<const NamedReport> reports) {
  Html body =
      html(R"(<header class="top"><div><p class="brand">{}Pharos · LifeMirror</p><h1>{}</h1></div></header>)",
           brand_icon(), kComparisonTitle);
  Html all = comparison_table(reports);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const NamedReport& named = reports[i];
    const ReportView view = view_of(named.report);
    const Html title = html(R"(<h2 class="name" dir="auto">{}</h2>)", named.name);
    all += html(R"(<section class="one" id="photo-{}">{}{}</section>)", i + 1, report_header(view, title),
                report_body(view, named.report, named.photo, named.scale));
  }
  body += html("<main>{}</main>", all) + all_disclaimers(reports);
  return document(kComparisonTitle, body);
}

}  // namespace pharos::mirror
