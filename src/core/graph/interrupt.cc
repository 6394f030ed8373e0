#include "core/graph/interrupt.h"

namespace pharos::graph {

std::optional<std::vector<Interrupt>> questions_in(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Interrupted& asked) {
    return asked.interrupts;
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace pharos::graph
