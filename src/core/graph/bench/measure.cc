#include "core/graph/bench/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/graph/definition.h"

namespace pharos::graph::bench {
namespace {

double microseconds(base::Duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

}  // namespace

base::Duration seconds(double count) {
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(count));
}

double quantile(std::vector<double>& times, double share) {
  std::ranges::sort(times);
  return times[static_cast<std::size_t>(std::lround(share * static_cast<double>(times.size() - 1)))];
}

base::Task<std::vector<double>> measure(const Prepared& prepared, base::Duration warm_up,
                                        base::Duration total, int max_runs, const base::Clock& clock) {
  const base::SteadyTime measured_from = clock.now() + warm_up;
  std::vector<double> times;
  for (;;) {
    co_await prepared.before();
    const base::SteadyTime before = clock.now();
    co_await prepared.once();
    const base::SteadyTime after = clock.now();
    co_await prepared.after();
    if (after >= measured_from) times.push_back(microseconds(after - before));
    if (std::ssize(times) >= max_runs || (after > measured_from + total && !times.empty())) break;
  }
  co_return times;
}

std::vector<std::string> chosen_names(const std::vector<std::string>& names,
                                      const std::vector<std::string>& wanted) {
  for (const std::string& each : wanted) {
    if (std::ranges::find(names, each) != names.end()) continue;
    throw base::Error(base::Code::kNotFound,
                      fmt::format("there is no benchmark '{}'{}", each, hint(each, names)));
  }
  std::vector<std::string> chosen = names;
  std::erase_if(chosen, [&](const std::string& name) {
    return !wanted.empty() && std::ranges::find(wanted, name) == wanted.end();
  });
  return chosen;
}

}  // namespace pharos::graph::bench
