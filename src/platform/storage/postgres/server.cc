#include "platform/storage/postgres/server.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace pharos::storage::postgres {
namespace {

constexpr std::size_t kPipelineLimit = 32;  // more would only make the first wait for the last
constexpr auto kFirstPause = std::chrono::milliseconds(20);
constexpr auto kLongestPause = std::chrono::milliseconds(500);

/// All in one transaction, one program at a time.
void migrate(Connection& connection, std::span<const Migration> migrations) {
  connection.execute(
      "BEGIN; SELECT pg_advisory_xact_lock(7205759403792793);"
      "CREATE SCHEMA IF NOT EXISTS pharos;"
      "CREATE TABLE IF NOT EXISTS pharos.migrations (number integer PRIMARY KEY, name text"
      " NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  const Rows rows = connection.execute("SELECT coalesce(max(number), 0) FROM pharos.migrations");
  const int current = std::stoi(*rows.at(0).at(0));
  for (const Migration& migration : missing_migrations(migrations, current, "the PostgreSQL database")) {
    connection.execute(std::string(migration.sql));
    connection.execute(fmt::format("INSERT INTO pharos.migrations (number, name) VALUES ({}, '{}')",
                                   migration.number, migration.name));
  }
  connection.execute("COMMIT");
}

}  // namespace

struct Server::Job {
  Query query;
  std::move_only_function<void(std::exception_ptr, Answer)> done;
};

struct Server::Core {
  Settings settings;
  std::mutex mutex;  ///< guards what follows
  std::vector<Job> queue;
  int draining = 0;
  std::vector<std::unique_ptr<Connection>> idle;
};

Server::Server(Settings settings, base::Pool& pool, base::Clock& clock, std::span<const Migration> migrations)
    : pool_(pool), clock_(clock), core_(std::make_shared<Core>()) {
  core_->settings = std::move(settings);
  core_->settings.connections = std::clamp(core_->settings.connections, 1, pool.threads());
  auto connection = std::make_unique<Connection>(core_->settings.url);
  migrate(*connection, migrations);
  core_->idle.push_back(std::move(connection));
}

base::Task<Rows> Server::ask(Query query, std::string_view sql_again) {
  const base::SteadyTime give_up = clock_.now() + core_->settings.patience;
  base::Duration pause = kFirstPause;
  while (true) {
    const Answer answer = co_await ask_once(query);
    if (!answer.failure) co_return answer.rows;
    try {
      std::rethrow_exception(answer.failure);
    } catch (const ConnectionLost& lost) {
      if (clock_.now() + pause > give_up) {
        throw base::Error(
            base::Code::kUnavailable,
            fmt::format("{}; the server has been away for too long: is it running?", lost.what()));
      }
    }
    co_await clock_.sleep_until(clock_.now() + pause);
    pause = std::min<base::Duration>(pause * 2, kLongestPause);
    if (!sql_again.empty()) query.sql = sql_again;
  }
}

base::Task<Answer> Server::ask_once(Query query) {
  const auto initiate = [](auto handler, std::shared_ptr<Core> core, base::Pool* pool, Query asked) {
    auto guard = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
    auto done = [handler = std::move(handler), guard = std::move(guard)](std::exception_ptr failure,
                                                                         Answer answer) mutable {
      const auto executor = guard.get_executor();
      boost::asio::post(executor, [handler = std::move(handler), failure = std::move(failure),
                                   answer = std::move(answer)]() mutable {
        std::move(handler)(std::move(failure), std::move(answer));
      });
    };
    enqueue(core, *pool, {.query = std::move(asked), .done = std::move(done)});
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(std::exception_ptr, Answer)>(
      initiate, boost::asio::use_awaitable, core_, &pool_, std::move(query));
}

void Server::enqueue(const std::shared_ptr<Core>& core, base::Pool& pool, Job job) {
  const std::lock_guard lock(core->mutex);
  core->queue.push_back(std::move(job));
  if (core->draining == core->settings.connections) return;
  ++core->draining;
  boost::asio::post(pool.executor(), [core] { drain(core); });
}

void Server::drain(const std::shared_ptr<Core>& core) {
  while (true) {
    std::vector<Job> batch;
    {
      const std::lock_guard lock(core->mutex);
      if (core->queue.empty()) {
        --core->draining;
        return;
      }
      const auto end =
          core->queue.begin() + static_cast<std::ptrdiff_t>(std::min(core->queue.size(), kPipelineLimit));
      std::move(core->queue.begin(), end, std::back_inserter(batch));
      core->queue.erase(core->queue.begin(), end);
    }
    run_batch(*core, batch);
  }
}

void Server::run_batch(Core& core, std::vector<Job>& batch) {
  std::unique_ptr<Connection> connection;
  {
    const std::lock_guard lock(core.mutex);
    if (!core.idle.empty()) {
      connection = std::move(core.idle.back());
      core.idle.pop_back();
    }
  }
  std::vector<Answer> answers;
  try {
    if (!connection) connection = std::make_unique<Connection>(core.settings.url);
    std::vector<const Query*> queries;
    for (const Job& job : batch) queries.push_back(&job.query);
    answers = connection->run(queries);
  } catch (...) {
    answers.assign(batch.size(), {.rows = {}, .failure = std::current_exception()});
  }
  if (connection && !connection->is_lost()) {
    const std::lock_guard lock(core.mutex);
    core.idle.push_back(std::move(connection));
  }
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(nullptr, std::move(answers[i]));
}

}  // namespace pharos::storage::postgres
