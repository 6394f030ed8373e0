// A report with something in every part, for tests of how reports are shown. Its figures are placeholders.
#pragma once

#include "apps/mirror/report.h"
#include "platform/vision/image.h"

namespace pharos::mirror {

Report sample_report();

/// The sample photo, or a small grey picture where it is not set up.
vision::Image sample_photo();

}  // namespace pharos::mirror
