// How fast sentences become vectors on this machine.
#pragma once

#include <string>

#include <boost/describe/class.hpp>

#include "platform/inference/text_embedder.h"

namespace pharos::inference {

struct EmbedderBench {
  double tokens_per_second_per_core = 0;  ///< word pieces of real text in a second of one core's time
  double query_ms = 0;                    ///< a query of ten pieces, alone, median on the clock
  double load_ms = 0;                     ///< from files to ready
  std::string precision;                  ///< in force
};
BOOST_DESCRIBE_STRUCT(EmbedderBench, (), (tokens_per_second_per_core, query_ms, load_ms, precision))

/// Loads an embedder and measures it for some seconds. Speed is by processor time, so that other work on the
/// machine counts little. Throws what TextEmbedder throws.
EmbedderBench run_embedder_bench(const TextEmbedderSettings& settings);

}  // namespace pharos::inference
