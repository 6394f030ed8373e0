#include "apps/mirror/rendering/html_making.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/rendering/html_elements.h"

namespace pharos::mirror {
namespace {

Html folded(std::string_view title, const Html& content) {
  if (content.empty()) return {};
  return html(R"(<details><summary>{}</summary><div class="folded">{}</div></details>)", title, content);
}

Html formulas(const std::vector<Formula>& formulas) {
  if (formulas.empty()) return {};
  const Html rows = each(formulas, [](const Formula& formula) {
    return html(R"(<tr><th scope="row">{}</th><td>{}</td><td class="number">{}</td></tr>)", formula.score,
                formula.terms, formula.result);
  });
  return html(R"(<table class="formulas"><tbody>{}</tbody></table>)", rows);
}

Html agents(const std::vector<AgentLine>& agents) {
  const Html rows = each(agents, [](const AgentLine& agent) {
    Html reason;
    if (!agent.reason.empty()) reason = html(R"(<p class="reason" dir="auto">{}</p>)", agent.reason);
    return html(
        R"(<tr><th scope="row">{}</th><td>{}</td><td>{}{}</td><td class="number" data-label="confidence">{}</td>)"
        R"(<td class="number" data-label="time">{} ms</td></tr>)",
        agent.name, status_badge(agent.status), agent.engine, reason, figure(agent.confidence, 2),
        figure(agent.duration_ms, 1));
  });
  return html(R"(<table class="agents"><thead><tr><th scope="col">Agent</th><th scope="col">Came about</th>)"
              R"(<th scope="col">Engine</th><th scope="col" class="number">Confidence</th>)"
              R"(<th scope="col" class="number">Time</th></tr></thead><tbody>{}</tbody></table>)",
              rows);
}

Html timings(const std::vector<Timing>& timings) {
  if (timings.empty()) return {};
  const double longest = std::ranges::max(timings, {}, &Timing::ms).ms;
  return html(R"(<dl class="timings">{}</dl>)", each(timings, [&](const Timing& timing) {
                return html(R"(<div><dt>{}</dt><dd>{}<span>{} ms</span></dd></div>)", timing.label,
                            bar(longest > 0 ? timing.ms / longest : 0, "thin"), figure(timing.ms, 1));
              }));
}

}  // namespace

Html how_it_was_made(const ReportView& view) {
  return html(R"(<article class="card made"><h2>How this was made</h2>{}{}{}{}{}{}</article>)",
              folded("How each score was computed", formulas(view.formulas)),
              folded("What was not measured, and why", fact_list(view.not_measured)),
              folded("Who did what: agents and engines", agents(view.agents)),
              folded("Times", timings(view.timings)), folded("What you allowed", fact_list(view.consent)),
              folded("Report and trace", fact_list(view.provenance)));
}

}  // namespace pharos::mirror
