// Tables in a server that several programs share.
#pragma once

#include "platform/storage/database.h"

namespace pharos::storage {

/// Its tables lie in the schema `pharos`. It works as the role `pharos_app`, which owns none of them, so that
/// row-level security holds for it; the URL's user makes that role, and needs CREATEROLE for it unless it is
/// there. Without, the tables' owner works itself, which row-level security is forced on.
class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(DatabaseSettings settings, base::Pool& pool, base::Clock& clock);

  Engine engine() const override { return Engine::kPostgres; }
  std::vector<PendingMigration> pending(std::span<const RoomTables> rooms) override;
  void apply(std::span<const RoomTables> rooms) override;

 private:
  struct Core;
  struct Job;

  base::Task<void> run_read(Scope scope, AnyWork work, base::Deadline deadline) override;
  base::Task<void> run_write(Scope scope, AnyWork work, WriteOptions options) override;
  static base::Task<void> run(std::shared_ptr<Core> core, std::shared_ptr<const Job> job);
  static base::Task<std::exception_ptr> attempt(std::shared_ptr<Core> core, std::shared_ptr<const Job> job);

  std::shared_ptr<Core> core_;
};

}  // namespace pharos::storage
