// Reports that people have asked for.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "apps/mirror/mirror.h"
#include "apps/mirror/serving/media.h"

namespace pharos::mirror {

struct NewAnalysis {
  http::Id media_id;
  std::optional<http::Text<10, 5000>> bio;
  std::optional<Consent> consent;
};
BOOST_DESCRIBE_STRUCT(NewAnalysis, (), (media_id, bio, consent))

/// One report among others.
struct AnalysisEntry {
  std::string id;
  std::string media_id;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(AnalysisEntry, (), (id, media_id, created_at))

/// Gives the models when they are loaded, at the first analysis.
using MirrorPartsSource = std::function<MirrorParts()>;

/// Thread-safe. Each caller has their own.
class Analyses {
 public:
  /// All outlive it.
  Analyses(storage::Database& database, Media& media, MirrorPartsSource parts, Mode mode, base::Pool& cpu,
           const base::Clock& clock)
      : database_(database), media_(media), parts_(std::move(parts)), mode_(mode), cpu_(cpu), clock_(clock) {}

  /// Runs the agents, keeps the report under its report_id and gives it. `progress` is called on the caller's
  /// thread.
  base::Task<Report> analyze(security::Caller caller, NewAnalysis wanted,
                             std::function<void(const Progress&)> progress = {});
  base::Task<http::Listing<AnalysisEntry>> list(security::Caller caller, http::Page page);
  base::Task<Report> read(security::Caller caller, std::string id);
  base::Task<void> remove(security::Caller caller, std::string id);

 private:
  storage::Database& database_;
  Media& media_;
  MirrorPartsSource parts_;
  Mode mode_;
  base::Pool& cpu_;
  const base::Clock& clock_;
};

}  // namespace pharos::mirror
