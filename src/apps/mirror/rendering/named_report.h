// One photo of several that were analysed together.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/report.h"
#include "platform/vision/image.h"

namespace pharos::mirror {

struct NamedReport {
  std::string name;  ///< the file's, as the person gave it
  Report report;
  vision::Image photo = {};  ///< only a page needs it
  double scale = 1;          ///< `photo` times this are the report's pixels
};

/// A column of a comparison: a title and how to read its value.
struct ComparedValue {
  std::string_view title;
  std::string_view highest;  ///< what the largest is called: "overall" in "highest overall"
  std::optional<double> (*read)(const Report&);
  int digits = 1;
};

/// Overall, portrait, style, presence and confidence.
std::span<const ComparedValue> compared_values();

/// For each report, in words, where it alone is the highest as shown: "highest overall and style"; else
/// empty.
std::vector<std::string> highest_marks(std::span<const NamedReport> reports);

}  // namespace pharos::mirror
