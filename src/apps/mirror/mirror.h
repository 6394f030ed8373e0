// LifeMirror: a photo and a few lines about oneself in, a report by seven agents out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/agents/agents.h"
#include "apps/mirror/journal.h"
#include "apps/mirror/report.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/inference/text_embedder.h"
#include "platform/vision/image.h"
#include "platform/vision/vision.h"

namespace pharos::graph {
class Context;
}

namespace pharos::mirror {

struct AnalysisRequest {
  vision::Photo photo;
  double decode_ms = 0;            ///< how long decoding took, for the report's timings
  std::optional<std::string> bio;  ///< 10 to 5,000 characters; empty: the bio agent is skipped
  Consent consent;
  Mode mode = Mode::kProd;
  graph::Context* within = nullptr;  ///< a node whose run's readers see the agents at work; null: nobody does
};

/// What the application is made of; all outlive it. Thread-safe parts, shared by analyses that run at once.
struct MirrorParts {
  const vision::Vision& vision;
  const inference::TextEmbedder& embedder;
  base::Pool& cpu;
  base::Clock& clock;
  base::Ids& ids;
  /// Copies of these parts share it: the topics are embedded once.
  std::shared_ptr<TopicVectors> topics = std::make_shared<TopicVectors>();
};

/// Throws base::Error (kInvalidInput) with a sentence that helps when the bio is too short, too long or not
/// UTF-8.
void check_bio(std::string_view bio);

/// Runs the whole graph. A failing, slow or throwing agent never fails it; only a bad request does
/// (check_bio). `progress` is called on the coroutine's executor.
/// The executor must run one thing at a time: an io_context with one thread, or a strand. Mode mock gives the
/// mock's answers.
base::Task<Report> analyze(const MirrorParts& parts, AnalysisRequest request,
                           std::function<void(const Progress&)> progress = {});

/// The same without models: the mock's answers, whatever the request's mode.
base::Task<Report> analyze_mock(base::Pool& cpu, base::Clock& clock, base::Ids& ids, AnalysisRequest request,
                                std::function<void(const Progress&)> progress = {});

/// What an analysis needs when its instruments and agents come from elsewhere: a test's, an extension's.
struct AnalysisSetup {
  std::shared_ptr<const Instruments> instruments;
  std::shared_ptr<TopicVectors> topics;
  MirrorAgents agents;
  base::Pool& cpu;
  base::Clock& clock;
  base::Ids& ids;
};
base::Task<Report> analyze_with(AnalysisSetup setup, AnalysisRequest request,
                                std::function<void(const Progress&)> progress = {});

}  // namespace pharos::mirror
