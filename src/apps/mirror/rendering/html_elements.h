// The small parts a report's page is made of: tags, bars, the dial, tables, lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/rendering/html.h"
#include "apps/mirror/rendering/report_view.h"

namespace pharos::mirror {

/// What `draw` makes of each item, one after the other.
Html each(const auto& items, auto draw) {
  Html all;
  for (const auto& item : items) all += draw(item);
  return all;
}

/// The style sheet's class for a tone.
std::string_view tone_class(Tone tone);

/// A colour that may stand in a style attribute: `#rrggbb` as it is, grey for anything else.
std::string_view safe_colour(std::string_view hex);

/// 0 to 1 as 0 to 100; what is outside or no number is drawn as the nearest end or as nothing.
double hundredths(double share);

Html tag(const Tag& tag);
Html status_badge(Status status);

/// A bar filled to `share`, 0 to 1, of a kind: "measured", "partly", "default" or "thin".
Html bar(double share, std::string_view kind);
/// A score as a ring with its figure inside.
Html dial(const Meter& meter);
/// A score as a row of a `dl.scores`.
Html score_row(const Meter& meter);

/// Empty without facts.
Html fact_list(const std::vector<Fact>& facts);
/// A list with a dot before each item; empty without items.
Html points(const std::vector<std::string>& items);

}  // namespace pharos::mirror
