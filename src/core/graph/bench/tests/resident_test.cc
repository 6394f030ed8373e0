#include "core/graph/bench/resident.h"

#include <cstring>

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace pharos::graph::bench {
namespace {

/// Takes pages from the machine itself and gives them back: an allocator may keep what was freed, and a
/// sanitizer's does.
void take_and_give_back(std::size_t bytes) {
  void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  std::memset(pages, 1, bytes);
  ::munmap(pages, bytes);
}

TEST(Resident, ThePeakRemembersWhatWasGivenBack) {
  const double before = forget_peak_mb();
  take_and_give_back(200'000'000);
  EXPECT_NEAR(peak_mb() - before, 200, 50);
  EXPECT_LT(resident_mb() - before, 100);
}

TEST(Resident, AForgottenPeakCountsNoMore) {
  take_and_give_back(200'000'000);
  const double before = forget_peak_mb();
  EXPECT_LT(peak_mb() - before, 100);
}

}  // namespace
}  // namespace pharos::graph::bench
