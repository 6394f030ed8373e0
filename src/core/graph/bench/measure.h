// Repeats work and takes its time: what every benchmark of graphs does alike.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/clock.h"
#include "core/graph/bench/shapes.h"

namespace pharos::graph::bench {

base::Duration seconds(double count);

/// The value below which that share of the times lies; sorts them.
double quantile(std::vector<double>& times, double share);

/// Runs the case for `warm_up`, then measures for `total`, at least once; in microseconds. A single run that
/// lasts longer than the warm-up counts.
base::Task<std::vector<double>> measure(const Prepared& prepared, base::Duration warm_up,
                                        base::Duration total, int max_runs, const base::Clock& clock);

/// The names wanted, or all when none is, in the order of `names`. Throws base::Error (kNotFound) for a name
/// that is not there.
std::vector<std::string> chosen_names(const std::vector<std::string>& names,
                                      const std::vector<std::string>& wanted);

/// Runs one coroutine to its end on this thread; throws what it threw.
template <class Result>
Result run_alone(base::Task<Result> work) {
  boost::asio::io_context io(1);
  Result result;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, Result given) {
    failure = std::move(thrown);
    result = std::move(given);
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return result;
}

}  // namespace pharos::graph::bench
