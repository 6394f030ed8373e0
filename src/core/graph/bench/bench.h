// Measures the runtime on the graph shapes its field compares engines with.
#pragma once

#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"

namespace pharos::graph {

struct BenchOptions {
  double seconds_per_case = 0.5;  ///< how long each case is repeated, after a tenth of that to warm up
  int max_runs = 20000;           ///< of one case
  std::vector<std::string> only;  ///< names of cases; empty: all
};

/// One case: the time of one invocation from input to final state.
struct BenchCase {
  std::string name;
  double median_us = 0;
  double p90_us = 0;
  int runs = 0;
};

/// seq-N: a chain of N nodes that do nothing. par-5: five side by side and a join. fanout-N: N Sends, each
/// running a subgraph of twelve steps over strings of about 1 KB. `+memory`: the same, each run on a new
/// thread of a MemorySaver. One thread, one executor. Throws base::Error (kNotFound) when `only` names an
/// unknown case.
std::vector<BenchCase> run_benchmarks(const BenchOptions& options, const base::Clock& clock);

/// The cases' names, in order.
std::vector<std::string> bench_case_names();

}  // namespace pharos::graph
