#include "apps/mirror/wording/guard_rails.h"

#include <algorithm>
#include <type_traits>

#include <boost/mp11/algorithm.hpp>
#include <fmt/format.h>

#include "core/base/text.h"

namespace pharos::mirror {

namespace {

template <class T>
constexpr bool kIsList = base::detail::is_vector<T>::value || base::detail::is_array<T>::value;

/// Calls `visit(text, path)` on every string inside a described value.
template <class T, class Visit>
void for_each_text(T& value, const std::string& path, const Visit& visit) {
  if constexpr (std::is_same_v<T, std::string>) {
    visit(value, path);
  } else if constexpr (base::detail::is_optional<T>::value) {
    if (value) for_each_text(*value, path, visit);
  } else if constexpr (kIsList<T>) {
    if constexpr (!std::is_arithmetic_v<typename T::value_type>) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        for_each_text(value[i], fmt::format("{}[{}]", path, i), visit);
      }
    }
  } else if constexpr (base::detail::is_map<T>::value) {
    for (auto& [key, item] : value) for_each_text(item, fmt::format("{}.{}", path, key), visit);
  } else if constexpr (base::detail::Described<T>) {
    boost::mp11::mp_for_each<base::detail::Members<T>>([&](auto member) {
      const std::string inner = path.empty() ? member.name : path + "." + member.name;
      for_each_text(value.*member.pointer, inner, visit);
    });
  }
}

template <class T>
void cut(std::vector<T>& list, std::size_t most) {
  if (list.size() > most) list.erase(list.begin() + static_cast<std::ptrdiff_t>(most), list.end());
}

void cut(std::vector<std::string>& list, std::size_t most, std::size_t code_points) {
  cut(list, most);
  for (std::string& text : list) text = base::shorten(text, code_points);
}

void cut_bio(BioData& bio) {
  cut(bio.strengths, kMaxBioPoints, kMaxLine);
  cut(bio.weaknesses, kMaxBioPoints, kMaxLine);
  cut(bio.improvements, kMaxBioPoints, kMaxLine);
  cut(bio.topics, kMaxList);
  cut(bio.quotes, kMaxList);
  std::erase_if(bio.quotes, [](const Quote& quote) { return !is_mild(quote.text); });
  bio.vibe_summary = base::shorten(bio.vibe_summary, kMaxVibe);
}

void cut_to_bounds(Report& report) {
  cut(report.key_insights, kMaxInsights, kMaxLine);
  cut(report.recommendations, kMaxInsights, kMaxLine);
  cut(report.warnings, kMaxList, kMaxLine);
  report.summary = base::shorten(report.summary, kMaxText);
  for (auto& [agent, paragraph] : report.detailed_analysis) paragraph = base::shorten(paragraph, kMaxText);
  cut(report.agents.face.data.faces, kMaxFaces);
  FashionData& fashion = report.agents.fashion.data;
  cut(fashion.items, kMaxItems);
  for (FashionItem& item : fashion.items) {
    cut(item.palette, kMaxList);
    cut(item.notes, kMaxList, kMaxLine);
  }
  cut(fashion.palette, kMaxList);
  cut(fashion.surroundings, kMaxList);
  cut(report.agents.posture.data.tips, kMaxList, kMaxLine);
  cut_bio(report.agents.bio.data);
  cut(report.agents.aggregator.data.strengths, kMaxInsights, kMaxLine);
  cut(report.agents.aggregator.data.improvements, kMaxInsights, kMaxLine);
}

}  // namespace

std::string soften(std::string_view text, std::vector<Concern>& found) {
  std::string mild;
  std::size_t copied = 0;
  for (const Finding& finding : find_listed(text)) {
    mild += text.substr(copied, finding.begin - copied);
    mild += milder(finding.concern);
    copied = finding.end;
    found.push_back(finding.concern);
  }
  mild += text.substr(copied);
  return mild;
}

bool is_mild(std::string_view text) {
  return find_listed(text).empty();
}

std::vector<SafetyEvent> guard(Report& report) {
  cut_to_bounds(report);
  std::vector<SafetyEvent> events;
  for_each_text(report, "", [&events](std::string& text, const std::string& path) {
    std::vector<Concern> found;
    std::string mild = soften(text, found);
    if (found.empty()) return;
    text = std::move(mild);
    for (const Concern concern : found) events.push_back({concern, path});
  });
  if (!events.empty()) {
    cut(report.warnings, kMaxList - 1);
    report.warnings.emplace_back("Some wording was made milder before this report was given out.");
  }
  return events;
}

}  // namespace pharos::mirror
