// What the agents found, as cards in two columns.
#pragma once

#include <array>

#include "apps/mirror/rendering/html.h"
#include "apps/mirror/rendering/report_view.h"

namespace pharos::mirror {

/// The cards in two columns of about the same height; in one column, in their own order, where there is no
/// room.
Html card_columns(const std::array<Card, 4>& cards);

}  // namespace pharos::mirror
