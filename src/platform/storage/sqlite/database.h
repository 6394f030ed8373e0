// A SQLite file shared by many coroutines: writers share commits, readers have connections of their own.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/storage/migrations.h"
#include "platform/storage/sqlite/connection.h"

namespace pharos::storage::sqlite {

/// Thread-safe. Work under way keeps what it needs alive; the pool must outlive the database.
class Database {
 public:
  /// Opens or creates the file and brings it to the newest form. Blocks. Throws base::Error: kUnavailable
  /// when the file cannot be opened, kUnsupported when it is no database or newer than this program.
  Database(std::filesystem::path file, base::Pool& pool, std::span<const Migration> migrations);
  /// Leaves the tables to others.
  Database(std::filesystem::path file, base::Pool& pool);

  /// Runs `work(connection)` in a transaction, which is durable when the task ends, and gives its result;
  /// undone when it throws. Works that wait at the same time share one commit, in the order of their coming.
  template <class Work>
  base::Task<std::invoke_result_t<Work&, Connection&>> write(Work work);
  /// Runs `work(connection)` on one state of the database.
  template <class Work>
  base::Task<std::invoke_result_t<Work, Connection&>> read(Work work);

 private:
  template <class Work>
  base::Task<void> write_only(Work work);

  struct Job {
    std::move_only_function<void(Connection&)> work;
    std::move_only_function<void(std::exception_ptr)> done;
    std::exception_ptr failure = nullptr;
  };
  struct Core;

  static void enqueue(const std::shared_ptr<Core>& core, base::Pool& pool, Job job);
  static void drain(Core& core);
  static std::unique_ptr<Connection> take_reader(Core& core);
  static void give_back(Core& core, std::unique_ptr<Connection> reader);

  base::Pool& pool_;
  std::shared_ptr<Core> core_;
};

template <class Work>
base::Task<std::invoke_result_t<Work&, Connection&>> Database::write(Work work) {
  using Result = std::invoke_result_t<Work&, Connection&>;
  if constexpr (std::is_void_v<Result>) {
    co_await write_only(std::move(work));
  } else {
    const auto result = std::make_shared<std::optional<Result>>();
    auto keep = [result, work = std::move(work)](Connection& connection) mutable {
      result->emplace(work(connection));
    };
    co_await write_only(std::move(keep));
    co_return std::move(**result);
  }
}

template <class Work>
base::Task<void> Database::write_only(Work work) {
  const auto initiate = [](auto handler, std::shared_ptr<Core> core, base::Pool* pool, Work job) {
    auto guard = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
    auto done = [handler = std::move(handler), guard = std::move(guard)](std::exception_ptr failure) mutable {
      const auto executor = guard.get_executor();
      boost::asio::post(executor, [handler = std::move(handler), failure = std::move(failure)]() mutable {
        std::move(handler)(std::move(failure));
      });
    };
    enqueue(core, *pool, {.work = std::move(job), .done = std::move(done)});
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(std::exception_ptr)>(
      initiate, boost::asio::use_awaitable, core_, &pool_, std::move(work));
}

template <class Work>
base::Task<std::invoke_result_t<Work, Connection&>> Database::read(Work work) {
  auto on_pool = [core = core_, work = std::move(work)]() mutable {
    std::unique_ptr<Connection> reader = take_reader(*core);
    // A connection on which something failed is not used again.
    reader->statement("BEGIN").step();
    auto result = work(*reader);
    reader->rest();
    reader->statement("COMMIT").step();
    give_back(*core, std::move(reader));
    return result;
  };
  return base::run_on(pool_, std::move(on_pool));
}

}  // namespace pharos::storage::sqlite
