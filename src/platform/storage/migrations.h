// The steps that bring a database from any older form to the one this program knows.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pharos::storage {

/// One file of migrations/: what it does to the tables. Never changed once it is out.
struct Migration {
  int number;  ///< from 1, without gaps
  std::string_view name;
  std::string_view sql;
};

/// Every step there is, for each kind of database: what is kept in one shares them.
std::span<const Migration> sqlite_migrations();
std::span<const Migration> postgres_migrations();

/// The steps that a database at `current` still needs. Throws base::Error (kUnsupported) when it is newer
/// than this program; `database` says which one.
std::span<const Migration> missing_migrations(std::span<const Migration> known, int current,
                                              std::string_view database);

}  // namespace pharos::storage
