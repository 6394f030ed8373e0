// A report with something in every part, for tests of how reports are shown. Its figures are placeholders.
#pragma once

#include <string>

#include "apps/mirror/report.h"
#include "platform/vision/image.h"

namespace pharos::mirror {

Report sample_report();

/// The same analysis in other circumstances.
Report nobody_report();    ///< no person in the photo, no bio
Report mock_report();      ///< mock mode
Report refused_report();   ///< consent to nothing: every analyst skipped
Report group_report();     ///< three people, so a question
Report unscored_report();  ///< no scores may be given
Report troubled_report();  ///< agents that fell back, gave defaults and failed, with warnings
Report foreign_report();   ///< right-to-left text, emoji, very long words
/// `text` wherever the report holds text.
Report filled_report(const std::string& text);

/// The sample photo, or a small grey picture where it is not set up.
vision::Image sample_photo();

}  // namespace pharos::mirror
