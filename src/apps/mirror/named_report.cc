#include "apps/mirror/named_report.h"

#include <algorithm>
#include <array>

#include "apps/mirror/report_view.h"
#include "core/base/text.h"

namespace pharos::mirror {
namespace {

constexpr std::array<ComparedValue, 5> kValues{{
    {"Overall", "overall",
     [](const Report& report) -> std::optional<double> { return report.scores.overall; }},
    {"Portrait", "portrait",
     [](const Report& report) -> std::optional<double> { return report.scores.attractiveness; }},
    {"Style", "style", [](const Report& report) -> std::optional<double> { return report.scores.style; }},
    {"Presence", "presence",
     [](const Report& report) -> std::optional<double> { return report.scores.presence; }},
    {"Confidence", "confidence",
     [](const Report& report) -> std::optional<double> { return report.confidence; }, 2},
}};

/// The values of a column as they are shown, so that no difference is marked which cannot be seen.
std::vector<std::string> shown(std::span<const NamedReport> reports, const ComparedValue& column) {
  std::vector<std::string> values;
  for (const NamedReport& named : reports) {
    const std::optional<double> value = column.read(named.report);
    values.push_back(value ? figure(*value, column.digits) : "");
  }
  return values;
}

std::string joined_with_and(std::vector<std::string> words) {
  const std::string last = words.back();
  words.pop_back();
  return words.empty() ? last : base::join(words, ", ") + " and " + last;
}

}  // namespace

std::span<const ComparedValue> compared_values() {
  return kValues;
}

std::vector<std::string> highest_marks(std::span<const NamedReport> reports) {
  std::vector<std::vector<std::string>> wins(reports.size());
  for (const ComparedValue& column : kValues) {
    const std::vector<std::string> values = shown(reports, column);
    const auto by_value = [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    };
    if (values.empty()) continue;
    const auto [lowest, highest] = std::ranges::minmax(values, by_value);
    if (lowest == highest) continue;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == highest) wins[i].emplace_back(column.highest);
    }
  }
  std::vector<std::string> marks;
  for (std::vector<std::string>& words : wins) {
    marks.push_back(words.empty() ? "" : "highest " + joined_with_and(std::move(words)));
  }
  return marks;
}

}  // namespace pharos::mirror
