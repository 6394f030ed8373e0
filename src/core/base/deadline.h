// A moment after which an answer is of no use, passed down by value.
#pragma once

#include <algorithm>

#include "core/base/clock.h"

namespace pharos::base {

/// A point in time, or never. Cheap to copy; says nothing about who measures it.
class Deadline {
 public:
  /// Never passes.
  Deadline() = default;
  explicit Deadline(SteadyTime when) : when_(when) {}

  static Deadline in(const Clock& clock, Duration limit) { return Deadline(clock.now() + limit); }

  bool is_set() const { return when_ != SteadyTime::max(); }
  bool passed(const Clock& clock) const { return is_set() && clock.now() >= when_; }
  SteadyTime when() const { return when_; }
  /// The earlier of the two.
  Deadline sooner(Deadline other) const { return Deadline(std::min(when_, other.when_)); }

 private:
  SteadyTime when_ = SteadyTime::max();
};

}  // namespace pharos::base
