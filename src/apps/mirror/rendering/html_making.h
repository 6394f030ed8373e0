// How a report was made, folded: scores, what was not measured, agents, times, consent, ids.
#pragma once

#include "apps/mirror/rendering/html.h"
#include "apps/mirror/rendering/report_view.h"

namespace pharos::mirror {

Html how_it_was_made(const ReportView& view);

}  // namespace pharos::mirror
