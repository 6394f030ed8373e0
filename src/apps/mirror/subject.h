// What an analysis is about, and the state its agents fill in.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "apps/mirror/journal.h"
#include "apps/mirror/measuring/photo_study.h"
#include "apps/mirror/measuring/text_study.h"
#include "apps/mirror/report.h"

namespace pharos::mirror {

/// Shared by all agents of one analysis.
struct Subject {
  std::shared_ptr<PhotoStudy> photo;
  std::shared_ptr<TextStudy> text;
  std::shared_ptr<Journal> journal;
  std::optional<std::string> bio;
  Consent consent;
  Mode mode = Mode::kProd;
  /// Why nothing may be scored; then every analyst is skipped.
  std::optional<std::string> not_scored;
};

/// The report's own words.
struct ReportText {
  std::string headline;
  std::string summary;
  std::vector<std::string> key_insights;
  std::vector<std::string> recommendations;
  std::map<std::string, std::string> detailed_analysis;
  std::vector<std::string> warnings;
};

/// One channel each: the agents write side by side and never the same one.
struct MirrorState {
  std::shared_ptr<const Subject> subject;
  AgentResult<EmbedderData> embedder;
  AgentResult<FaceData> face;
  AgentResult<FashionData> fashion;
  AgentResult<PostureData> posture;
  AgentResult<BioData> bio;
  AgentResult<AggregatorData> aggregator;
  AgentResult<ReportText> formatter;
};
BOOST_DESCRIBE_STRUCT(MirrorState, (),
                      (subject, embedder, face, fashion, posture, bio, aggregator, formatter))

}  // namespace pharos::mirror
