// The last gate: every text and list of a report passes here before it leaves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/report.h"
#include "apps/mirror/wording/guard_words.h"

namespace pharos::mirror {

inline constexpr std::size_t kMaxFaces = 5;
inline constexpr std::size_t kMaxItems = 20;
inline constexpr std::size_t kMaxList = 10;
inline constexpr std::size_t kMaxInsights = 5;
inline constexpr std::size_t kMaxBioPoints = 8;
/// Code points.
inline constexpr std::size_t kMaxText = 1200;
inline constexpr std::size_t kMaxLine = 300;
inline constexpr std::size_t kMaxVibe = 200;

/// A listed word that was about to leave, for the log.
struct SafetyEvent {
  Concern concern = Concern::kInsult;
  std::string where;  ///< "agents.face.data.question"
};

/// `text` with every listed word replaced by milder wording; what was found is added to `found`.
std::string soften(std::string_view text, std::vector<Concern>& found);

/// True when the text holds no listed word.
bool is_mild(std::string_view text);

/// Softens every text of the report and cuts lists and texts to their bounds; quotes with listed words are
/// dropped, since a quote must be exact. When anything was softened the report gets a warning.
std::vector<SafetyEvent> guard(Report& report);

}  // namespace pharos::mirror
