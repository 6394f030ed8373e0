#include "apps/mirror/mirror.h"

#include <chrono>

#include <fmt/format.h>

#include "apps/mirror/agents/bio_agent.h"
#include "apps/mirror/agents/formatter_agent.h"
#include "apps/mirror/agents/scores.h"
#include "apps/mirror/measuring/bio_signals.h"
#include "apps/mirror/mirror_graph.h"
#include "apps/mirror/wording/guard_rails.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::mirror {

namespace {

constexpr const char* kMinor =
    "Scores are for people of 18 and over. Your text suggests that you are not there yet, so nothing was "
    "measured or kept.";

int year_of(base::WallTime time) {
  return static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(time)).year());
}

/// One analysis's own things, from a request that may be bad.
std::shared_ptr<const Subject> subject_of_request(const AnalysisSetup& setup, AnalysisRequest request,
                                                  std::shared_ptr<Stopwatch> stopwatch,
                                                  std::function<void(const Progress&)> progress) {
  const Consent& consent = request.consent;
  auto subject = std::make_shared<Subject>();
  if (request.bio && base::trim(*request.bio).empty()) request.bio.reset();
  if (request.bio) check_bio(*request.bio);
  if (request.bio && indicates_minor(*request.bio, year_of(setup.clock.wall_now())))
    subject->not_scored = kMinor;
  subject->photo = std::make_shared<PhotoStudy>(
      std::move(request.photo), setup.instruments, setup.cpu, stopwatch,
      StudyScope{.faces = consent.face, .body = consent.face || consent.fashion || consent.posture});
  subject->text = std::make_shared<TextStudy>(request.bio.value_or(""), setup.instruments, setup.topics,
                                              setup.cpu, stopwatch);
  subject->journal = std::make_shared<Journal>(stopwatch, std::move(progress));
  subject->bio = std::move(request.bio);
  subject->consent = consent;
  subject->mode = request.mode;
  return subject;
}

template <class Data>
AgentResult<Data> without_data(const AgentResult<ReportText>& from, Data data) {
  AgentResult<Data> result;
  result.status = from.status;
  result.engine = from.engine;
  result.confidence = from.confidence;
  result.duration_ms = from.duration_ms;
  result.reason = from.reason;
  result.data = std::move(data);
  return result;
}

void add_words(MirrorState& state, Report& report) {
  report.warnings = warnings_of(state);
  report.disclaimers = disclaimers_for(state.subject->consent);
  ReportText& text = state.formatter.data;
  report.agents.formatter = without_data(state.formatter, FormatterData{text.headline});
  report.summary = std::move(text.summary);
  report.key_insights = std::move(text.key_insights);
  report.recommendations = std::move(text.recommendations);
  report.detailed_analysis = std::move(text.detailed_analysis);
}

/// Takes the state apart into the report.
Report report_of(MirrorState state) {
  const Subject& subject = *state.subject;
  Report report;
  report.mode = subject.mode;
  report.image = {subject.photo->photo().original_width, subject.photo->photo().original_height};
  report.consent = subject.consent;
  report.scores = state.aggregator.data.scores;
  report.confidence = state.aggregator.confidence;
  add_words(state, report);
  report.agents.embedder = std::move(state.embedder);
  report.agents.face = std::move(state.face);
  report.agents.fashion = std::move(state.fashion);
  report.agents.posture = std::move(state.posture);
  report.agents.bio = std::move(state.bio);
  report.agents.aggregator = std::move(state.aggregator);
  return report;
}

std::map<std::string, double> timings(const Stopwatch& stopwatch, double decode_ms, double total_ms) {
  std::map<std::string, double> all{{"pose", 0}, {"faces", 0}, {"appearance", 0}, {"embed", 0}};
  for (const auto& [step, milliseconds] : stopwatch.milliseconds()) all[step] = round2(milliseconds);
  all["decode"] = round2(decode_ms);
  all["total"] = round2(decode_ms + total_ms);
  return all;
}

}  // namespace

void check_bio(std::string_view bio) {
  if (!base::is_utf8(bio)) {
    throw base::Error(base::Code::kInvalidInput, "the bio is not UTF-8 text: save it as UTF-8 and try again");
  }
  const std::size_t length = base::count_code_points(base::trim(bio));
  if (length >= kShortestBio && length <= kLongestBio) return;
  throw base::Error(base::Code::kInvalidInput, fmt::format("the bio has {} characters: write {} to {}",
                                                           length, kShortestBio, kLongestBio));
}

base::Task<Report> analyze_with(AnalysisSetup setup, AnalysisRequest request,
                                std::function<void(const Progress&)> progress) {
  auto stopwatch = std::make_shared<Stopwatch>(setup.clock);
  const base::SteadyTime begin = setup.clock.now();
  const double decode_ms = request.decode_ms;
  graph::Context* const within = request.within;
  MirrorState state;
  state.subject = subject_of_request(setup, std::move(request), stopwatch, std::move(progress));
  const std::shared_ptr<Journal> journal = state.subject->journal;

  const graph::Graph<MirrorState> mirror = mirror_graph(setup.agents).compile({.clock = &setup.clock});
  if (within == nullptr) {
    state = co_await mirror.invoke(std::move(state));
  } else {
    state = co_await mirror.invoke_within(*within, std::move(state), graph::SubgraphThread::kNone);
  }
  journal->close();

  Report report = report_of(std::move(state));
  report.report_id = setup.ids.next();
  report.trace_id = setup.ids.next();
  report.created_at = base::iso8601(setup.clock.wall_now());
  report.timings_ms = timings(*stopwatch, decode_ms, stopwatch->since(begin));
  guard(report);
  co_return report;
}

}  // namespace pharos::mirror
