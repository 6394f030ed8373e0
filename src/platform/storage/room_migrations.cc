#include "platform/storage/room_migrations.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::storage {
namespace {

void check_numbers(const RoomTables& tables) {
  for (std::size_t i = 0; i < tables.migrations.size(); ++i) {
    const RoomMigration& migration = tables.migrations[i];
    if (migration.number == static_cast<int>(i) + 1) continue;
    throw base::Error(base::Code::kInternal,
                      fmt::format("migration '{}' of '{}' has number {}: they count from 1 without gaps",
                                  migration.name, tables.room, migration.number));
  }
}

bool is_table_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           character == '_';
  });
}

}  // namespace

std::vector<PendingMigration> pending_migrations(std::span<const RoomTables> rooms,
                                                 std::span<const RoomForm> forms, std::string_view database) {
  std::vector<PendingMigration> pending;
  for (const RoomTables& tables : rooms) {
    check_numbers(tables);
    const auto form = std::ranges::find(forms, tables.room, &RoomForm::room);
    const std::size_t current = form == forms.end() ? 0 : static_cast<std::size_t>(form->number);
    if (current > tables.migrations.size()) {
      throw base::Error(base::Code::kUnsupported,
                        fmt::format("{} has form {} of '{}', and this Pharos knows forms up to {}: use the "
                                    "newer Pharos that made it, or another database",
                                    database, current, tables.room, tables.migrations.size()));
    }
    for (std::size_t i = current; i < tables.migrations.size(); ++i) {
      pending.push_back({.room = tables.room, .migration = tables.migrations[i]});
    }
  }
  return pending;
}

std::vector<std::string> owned_tables(std::string_view sql) {
  constexpr std::string_view kDirective = "--!";
  constexpr std::string_view kOwned = "owned ";
  std::vector<std::string> tables;
  for (const std::string& line : base::split(sql, '\n')) {
    std::string_view rest = base::trim(line);
    if (!rest.starts_with(kDirective)) continue;
    rest = base::trim(rest.substr(kDirective.size()));
    const std::string_view table = rest.starts_with(kOwned) ? base::trim(rest.substr(kOwned.size())) : "";
    if (!is_table_name(table)) {
      throw base::Error(base::Code::kInternal,
                        fmt::format("'{}' is not understood in a migration: write '--! owned table'", line));
    }
    tables.emplace_back(table);
  }
  return tables;
}

}  // namespace pharos::storage
