// `pharos bench`: what this machine does, measured now, with its conditions.
#include "core/graph/bench/bench.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <malloc.h>

#include "core/base/json.h"
#include "platform/inference/bench.h"
#include "platform/vision/bench.h"
#include "server/commands/bench_peer.h"
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

std::string cell(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:>13.{}f}", *value, digits) : std::string(13, ' ');
}

std::string in_words(const GraphCases& found) {
  const bool with_peer = std::ranges::any_of(found, [](const auto& one) { return one.ratio.has_value(); });
  std::string text =
      fmt::format("{:<20}{:>13}{:>13}{:>8}{:>13}", "case", "median µs", "p90 µs", "runs", "MB");
  if (with_peer) text += fmt::format("{:>13}{:>13}{:>13}{:>13}", "peer's", "its p90", "its MB", "ratio");
  text += "\n";
  for (const graph::BenchCase& one : found) {
    text += fmt::format("{:<20}{:>13.2f}{:>13.2f}{:>8}", one.name, one.median_us, one.p90_us, one.runs);
    text += cell(one.memory_mb, 1);
    if (with_peer) {
      text += cell(one.peer_median_us, 1) + cell(one.peer_p90_us, 1) + cell(one.peer_memory_mb, 1) +
              cell(one.ratio, 1);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

std::string in_words(const inference::EmbedderBench& found) {
  return fmt::format(
      "{:.0f} tokens a second a core in {}, a query of 10 tokens in {:.1f} ms, loaded in {:.0f} ms\n",
      found.tokens_per_second_per_core, found.precision, found.query_ms, found.load_ms);
}

/// `case` is a word of C++ and cannot be a described member. What was not measured is left out.
boost::json::value to_json(const GraphCases& found) {
  boost::json::array cases;
  for (const graph::BenchCase& one : found) {
    boost::json::object each{
        {"case", one.name}, {"median_us", one.median_us}, {"p90_us", one.p90_us}, {"runs", one.runs}};
    const auto add = [&](const char* name, const std::optional<double>& value) {
      if (value) each[name] = *value;
    };
    add("memory_mb", one.memory_mb);
    add("peer_median_us", one.peer_median_us);
    add("peer_p90_us", one.peer_p90_us);
    add("peer_memory_mb", one.peer_memory_mb);
    add("ratio", one.ratio);
    cases.push_back(std::move(each));
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

/// Memory once taken stays with the process: what is measured is the runtime, not how the kernel hands out
/// pages.
void keep_freed_memory() {
  constexpr int kLargest = 32 << 20;  // what the library lets M_MMAP_THRESHOLD be
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_MMAP_THRESHOLD, kLargest);
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

int bench_graph(Composition& parts, const Console& console, const GraphBenchOptions& options) {
  keep_freed_memory();
  const base::SystemClock clock;
  std::optional<PeerProcess> peer;
  if (options.peer) peer.emplace(parts.settings().peer);
  const auto progress = [&](const std::string& name, std::size_t place, std::size_t count) {
    if (console.err_is_terminal) console.note(fmt::format("\r\033[K[{}/{}] {} ", place + 1, count, name));
  };
  const GraphCases found = graph::run_benchmarks({.seconds_per_case = options.seconds,
                                                  .only = options.cases,
                                                  .peer = peer ? &*peer : nullptr,
                                                  .progress = progress},
                                                 clock);
  if (console.err_is_terminal) console.note("\r\033[K");
  return show(console, found, options.json);
}

}  // namespace pharos::server
