#include "platform/storage/database.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/storage/postgres/postgres_database.h"
#include "platform/storage/sqlite/sqlite_database.h"

namespace pharos::storage {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

}  // namespace

std::unique_ptr<Database> open_database(DatabaseSettings settings, base::Pool& pool, base::Clock& clock) {
  if (settings.url.starts_with(kSqlite) && settings.url.size() > kSqlite.size()) {
    const std::string path = settings.url.substr(kSqlite.size());
    return std::make_unique<SqliteDatabase>(path, std::move(settings), pool, clock);
  }
  // libpq's keywords (`host=… dbname=…`) are what tests and sockets use.
  if (settings.url.starts_with("postgresql://") || settings.url.starts_with("postgres://") ||
      settings.url.find('=') != std::string::npos) {
    return std::make_unique<PostgresDatabase>(std::move(settings), pool, clock);
  }
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("'{}' is no database: write sqlite:PATH or postgresql://user@host/database",
                                describe_database(settings.url)));
}

std::string describe_database(const std::string& url) {
  const std::size_t host = url.rfind('@');
  const std::size_t scheme = url.find("://");
  if (host == std::string::npos || scheme == std::string::npos || host < scheme) return url;
  const std::size_t password = url.find(':', scheme + 3);
  if (password == std::string::npos || password > host) return url;
  return url.substr(0, password + 1) + "***" + url.substr(host);
}

}  // namespace pharos::storage
