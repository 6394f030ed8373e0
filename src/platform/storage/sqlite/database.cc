#include "platform/storage/sqlite/database.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::storage::sqlite {

struct Database::Core {
  explicit Core(std::filesystem::path of) : file(std::move(of)), writer(file) {}

  const std::filesystem::path file;
  std::mutex mutex;  ///< guards what follows, but for the writer
  std::vector<Job> queue;
  bool draining = false;
  std::vector<std::unique_ptr<Connection>> readers;
  Connection writer;  ///< used by the one drain that runs
};

namespace {

/// `user_version` is the number of the last migration.
void migrate(Connection& connection, const std::filesystem::path& file,
             std::span<const Migration> migrations) {
  Transaction transaction(connection);
  Statement& version = connection.statement("PRAGMA user_version");
  version.step();
  const int current = static_cast<int>(version.number(0));
  version.reset();
  const std::string name = fmt::format("SQLite database '{}'", file.string());
  for (const Migration& migration : missing_migrations(migrations, current, name)) {
    connection.execute(std::string(migration.sql));
    connection.execute(fmt::format("PRAGMA user_version = {}", migration.number));
  }
  transaction.commit();
}

}  // namespace

Database::Database(std::filesystem::path file, base::Pool& pool, std::span<const Migration> migrations)
    : pool_(pool), core_(std::make_shared<Core>(std::move(file))) {
  migrate(core_->writer, core_->file, migrations);
}

Database::Database(std::filesystem::path file, base::Pool& pool)
    : pool_(pool), core_(std::make_shared<Core>(std::move(file))) {}

void Database::enqueue(const std::shared_ptr<Core>& core, base::Pool& pool, Job job) {
  const std::lock_guard lock(core->mutex);
  core->queue.push_back(std::move(job));
  if (core->draining) return;
  core->draining = true;
  boost::asio::post(pool.executor(), [core] { drain(*core); });
}

namespace {

/// Each work has a savepoint, so that one that fails takes nothing of its neighbours with it; unless SQLite
/// has given up the whole transaction, as on a full disk.
template <class Jobs>
void run_together(Connection& writer, Jobs& jobs) {
  Transaction transaction(writer);
  for (auto& job : jobs) {
    writer.statement("SAVEPOINT work").step();
    try {
      job.work(writer);
    } catch (...) {
      job.failure = std::current_exception();
      writer.rest();
      if (!writer.is_in_transaction()) throw;
      writer.statement("ROLLBACK TO work").step();
    }
    writer.statement("RELEASE work").step();
  }
  transaction.commit();
}

}  // namespace

void Database::drain(Core& core) {
  while (true) {
    std::vector<Job> jobs;
    {
      const std::lock_guard lock(core.mutex);
      jobs.swap(core.queue);
      if (jobs.empty()) {
        core.draining = false;
        return;
      }
    }
    std::exception_ptr failure;
    try {
      run_together(core.writer, jobs);
    } catch (...) {
      failure = std::current_exception();  // nothing is committed: nobody is told that it was
    }
    for (Job& job : jobs) {
      job.work = nullptr;
      job.done(job.failure ? job.failure : failure);
    }
  }
}

std::unique_ptr<Connection> Database::take_reader(Core& core) {
  {
    const std::lock_guard lock(core.mutex);
    if (!core.readers.empty()) {
      std::unique_ptr<Connection> reader = std::move(core.readers.back());
      core.readers.pop_back();
      return reader;
    }
  }
  auto reader = std::make_unique<Connection>(core.file);
  reader->execute("PRAGMA query_only = ON");
  return reader;
}

void Database::give_back(Core& core, std::unique_ptr<Connection> reader) {
  const std::lock_guard lock(core.mutex);
  core.readers.push_back(std::move(reader));
}

}  // namespace pharos::storage::sqlite
