// Measures the runtime on the graph shapes its field compares engines with, beside another engine when one is
// handed in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"

namespace pharos::graph {

/// What repeating one case gave.
struct BenchTimes {
  std::vector<double> runs_us;      ///< each run, from input to final state
  std::optional<double> memory_mb;  ///< where the case measures memory: see BenchCase
};

/// Another engine that runs the same cases. Its runs and ours alternate, so that both see the same machine.
class BenchPeer {
 public:
  virtual ~BenchPeer() = default;
  /// Repeats the case for so many seconds, at least once. Throws base::Error (kUnavailable) when the peer
  /// does not answer.
  virtual BenchTimes run(const std::string& case_name, double seconds) = 0;
};

struct BenchOptions {
  double seconds_per_case = 0.5;  ///< how long each case is repeated, after a tenth of that to warm up
  int max_runs = 20000;           ///< of one case
  std::vector<std::string> only;  ///< names of cases; empty: all
  BenchPeer* peer = nullptr;      ///< none: only ours
  /// Told before each case: its name, its place from 0 and how many there are.
  std::function<void(const std::string&, std::size_t, std::size_t)> progress = {};
};

/// One case: the time of one run.
struct BenchCase {
  std::string name;
  double median_us = 0;
  double p90_us = 0;
  int runs = 0;
  /// concurrent-N: the most resident memory above what was there before the run. loop-N: what resident memory
  /// grew by between the first tenth of the run and its end.
  std::optional<double> memory_mb;
  std::optional<double> peer_median_us;
  std::optional<double> peer_p90_us;
  std::optional<double> peer_memory_mb;
  std::optional<double> ratio;  ///< the peer's median over ours
};

/// The cases are listed in README.md. One thread, one executor. Throws base::Error (kNotFound) when `only`
/// names an unknown case.
std::vector<BenchCase> run_benchmarks(const BenchOptions& options, const base::Clock& clock);

/// The cases' names, in order.
std::vector<std::string> bench_case_names();

}  // namespace pharos::graph
