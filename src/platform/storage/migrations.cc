#include "platform/storage/migrations.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::storage {

std::span<const Migration> missing_migrations(std::span<const Migration> known, int current,
                                              std::string_view database) {
  if (current > static_cast<int>(known.size())) {
    throw base::Error(
        base::Code::kUnsupported,
        fmt::format("{} has form {}, and this Pharos knows forms up to {}: use the newer Pharos "
                    "that made it, or another database",
                    database, current, known.size()));
  }
  return known.subspan(static_cast<std::size_t>(current));
}

}  // namespace pharos::storage
