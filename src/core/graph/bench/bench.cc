#include "core/graph/bench/bench.h"

#include <algorithm>
#include <utility>

#include "core/graph/bench/measure.h"
#include "core/graph/bench/shapes.h"

namespace pharos::graph {
namespace {

using bench::Keep;
using bench::measure;
using bench::Prepared;
using bench::quantile;
using bench::run_alone;
using bench::seconds;

/// With a peer, each of us runs a case so many times in turn.
constexpr int kTurns = 3;
/// A peer whose run takes longer is not asked for another turn of that case.
constexpr double kPatienceUs = 5e6;

struct Case {
  std::string name;
  std::function<Prepared()> prepare;
};

std::vector<Case> cases() {
  const std::vector<std::pair<std::string, std::function<Prepared(Keep)>>> kept_or_not{
      {"seq-3", [](Keep keep) { return bench::chain(3, keep); }},
      {"par-5", [](Keep keep) { return bench::side_by_side(5, keep); }},
      {"seq-10", [](Keep keep) { return bench::chain(10, keep); }},
      {"seq-1000", [](Keep keep) { return bench::chain(1000, keep); }},
      {"fanout-10", [](Keep keep) { return bench::fanout(10, keep); }},
      {"fanout-100", [](Keep keep) { return bench::fanout(100, keep); }},
      {"sends-1000", [](Keep keep) { return bench::sends(1000, keep); }},
      {"sends-10000", [](Keep keep) { return bench::sends(10000, keep); }},
      {"react-10", [](Keep keep) { return bench::react(10, keep); }},
      {"react-100", [](Keep keep) { return bench::react(100, keep); }},
      {"wide-25x300", [](Keep keep) { return bench::wide(5, 5, 300, keep); }},
      {"wide-15x600", [](Keep keep) { return bench::wide(3, 5, 600, keep); }},
      {"wide-9x1200", [](Keep keep) { return bench::wide(3, 3, 1200, keep); }},
  };
  std::vector<Case> all;
  for (const Keep keep : {Keep::kNothing, Keep::kInMemory}) {
    for (const auto& [name, prepare] : kept_or_not) {
      all.push_back({.name = name + (keep == Keep::kInMemory ? "+memory" : ""),
                     .prepare = [prepare, keep] { return prepare(keep); }});
    }
  }
  all.push_back({"concurrent-1000", [] { return bench::concurrent(1000); }});
  all.push_back({"concurrent-10000", [] { return bench::concurrent(10000); }});
  all.push_back({"compile-1000", [] { return bench::compiling(1000); }});
  all.push_back({"loop-100000", [] { return bench::loop(100000); }});
  return all;
}

/// Those wanted, in order.
std::vector<Case> chosen_cases(const std::vector<std::string>& only) {
  std::vector<Case> chosen = cases();
  const std::vector<std::string> names = bench::chosen_names(bench_case_names(), only);
  std::erase_if(chosen, [&](const Case& each) { return std::ranges::find(names, each.name) == names.end(); });
  return chosen;
}

void append_to(BenchTimes& all, BenchTimes turn) {
  all.runs_us.insert(all.runs_us.end(), turn.runs_us.begin(), turn.runs_us.end());
  if (turn.memory_mb) all.memory_mb = std::max(all.memory_mb.value_or(0), *turn.memory_mb);
}

BenchCase summary(const std::string& name, BenchTimes ours, BenchTimes peers) {
  BenchCase result{.name = name,
                   .median_us = quantile(ours.runs_us, 0.5),
                   .p90_us = quantile(ours.runs_us, 0.9),
                   .runs = static_cast<int>(ours.runs_us.size()),
                   .memory_mb = ours.memory_mb,
                   .peer_memory_mb = peers.memory_mb};
  if (!peers.runs_us.empty()) {
    result.peer_median_us = quantile(peers.runs_us, 0.5);
    result.peer_p90_us = quantile(peers.runs_us, 0.9);
    result.ratio = *result.peer_median_us / result.median_us;
  }
  return result;
}

BenchCase run_case(const Case& each, const BenchOptions& options, const base::Clock& clock) {
  const Prepared prepared = each.prepare();
  const int turns = options.peer == nullptr ? 1 : kTurns;
  const double turn_seconds = options.seconds_per_case / turns;
  BenchTimes ours;
  BenchTimes peers;
  for (int turn = 0; turn < turns; ++turn) {
    const auto warm_up = seconds(turn == 0 ? options.seconds_per_case / 10 : 0);
    append_to(ours, {.runs_us = run_alone(measure(prepared, warm_up, seconds(turn_seconds),
                                                  std::max(1, options.max_runs / turns), clock)),
                     .memory_mb = prepared.memory_mb ? *prepared.memory_mb : std::nullopt});
    const bool patient = peers.runs_us.empty() || peers.runs_us.front() < kPatienceUs;
    if (options.peer != nullptr && patient) append_to(peers, options.peer->run(each.name, turn_seconds));
  }
  return summary(each.name, std::move(ours), std::move(peers));
}

}  // namespace

std::vector<std::string> bench_case_names() {
  std::vector<std::string> names;
  for (const Case& each : cases()) names.push_back(each.name);
  return names;
}

std::vector<BenchCase> run_benchmarks(const BenchOptions& options, const base::Clock& clock) {
  const std::vector<Case> chosen = chosen_cases(options.only);
  std::vector<BenchCase> results;
  for (const Case& each : chosen) {
    if (options.progress) options.progress(each.name, results.size(), chosen.size());
    results.push_back(run_case(each, options, clock));
  }
  return results;
}

}  // namespace pharos::graph
