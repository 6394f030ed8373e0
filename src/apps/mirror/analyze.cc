// The analysis with local models.
#include "apps/mirror/measuring/instruments.h"
#include "apps/mirror/mirror.h"

namespace pharos::mirror {

base::Task<Report> analyze(const MirrorParts& parts, AnalysisRequest request,
                           std::function<void(const Progress&)> progress) {
  const bool mock = request.mode == Mode::kMock;
  return analyze_with(
      {.instruments = std::make_shared<const Instruments>(local_instruments(parts.vision, parts.embedder)),
       .topics = parts.topics,
       .agents = mock ? mock_agents() : local_agents(),
       .cpu = parts.cpu,
       .clock = parts.clock,
       .ids = parts.ids},
      std::move(request), std::move(progress));
}

}  // namespace pharos::mirror
