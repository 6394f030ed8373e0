#include "apps/mirror/rendering/html_cards.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "apps/mirror/rendering/html_elements.h"
#include "apps/mirror/rendering/icons.h"

namespace pharos::mirror {
namespace {

Html parts(const std::vector<Meter>& meters) {
  if (meters.empty()) return {};
  const Html rows = each(meters, [](const Meter& meter) {
    return html(R"(<div><dt>{}</dt><dd>{}<b>{}</b></dd></div>)", meter.label,
                bar(meter.value.value_or(0) / 10, "thin"), figure(meter.value.value_or(0), 1));
  });
  return html(R"(<section class="parts"><h4>What the score rests on, each of 10</h4><dl>{}</dl></section>)",
              rows);
}

Html palette(const Palette& palette) {
  const Html swatches = each(palette.swatches, [](const vision::Swatch& swatch) {
    return html(R"(<li style="--share:{:.1f};--colour:{}"><b>{}</b> <span>{}</span></li>)",
                hundredths(swatch.share), safe_colour(swatch.hex), swatch.name, percent(swatch.share));
  });
  return html(R"(<h4>{}</h4><ul class="palette">{}</ul>)", palette.label, swatches);
}

Html quote(const Quote& quote) {
  return html(R"(<figure class="quote"><blockquote dir="auto"><mark>{}</mark></blockquote>)"
              R"(<figcaption dir="auto">{}</figcaption></figure>)",
              quote.text, quote.why);
}

Html named_list(const NamedList& list) {
  if (list.items.empty()) return {};
  return html("<section><h4>{}</h4>{}</section>", list.title, points(list.items));
}

/// Why an agent's answer is not the usual one, where the answer would stand.
Html card_status(const Card& card) {
  if (card.status == Status::kOk) return {};
  return html(R"(<p class="state">{} <span dir="auto">{}</span></p>)", status_badge(card.status),
              card.reason);
}

Html card_body(const Card& card) {
  Html body = card_status(card);
  if (!card.question.empty()) {
    body += html(R"(<p class="question">{}<span dir="auto">{}</span></p>)", tone_icon(Tone::kPlain),
                 card.question);
  }
  if (!card.lead.empty()) body += html(R"(<p class="lead" dir="auto">{}</p>)", card.lead);
  if (!card.tags.empty()) body += html(R"(<p class="tags">{}</p>)", each(card.tags, tag));
  body += each(card.palettes, palette);
  body += each(card.quotes, quote);
  body += fact_list(card.facts);
  const Html lists = each(card.lists, named_list);
  if (!lists.empty()) body += html(R"(<div class="lists">{}</div>)", lists);
  body += parts(card.parts);
  if (!card.note.empty()) body += html(R"(<p class="note">{}</p>)", card.note);
  return body;
}

/// `place` is where the card stands when all cards are in one column.
Html card(const Card& card, std::size_t place) {
  const bool answered = card.status != Status::kSkipped && card.status != Status::kFailed;
  return html(
      R"(<article class="card" style="order:{}"><header class="head"><h3>{}</h3><span class="confidence">{}</span></header>{}</article>)",
      place, card.title, answered ? "confidence " + figure(card.confidence, 2) : "", card_body(card));
}

/// Roughly how many lines a card takes: enough to share cards between columns.
double height_of(const Card& card) {
  const auto lines = [](const std::string& text) { return std::ceil(static_cast<double>(text.size()) / 64); };
  double height = 3.1 + lines(card.reason) + lines(card.question) + lines(card.lead) + lines(card.note);
  height += 3.2 * static_cast<double>(card.palettes.size()) + 1.5 * static_cast<double>(card.facts.size());
  for (const Quote& quote : card.quotes) height += 1.3 + lines(quote.text) + lines(quote.why);
  for (const NamedList& list : card.lists) height += 1.2 * static_cast<double>(list.items.size());
  return height + (card.tags.empty() ? 0 : 1.3) + (card.parts.empty() ? 0 : 2.9);
}

/// Which cards stand in the left column, as bits, so that both columns end as near to each other as they can;
/// and by how many lines they do not.
struct Split {
  unsigned left = 1;
  double difference = 0;
};

Split split_of(const std::array<Card, 4>& cards) {
  std::array<double, 4> heights{};
  std::ranges::transform(cards, heights.begin(), height_of);
  const auto with_left = [&](unsigned left) {
    double difference = 0;
    for (std::size_t i = 0; i < cards.size(); ++i)
      difference += (left >> i & 1U) != 0 ? heights[i] : -heights[i];
    return Split{left, std::abs(difference)};
  };
  Split best = with_left(1);
  for (unsigned left = 3; left < 16; left += 2)
    best = std::ranges::min(best, with_left(left), {}, &Split::difference);
  return best;
}

}  // namespace

Html card_columns(const std::array<Card, 4>& cards) {
  constexpr double kFillable = 8;  // lines; a larger gap is better left open than inside a card
  const Split split = split_of(cards);
  Html left;
  Html right;
  for (std::size_t i = 0; i < cards.size(); ++i)
    ((split.left >> i & 1U) != 0 ? left : right) += card(cards[i], i);
  return html(R"(<section class="cards {}"><div>{}</div><div>{}</div></section>)",
              split.difference <= kFillable ? "even" : "uneven", left, right);
}

}  // namespace pharos::mirror
