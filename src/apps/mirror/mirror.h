// LifeMirror: a photo and a few lines about oneself in, a report by seven agents out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/report.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/inference/text_embedder.h"
#include "platform/vision/image.h"
#include "platform/vision/vision.h"

namespace pharos::mirror {

struct AnalysisRequest {
  vision::Photo photo;
  double decode_ms = 0;            ///< how long decoding took, for the report's timings
  std::optional<std::string> bio;  ///< 10 to 5,000 characters; empty: the bio agent is skipped
  Consent consent;
  Mode mode = Mode::kProd;
};

/// What happens while an analysis runs, as a person would follow it.
struct Progress {
  std::string agent;
  std::optional<Status> status;  ///< empty when the agent starts
  double duration_ms = 0;
};

/// What the application is made of; all outlive it. Thread-safe parts, shared by analyses that run at once.
struct MirrorParts {
  const vision::Vision& vision;
  const inference::TextEmbedder& embedder;
  base::Pool& cpu;
  base::Clock& clock;
  base::Ids& ids;
};

/// Throws base::Error (kInvalidInput) with a sentence that helps when the bio is too short, too long or not
/// UTF-8.
void check_bio(std::string_view bio);

/// Runs the whole graph. A failing, slow or throwing agent never fails it; only a bad request does
/// (check_bio). `progress` is called on the coroutine's executor.
base::Task<Report> analyze(const MirrorParts& parts, AnalysisRequest request,
                           std::function<void(const Progress&)> progress = {});

}  // namespace pharos::mirror
