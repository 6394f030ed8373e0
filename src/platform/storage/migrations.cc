#include "platform/storage/migrations.h"

#include <array>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::embedded {
extern const std::string_view _0001_checkpoints_sqlite_sql;
extern const std::string_view _0001_checkpoints_postgres_sql;
extern const std::string_view _0002_store_sqlite_sql;
extern const std::string_view _0002_store_postgres_sql;
extern const std::string_view _0003_put_checkpoints_postgres_sql;
}  // namespace pharos::embedded

namespace pharos::storage {

std::span<const Migration> sqlite_migrations() {
  static const std::array list{Migration{1, "checkpoints", embedded::_0001_checkpoints_sqlite_sql},
                               Migration{2, "store", embedded::_0002_store_sqlite_sql}};
  return list;
}

std::span<const Migration> postgres_migrations() {
  static const std::array list{Migration{1, "checkpoints", embedded::_0001_checkpoints_postgres_sql},
                               Migration{2, "store", embedded::_0002_store_postgres_sql},
                               Migration{3, "put_checkpoints", embedded::_0003_put_checkpoints_postgres_sql}};
  return list;
}

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
