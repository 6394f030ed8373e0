// Fixed answers for demonstrations and for testing whatever shows a report.
#include "apps/mirror/agents/agents.h"
#include "apps/mirror/agents/aggregator_agent.h"
#include "apps/mirror/agents/formatter_agent.h"
#include "apps/mirror/agents/scores.h"
#include "apps/mirror/mirror.h"

namespace pharos::mirror {

namespace {

constexpr double kMockConfidence = 0.5;

template <class Data>
base::Task<AgentResult<Data>> answer(Data data) {
  AgentResult<Data> result;
  result.status = Status::kOk;
  result.engine = "mock";
  result.confidence = kMockConfidence;
  result.data = std::move(data);
  co_return result;
}

/// An agent that gives `data` whatever it is asked.
template <class Data>
Agent<Data> fixed(const Data& data) {
  const auto give = [data](const MirrorState&) { return answer<Data>(data); };
  return {give, give};
}

FaceData mock_face() {
  FaceData face;
  face.num_faces = 0;
  face.score_parts = {{"visible", 9.0}, {"sharp", 8.5}, {"lit", 8.0}, {"framed", 8.5}, {"relaxed", 9.0}};
  face.score = face_score(face.score_parts);
  return face;
}

FashionData mock_fashion() {
  FashionData fashion;
  fashion.style = "a fixed answer";
  fashion.score_parts = {{"harmony", 7.0}, {"contrast", 7.5}, {"clarity", 7.5}};
  fashion.overall_rating = fashion_score(fashion.score_parts);
  return fashion;
}

PostureData mock_posture() {
  PostureData posture;
  posture.score_parts = {{"shoulders", 7.0}, {"ears", 7.0}};
  posture.alignment_score = 7.0;
  return posture;
}

BioData mock_bio() {
  BioData bio;
  bio.language = "en";
  bio.vibe_summary = "This is the mock's fixed answer about any text.";
  bio.score_parts = {{"concreteness", 5.5}};
  bio.score = 5.5;
  return bio;
}

EmbedderData mock_embedder() {
  EmbedderData embedder;
  embedder.description = "A fixed answer.";
  embedder.text_model = "mock";
  embedder.text_vector = {1.0F, 0.0F, 0.0F};
  return embedder;
}

base::Task<AgentResult<AggregatorData>> mock_aggregator(const MirrorState& state) {
  AgentResult<AggregatorData> result = aggregate(state);
  result.engine = "mock";
  co_return result;
}

base::Task<AgentResult<ReportText>> mock_formatter(const MirrorState& state) {
  ReportText text;
  text.headline = "A mock report";
  text.summary = state.subject->not_scored.value_or(
      "This is a mock: every answer is fixed and says nothing about the photo or the text.");
  text.key_insights = {"This insight is fixed."};
  text.recommendations = {"Set the mode to prod. A real report is measured."};
  return answer(std::move(text));
}

}  // namespace

MirrorAgents mock_agents() {
  return {.embedder = fixed(mock_embedder()),
          .face = fixed(mock_face()),
          .fashion = fixed(mock_fashion()),
          .posture = fixed(mock_posture()),
          .bio = fixed(mock_bio()),
          .aggregator = {mock_aggregator, mock_aggregator},
          .formatter = {mock_formatter, mock_formatter}};
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
