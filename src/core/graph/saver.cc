#include "core/graph/saver.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::graph {

std::uint64_t Checkpoint::largest_version() const {
  return versions.empty() ? 0 : std::ranges::max(versions);
}

base::Task<void> Saver::put_in_order(ThreadKey thread, std::vector<NewCheckpoint> checkpoints) {
  for (NewCheckpoint& each : checkpoints) {
    co_await put(thread, std::move(each.checkpoint), std::move(each.changed));
  }
}

void throw_no_checkpoint(const ThreadKey& thread, std::string_view id) {
  throw base::Error(base::Code::kNotFound,
                    fmt::format("thread '{}' has no checkpoint '{}'", thread.thread_id, id));
}

void throw_moved_on(const ThreadKey& thread) {
  throw base::Error(
      base::Code::kConflict,
      fmt::format(
          "thread '{}' has moved on meanwhile: another run writes to it. Wait for that one to end and run "
          "again, or go on from a checkpoint of your own choice",
          thread.thread_id));
}

void throw_no_thread(std::string_view thread_id) {
  throw base::Error(base::Code::kNotFound, fmt::format("there is no thread '{}'", thread_id));
}

void throw_thread_exists(std::string_view thread_id) {
  throw base::Error(
      base::Code::kConflict,
      fmt::format("there is a thread '{}' already: delete it first, or copy to another name", thread_id));
}

void require_known_format(const ThreadKey& thread, std::string_view id, int format) {
  if (format >= 1 && format <= kCheckpointFormat) return;
  throw base::Error(
      base::Code::kUnsupported,
      fmt::format("checkpoint '{}' of thread '{}' has format {}, and this Pharos knows formats from "
                  "1 to {}: use the newer Pharos that wrote it",
                  id, thread.thread_id, format, kCheckpointFormat));
}

}  // namespace pharos::graph
