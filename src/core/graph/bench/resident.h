// How much memory of the machine this process holds, in MB (10^6 bytes).
#pragma once

namespace pharos::graph::bench {

/// Now.
double resident_mb();
/// The most since the process began or forget_peak_mb() was called.
double peak_mb();
/// Gives back to the machine what has been freed, forgets the peak, and answers what is resident now.
double forget_peak_mb();

}  // namespace pharos::graph::bench
