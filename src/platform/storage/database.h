// Tables, in SQLite or PostgreSQL: what repositories are written against.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/base/deadline.h"
#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/storage/room_migrations.h"
#include "platform/storage/session.h"

namespace pharos::storage {

/// What a write sees of others that run at the same time. SQLite's never run at the same time.
enum class Isolation {
  kSerializable,  ///< as if it were alone: one of two that clash is run again
  kCommitted      ///< each statement sees what is committed: for queues and counters, where many want one row
};

struct WriteOptions {
  base::Deadline deadline = {};
  Isolation isolation = Isolation::kSerializable;
};

/// Thread-safe; one of it serves the whole program. Work under way keeps what it needs alive.
///
/// Work is a function of a Session and runs on a thread of the pool: it must not wait for anything but its
/// statements, nor refer to what may die first. It may run more than once: what clashed with another's work,
/// or whose connection broke before it was committed, is undone and run again.
class Database {
 public:
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs `work` on one state of the database and gives its result. Work that changes something fails
  /// (kInternal). Throws what `work` threw; base::Error (kUnavailable) when the database does not answer in
  /// time.
  template <class Work>
  base::Task<std::invoke_result_t<Work&, Session&>> read(Scope scope, Work work,
                                                         base::Deadline deadline = {});

  /// Runs `work` in a transaction, durable when the task ends, and gives its result; undone when `work`
  /// throws.
  template <class Work>
  base::Task<std::invoke_result_t<Work&, Session&>> write(Scope scope, Work work, WriteOptions options = {});

  virtual Engine engine() const = 0;

  /// The steps that the rooms' tables still need. Blocks. Throws base::Error, kUnsupported when the database
  /// is newer than this program.
  virtual std::vector<PendingMigration> pending(std::span<const RoomTables> rooms) = 0;
  /// Carries them out, all or none, one program at a time. Blocks.
  virtual void apply(std::span<const RoomTables> rooms) = 0;

 protected:
  /// What a session is used for, whatever comes of it.
  using AnyWork = std::function<void(Session&)>;

  Database() = default;

  virtual base::Task<void> run_read(Scope scope, AnyWork work, base::Deadline deadline) = 0;
  virtual base::Task<void> run_write(Scope scope, AnyWork work, WriteOptions options) = 0;

 private:
  template <class Work>
  struct Kept;
};

struct DatabaseSettings {
  std::string url;      ///< `sqlite:PATH` or `postgresql://user@host/database`
  int connections = 8;  ///< to PostgreSQL, at most; no more are used than the pool has threads
  base::Duration statement_limit = std::chrono::seconds(30);  ///< a statement that runs longer is cancelled
  base::Duration patience = std::chrono::seconds(10);         ///< how long to wait for a server that is away
  base::Duration slow_after = std::chrono::milliseconds(200);
  std::function<void(const SlowQuery&)> on_slow = {};  ///< called on the pool's threads
};

/// Opens or creates the database. Blocks. Throws base::Error: kInvalidInput when the URL is none,
/// kUnavailable when the database cannot be reached. Pool and clock must outlive it.
std::unique_ptr<Database> open_database(DatabaseSettings settings, base::Pool& pool, base::Clock& clock);

/// A URL's database in words, without its password.
std::string describe_database(const std::string& url);

/// A work and its result, on their way together to the thread where it runs.
template <class Work>
struct Database::Kept {
  using Result = std::invoke_result_t<Work&, Session&>;

  explicit Kept(Work given) : work(std::move(given)) {}

  void run(Session& session) {
    if constexpr (std::is_void_v<Result>) {
      work(session);
    } else {
      result.emplace(work(session));
    }
    after_commit = session.take_after_commit();
  }

  Work work;
  std::conditional_t<std::is_void_v<Result>, std::monostate, std::optional<Result>> result;
  std::vector<std::function<void()>> after_commit;  ///< of the last run, which is the one that counts
};

template <class Work>
base::Task<std::invoke_result_t<Work&, Session&>> Database::read(Scope scope, Work work,
                                                                 base::Deadline deadline) {
  const auto kept = std::make_shared<Kept<Work>>(std::move(work));
  co_await run_read(std::move(scope), [kept](Session& session) { kept->run(session); }, deadline);
  if constexpr (!std::is_void_v<typename Kept<Work>::Result>) co_return std::move(*kept->result);
}

template <class Work>
base::Task<std::invoke_result_t<Work&, Session&>> Database::write(Scope scope, Work work,
                                                                  WriteOptions options) {
  const auto kept = std::make_shared<Kept<Work>>(std::move(work));
  co_await run_write(std::move(scope), [kept](Session& session) { kept->run(session); }, options);
  for (const auto& then : kept->after_commit) then();
  if constexpr (!std::is_void_v<typename Kept<Work>::Result>) co_return std::move(*kept->result);
}

}  // namespace pharos::storage
