#include "server/open_streams.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/http/problem.h"

namespace pharos::server {

std::shared_ptr<void> OpenStreams::open(const std::string& whose) {
  {
    const std::lock_guard lock(counts_->mutex);
    std::int64_t& count = counts_->open[whose];
    if (count >= most_) {
      throw http::RefusedError(base::Code::kLimited,
                               fmt::format("{} streams are open already; close one of them first", most_),
                               {});
    }
    ++count;
  }
  // The count goes down with the last stream, which may outlive the gate.
  return {nullptr, [counts = counts_, whose](void*) {
            const std::lock_guard lock(counts->mutex);
            const auto entry = counts->open.find(whose);
            if (--entry->second == 0) counts->open.erase(entry);
          }};
}

}  // namespace pharos::server
