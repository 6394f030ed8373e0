// Measures what keeping threads costs, beside another engine when one is handed in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/graph/bench/bench.h"

namespace pharos::storage {

/// Another engine that runs the same cases on a database that it is given.
class CheckpointPeer {
 public:
  virtual ~CheckpointPeer() = default;
  /// Repeats the case on the empty database `place`, a file or a URL, for so many seconds, at least once.
  /// Throws base::Error (kUnavailable) when the peer does not answer.
  virtual graph::BenchTimes run_at(const std::string& case_name, const std::string& place,
                                   double seconds) = 0;
};

struct CheckpointBenchOptions {
  double seconds_per_case = 3;  ///< how long each case is repeated
  int max_runs = 2000;
  std::vector<std::string> only;   ///< names of cases; empty: all
  CheckpointPeer* peer = nullptr;  ///< none: only ours
  /// Told before each case: its name, its place from 0 and how many there are.
  std::function<void(const std::string&, std::size_t, std::size_t)> progress = {};
  /// Told when PostgreSQL cannot be measured: why.
  std::function<void(const std::string&)> without_postgres = {};
};

/// One case: the time and the bytes of one run.
struct CheckpointCase {
  std::string name;
  double median_us = 0;
  double p90_us = 0;
  int runs = 0;
  double checkpoints_per_second = 0;
  double bytes = 0;                     ///< on disk, the indices too
  std::optional<double> payload_bytes;  ///< text of a chat's messages
  std::optional<double> bytes_ratio;    ///< bytes over payload
  std::optional<double> peer_median_us;
  std::optional<double> peer_p90_us;
  std::optional<double> peer_checkpoints_per_second;
  std::optional<double> peer_bytes;
  std::optional<double> peer_bytes_ratio;
  std::optional<double> ratio;  ///< the peer's median over ours
};

/// The cases are listed in README.md. Those on PostgreSQL are left out when it is not installed. Throws
/// base::Error (kNotFound) when `only` names an unknown case, or one on PostgreSQL without there being one.
std::vector<CheckpointCase> run_checkpoint_benchmarks(const CheckpointBenchOptions& options,
                                                      base::Clock& clock);

/// The cases' names, in order.
std::vector<std::string> checkpoint_case_names();

}  // namespace pharos::storage
