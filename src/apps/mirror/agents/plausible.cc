#include "apps/mirror/agents/plausible.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/mirror/wording/guard_rails.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::mirror {

namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw base::Error(base::Code::kInternal, "its answer cannot be: " + what);
}

/// False for not-a-number.
bool within(double value, double low, double high) {
  return value >= low && value <= high;
}

void require_score(const std::optional<double>& score, const char* what) {
  require(!score || within(*score, 0, 10), fmt::format("{} is {}, not 0 to 10", what, score.value_or(0)));
}

void require_parts(const std::map<std::string, double>& parts) {
  for (const auto& [name, score] : parts) require_score(score, name.c_str());
}

template <class Data>
void require_confidence(const AgentResult<Data>& answer) {
  require(within(answer.confidence, 0, 1), fmt::format("confidence is {}, not 0 to 1", answer.confidence));
}

template <class Numbers>
void require_finite(const Numbers& numbers, const char* what) {
  require(std::ranges::all_of(numbers, [](auto number) { return std::isfinite(number); }),
          fmt::format("{} holds something that is not a number", what));
}

void require_utf8(const std::string& text, const char* what) {
  require(base::is_utf8(text), fmt::format("{} is not UTF-8", what));
}

}  // namespace

void check_answer(const AgentResult<EmbedderData>& answer) {
  require_confidence(answer);
  require_finite(answer.data.text_vector, "the text's vector");
  require_finite(answer.data.visual_vector, "the look's vector");
  require_utf8(answer.data.description, "the description");
}

void check_answer(const AgentResult<FaceData>& answer) {
  require_confidence(answer);
  require_score(answer.data.score, "the portrait's score");
  require_parts(answer.data.score_parts);
  require(answer.data.num_faces >= 0, "the number of faces is negative");
  for (const MeasuredFace& face : answer.data.faces) require_finite(face.bbox, "a face's box");
}

void check_answer(const AgentResult<FashionData>& answer) {
  require_confidence(answer);
  require_score(answer.data.overall_rating, "the rating");
  require_parts(answer.data.score_parts);
  for (const FashionItem& item : answer.data.items) {
    require_finite(item.bbox, "a garment's box");
    require(within(item.score, 0, 1), "a garment's score is not 0 to 1");
  }
}

void check_answer(const AgentResult<PostureData>& answer) {
  require_confidence(answer);
  require_score(answer.data.alignment_score, "the alignment");
  require_parts(answer.data.score_parts);
  for (const vision::Keypoint& point : answer.data.keypoints) {
    require(std::isfinite(point.x) && std::isfinite(point.y), "a keypoint is not a number");
  }
  for (const Band& band : answer.data.bands) {
    require(std::isfinite(band.degrees) && std::isfinite(band.uncertainty), "an angle is not a number");
  }
}

void check_answer(const AgentResult<BioData>& answer) {
  require_confidence(answer);
  require_score(answer.data.score, "the text's score");
  require_parts(answer.data.score_parts);
  const std::string& vibe = answer.data.vibe_summary;
  require_utf8(vibe, "the summary of the text");
  require(within(static_cast<double>(base::count_code_points(vibe)), 10, kMaxVibe),
          "the summary of the text is not 10 to 200 characters");
}

void check_answer(const AgentResult<AggregatorData>& answer) {
  require_confidence(answer);
  const Scores& scores = answer.data.scores;
  for (const auto& score : {scores.overall, scores.attractiveness, scores.style, scores.presence}) {
    require_score(score, "a score");
    require(score.has_value() || answer.data.not_scored, "a score is missing without a reason");
  }
}

void check_answer(const AgentResult<ReportText>& answer) {
  require_confidence(answer);
  require(!answer.data.summary.empty(), "the summary is empty");
  require_utf8(answer.data.summary, "the summary");
  require_utf8(answer.data.headline, "the headline");
}

}  // namespace pharos::mirror
