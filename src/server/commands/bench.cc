// `pharos bench`: what this machine does, measured now, with its conditions.
#include "core/graph/bench.h"

#include <fmt/format.h>

#include "core/base/json.h"
#include "platform/inference/bench.h"
#include "platform/vision/bench.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {

using GraphCases = std::vector<graph::BenchCase>;

std::string in_words(const vision::VisionBench& found) {
  std::string text = fmt::format(
      "One photo of 1280 px, one worker   p50 {:.1f} ms, p95 {:.1f} ms\n"
      "One photo of 12 megapixels         p95 {:.1f} ms\n"
      "Two workers                        {:.1f} photos a second\n"
      "Models loaded in                   {:.0f} ms\n"
      "Most memory so far                 {:.0f} MB\n\nStages, p50\n",
      found.p50_ms, found.p95_ms, found.p95_12mp_ms, found.photos_per_second, found.load_ms,
      found.peak_rss_mb);
  for (const auto& stage : found.stages) {
    text += fmt::format("  {:<12}{:>7.2f} ms {:>5.1f} %\n", stage.name, stage.p50_ms, 100 * stage.share);
  }
  return text;
}

std::string in_words(const GraphCases& found) {
  std::string text = fmt::format("{:<24}{:>12}{:>12}{:>8}\n", "case", "median µs", "p90 µs", "runs");
  for (const graph::BenchCase& one : found) {
    text += fmt::format("{:<24}{:>12.2f}{:>12.2f}{:>8}\n", one.name, one.median_us, one.p90_us, one.runs);
  }
  return text;
}

std::string in_words(const inference::EmbedderBench& found) {
  return fmt::format(
      "{:.0f} tokens a second a core in {}, a query of 10 tokens in {:.1f} ms, loaded in {:.0f} ms\n",
      found.tokens_per_second_per_core, found.precision, found.query_ms, found.load_ms);
}

/// `case` is a word of C++ and cannot be a described member.
boost::json::value to_json(const GraphCases& found) {
  boost::json::array cases;
  for (const graph::BenchCase& one : found) {
    cases.push_back(
        {{"case", one.name}, {"median_us", one.median_us}, {"p90_us", one.p90_us}, {"runs", one.runs}});
  }
  return {{"cases", std::move(cases)}};
}

template <class Bench>
boost::json::value to_json(const Bench& found) {
  return base::to_json(found);
}

template <class Bench>
int show(const Console& console, const Bench& found, bool as_json) {
  console.print(as_json ? base::pretty_json(to_json(found)) : in_words(found));
  return 0;
}

}  // namespace

int bench_vision(Composition& parts, const Console& console, const ReportStyleOptions& options) {
  return show(console,
              vision::run_vision_bench(
                  {.models = parts.settings().models, .sample = parts.settings().samples / "astronaut.png"}),
              options.json);
}

int bench_embedder(Composition& parts, const Console& console, const ReportStyleOptions& options) {
  return show(console,
              inference::run_embedder_bench({.folder = parts.settings().models / "all_minilm_l6_v2"}),
              options.json);
}

int bench_graph(const Console& console, const ReportStyleOptions& options) {
  const base::SystemClock clock;
  return show(console, graph::run_benchmarks({}, clock), options.json);
}

}  // namespace pharos::server
