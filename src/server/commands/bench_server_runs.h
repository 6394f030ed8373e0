// What a server does with graphs: runs a second, and streams of words.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <boost/describe/class.hpp>

namespace pharos::server {

/// Memory in MB.
struct RunFigures {
  double per_second = 0;  ///< runs of three nodes, each waited for, of 64 clients
  double p99_ms = 0;
  double kept_per_second = 0;  ///< the same, with a thread and checkpoints in PostgreSQL each
  double kept_p99_ms = 0;
  double first_event_p50_ms = 0;  ///< of 200 streams of some fifty words that begin at once
  double first_event_p99_ms = 0;
  double stream_memory = 0;
  double errors = 0;
};
BOOST_DESCRIBE_STRUCT(RunFigures, (),
                      (per_second, p99_ms, kept_per_second, kept_p99_ms, first_event_p50_ms,
                       first_event_p99_ms, stream_memory, errors))

/// Where a server takes runs, as requests over the wire.
struct RunRequests {
  std::uint16_t port = 0;
  std::string run;     ///< without a thread
  std::string kept;    ///< on a new thread; empty: not here
  std::string stream;  ///< empty: not here
  std::function<std::uint64_t()> memory;
};

/// Adds what it measures; the better of several calls counts.
void measure_runs(const RunRequests& requests, double seconds, RunFigures& figures);

/// The same requests for Pharos and for its peer.
RunRequests pharos_runs(std::uint16_t port, const std::string& token);
RunRequests peer_runs(std::uint16_t port, const std::string& token);

/// A folder's graph file `seq3.yaml`: three nodes that each write a field.
void write_bench_graph(const std::string& folder);

}  // namespace pharos::server
