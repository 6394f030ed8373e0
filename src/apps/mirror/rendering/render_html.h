// A report as a page: one file that needs nothing else, reads on a phone, on a screen and on paper.
#pragma once

#include <span>
#include <string>

#include "apps/mirror/rendering/named_report.h"
#include "apps/mirror/report.h"
#include "platform/vision/image.h"

namespace pharos::mirror {

/// One HTML document without scripts or outside addresses. The upright `photo` is embedded as a JPEG of at
/// most 1024 px; `photo` times `scale` are the report's pixels. Everything in the report is escaped.
/// Thread-safe.
std::string render_html(const Report& report, const vision::Image& photo, double scale);

/// The same for several photos: a table that compares them, then each report.
std::string render_comparison_html(std::span<const NamedReport> reports);

}  // namespace pharos::mirror
