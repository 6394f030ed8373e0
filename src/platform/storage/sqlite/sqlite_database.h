// Tables in one file: the embedded default.
#pragma once

#include <filesystem>

#include "platform/storage/database.h"
#include "platform/storage/sqlite/database.h"

namespace pharos::storage {

/// Reads run side by side, writes one after the other in shared commits. May be the file in which threads and
/// items are kept too.
class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::filesystem::path file, DatabaseSettings settings, base::Pool& pool, base::Clock& clock);

  Engine engine() const override { return Engine::kSqlite; }
  std::vector<PendingMigration> pending(std::span<const RoomTables> rooms) override;
  void apply(std::span<const RoomTables> rooms) override;

 private:
  struct Surroundings;

  base::Task<void> run_read(Scope scope, AnyWork work, base::Deadline deadline) override;
  base::Task<void> run_write(Scope scope, AnyWork work, WriteOptions options) override;

  std::filesystem::path file_;
  std::shared_ptr<const Surroundings> around_;
  sqlite::Database database_;
};

}  // namespace pharos::storage
