// The few signs of a report, drawn as SVG in the colour of the text beside them.
#pragma once

#include "apps/mirror/rendering/html.h"
#include "apps/mirror/rendering/report_view.h"

namespace pharos::mirror {

Html brand_icon();
Html status_icon(Status status);
Html tone_icon(Tone tone);

}  // namespace pharos::mirror
