#include "apps/mirror/rendering/named_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "apps/mirror/rendering/report_view.h"

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

/// A column's values in units of their last digit as shown, so that no difference is marked which cannot be
/// seen.
std::vector<std::optional<std::int64_t>> shown(std::span<const NamedReport> reports,
                                               const ComparedValue& column) {
  std::vector<std::optional<std::int64_t>> values;
  for (const NamedReport& named : reports) {
    const std::optional<double> value = column.read(named.report);
    const double unit = column.digits == 1 ? 10 : 100;
    const bool comparable = value && std::isfinite(*value);
    values.push_back(comparable ? std::optional(std::llround(*value * unit)) : std::nullopt);
  }
  return values;
}

/// The place of the one value above all others.
std::optional<std::size_t> highest(const std::vector<std::optional<std::int64_t>>& values) {
  if (values.size() < 2) return std::nullopt;
  const auto best = std::ranges::max_element(values);
  if (!*best || std::ranges::count(values, *best) > 1) return std::nullopt;
  return static_cast<std::size_t>(best - values.begin());
}

}  // namespace

std::span<const ComparedValue> compared_values() {
  return kValues;
}

std::vector<std::string> highest_marks(std::span<const NamedReport> reports) {
  std::vector<std::vector<std::string>> titles(reports.size());
  for (const ComparedValue& column : kValues) {
    if (const auto winner = highest(shown(reports, column))) titles[*winner].emplace_back(column.highest);
  }
  std::vector<std::string> marks;
  for (std::vector<std::string>& words : titles) {
    marks.push_back(words.empty() ? "" : "highest " + enumerated(std::move(words)));
  }
  return marks;
}

}  // namespace pharos::mirror
