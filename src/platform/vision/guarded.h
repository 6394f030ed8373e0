// Runs steps of C libraries that report errors by longjmp.
#pragma once

#include <csetjmp>

namespace pharos::vision {

/// False when `step` left by longjmp to `jump`. Such a leap runs no destructors: between the step and the
/// library there must be no C++ object that has one.
template <class Step>
bool finishes(std::jmp_buf& jump, const Step& step) {
  if (setjmp(jump) != 0) return false;
  step();
  return true;
}

}  // namespace pharos::vision
