// A PostgreSQL server shared by many coroutines: what waits at the same time goes out in one pipeline.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/base/clock.h"
#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/storage/migrations.h"
#include "platform/storage/postgres/connection.h"

namespace pharos::storage::postgres {

struct Settings {
  std::string url;      ///< `postgresql://user@host/database`, or libpq's keywords
  int connections = 8;  ///< at most; no more are used than the pool has threads
  base::Duration patience = std::chrono::seconds(30);  ///< how long a query waits for a server that is away
};

/// Thread-safe. Connections that broke are replaced: a query that met one is asked again until `patience` has
/// run out. Work under way keeps what it needs alive; pool and clock must outlive the server.
class Server {
 public:
  /// Connects and brings the database to the newest form. Blocks. Throws base::Error: kUnavailable when
  /// nobody answers, kUnsupported when the database is newer than this program.
  Server(Settings settings, base::Pool& pool, base::Clock& clock, std::span<const Migration> migrations);

  /// Runs one statement in a transaction of its own, which is durable when the task ends. `sql_again` is
  /// asked instead once an answer was lost, since the statement may have been carried out then. Throws
  /// base::Error.
  base::Task<Rows> ask(Query query, std::string_view sql_again = {});

 private:
  struct Core;
  struct Job;

  base::Task<Answer> ask_once(Query query);
  static void enqueue(const std::shared_ptr<Core>& core, base::Pool& pool, Job job);
  static void drain(const std::shared_ptr<Core>& core);
  static void run_batch(Core& core, std::vector<Job>& batch);

  base::Pool& pool_;
  base::Clock& clock_;
  std::shared_ptr<Core> core_;
};

}  // namespace pharos::storage::postgres
