// The two ready-made analyses: with local models, and the mock.
#include "apps/mirror/instruments.h"
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

base::Task<Report> analyze_mock(base::Pool& cpu, base::Clock& clock, base::Ids& ids, AnalysisRequest request,
                                std::function<void(const Progress&)> progress) {
  request.mode = Mode::kMock;
  return analyze_with({.instruments = std::make_shared<const Instruments>(),
                       .topics = std::make_shared<TopicVectors>(),
                       .agents = mock_agents(),
                       .cpu = cpu,
                       .clock = clock,
                       .ids = ids},
                      std::move(request), std::move(progress));
}

}  // namespace pharos::mirror
