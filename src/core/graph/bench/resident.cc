#include "core/graph/bench/resident.h"

#include <fstream>
#include <string>

#include <malloc.h>

namespace pharos::graph::bench {
namespace {

/// A line of /proc/self/status, which counts in units of 1024 bytes; 0 where the kernel does not tell.
double status_mb(const std::string& wanted) {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    double kilobytes = 0;
    if (name == wanted && status >> kilobytes) return kilobytes * 1024 / 1e6;
    status.ignore(4096, '\n');
  }
  return 0;
}

}  // namespace

double resident_mb() {
  return status_mb("VmRSS:");
}

double peak_mb() {
  return status_mb("VmHWM:");
}

double forget_peak_mb() {
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
  return resident_mb();
}

}  // namespace pharos::graph::bench
