#include "platform/storage/postgres/postgres_database.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/storage/postgres/plan.h"
#include "platform/storage/postgres/room_tables.h"
#include "platform/storage/postgres/values.h"

namespace pharos::storage {

using postgres::Asker;

/// One transaction, until it has succeeded or failed for good.
struct PostgresDatabase::Job {
  Scope scope;
  AnyWork work;
  std::string_view begin;
  bool may_write;
  base::Deadline deadline;
};

struct PostgresDatabase::Core {
  Core(DatabaseSettings given, base::Pool& the_pool, base::Clock& the_clock)
      : settings(std::move(given)),
        pool(the_pool),
        clock(the_clock),
        around{.clock = the_clock, .slow_after = settings.slow_after, .on_slow = settings.on_slow} {
    settings.connections = std::clamp(settings.connections, 1, pool.threads());
  }

  DatabaseSettings settings;
  base::Pool& pool;
  base::Clock& clock;
  SessionSurroundings around;
  std::atomic<unsigned> clashes = 0;

  std::mutex mutex;  ///< guards what follows
  std::deque<std::move_only_function<void()>> queue;
  int running = 0;
  std::vector<std::unique_ptr<Asker>> idle;
};

namespace {

constexpr auto kFirstPause = std::chrono::milliseconds(20);
constexpr auto kLongestPause = std::chrono::milliseconds(500);
constexpr int kMostClashes = 12;
/// A server cancels by itself what takes too long; this long after it, it is taken for gone.
constexpr auto kGrace = std::chrono::seconds(5);

constexpr std::string_view kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr std::string_view kBeginSerializable = "BEGIN ISOLATION LEVEL SERIALIZABLE";
constexpr std::string_view kBeginCommitted = "BEGIN ISOLATION LEVEL READ COMMITTED";

class PostgresSession final : public Session {
 public:
  PostgresSession(Asker& asker, const Scope& scope, const SessionSurroundings& around, base::Duration limit,
                  base::Deadline deadline)
      : Session(Engine::kPostgres, scope, around),
        asker_(asker),
        clock_(around.clock),
        limit_(limit),
        deadline_(deadline) {}

  std::string whole_table_scans(std::string_view sql) override {
    asker_.open(limit_ + kGrace);
    return postgres::whole_table_scans(asker_.connection(), sql);
  }

 private:
  Rows carry_out(std::string_view sql, std::span<const Value> values, std::size_t& changed) override {
    if (deadline_.passed(clock_)) throw took_too_long();
    return asker_.carry_out(sql, values, changed, limit_ + kGrace);
  }
  void carry_out_later(std::string_view sql, std::span<const Value> values) override {
    if (deadline_.passed(clock_)) throw took_too_long();
    asker_.carry_out_later(sql, values, limit_ + kGrace);
  }
  std::shared_ptr<Rows> carry_out_asked(std::string_view sql, std::span<const Value> values) override {
    if (deadline_.passed(clock_)) throw took_too_long();
    return asker_.ask(sql, values, limit_ + kGrace);
  }
  void settle() override { asker_.settle(limit_ + kGrace); }

  Asker& asker_;
  base::Clock& clock_;
  const base::Duration limit_;
  const base::Deadline deadline_;
};

void begin(Asker& asker, std::string_view sql, const Scope& scope, base::Duration limit) {
  constexpr std::string_view kSetting =
      "SELECT set_config('pharos.team', $1, true), set_config('pharos.user', $2, true),"
      " set_config('pharos.system', $3, true), set_config('statement_timeout', $4, true)";
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  asker.begin(sql, kSetting,
              {scope.team_id, scope.user_id, std::string(scope.is_system ? "yes" : ""),
               std::to_string(milliseconds)});
}

/// Whether a lost COMMIT was carried out, nobody knows.
void commit(Asker& asker, bool may_have_written, base::Duration silence) {
  if (!may_have_written) return asker.leave(silence);
  try {
    asker.commit(silence);
  } catch (const postgres::Clash&) {
    throw;
  } catch (const postgres::ConnectionLost& lost) {
    throw base::Error(
        base::Code::kUnavailable,
        fmt::format("{}; whether the change was made is not known: look before you ask for it again",
                    lost.what()));
  }
}

/// When to give up, and how long to wait until then.
class Attempts {
 public:
  Attempts(base::Clock& clock, base::Deadline give_up) : clock_(clock), give_up_(give_up) {}

  /// Throws the failure when another attempt would not mend it.
  base::Duration pause_after(const std::exception_ptr& failure, unsigned clash) {
    try {
      std::rethrow_exception(failure);
    } catch (const postgres::Clash&) {
      if (++clashes_ == kMostClashes) throw;
      return spread(clash);
    } catch (const postgres::ConnectionLost& lost) {
      const base::Duration pause = std::min<base::Duration>(kFirstPause * (1 << lost_), kLongestPause);
      if (base::Deadline(clock_.now() + pause).sooner(give_up_).when() == give_up_.when()) {
        throw base::Error(
            base::Code::kUnavailable,
            fmt::format("{}; the server has been away for too long: is it running?", lost.what()));
      }
      lost_ = std::min(lost_ + 1, 5);
      return pause;
    }
  }

 private:
  /// Those who have clashed come back one after the other, not all at once: each takes the next of 16 places
  /// in a time that doubles.
  base::Duration spread(unsigned clash) const {
    return std::chrono::microseconds((1 + clash * 7 % 16) * (100U << std::min(clashes_, 7)));
  }

  base::Clock& clock_;
  base::Deadline give_up_;
  int clashes_ = 0;
  int lost_ = 0;
};

}  // namespace

PostgresDatabase::PostgresDatabase(DatabaseSettings settings, base::Pool& pool, base::Clock& clock)
    : core_(std::make_shared<Core>(std::move(settings), pool, clock)) {
  postgres::Connection owner(core_->settings.url);
  postgres::prepare_rooms(owner);
}

std::vector<PendingMigration> PostgresDatabase::pending(std::span<const RoomTables> rooms) {
  postgres::Connection owner(core_->settings.url);
  return postgres::pending_rooms(owner, rooms);
}

void PostgresDatabase::apply(std::span<const RoomTables> rooms) {
  postgres::Connection owner(core_->settings.url);
  postgres::apply_rooms(owner, rooms);
}

base::Task<void> PostgresDatabase::run_read(Scope scope, AnyWork work, base::Deadline deadline) {
  return run(core_, std::make_shared<const Job>(Job{.scope = std::move(scope),
                                                    .work = std::move(work),
                                                    .begin = kBeginRead,
                                                    .may_write = false,
                                                    .deadline = deadline}));
}

base::Task<void> PostgresDatabase::run_write(Scope scope, AnyWork work, WriteOptions options) {
  const bool is_serializable = options.isolation == Isolation::kSerializable;
  return run(core_,
             std::make_shared<const Job>(Job{.scope = std::move(scope),
                                             .work = std::move(work),
                                             .begin = is_serializable ? kBeginSerializable : kBeginCommitted,
                                             .may_write = true,
                                             .deadline = options.deadline}));
}

base::Task<void> PostgresDatabase::run(std::shared_ptr<Core> core, std::shared_ptr<const Job> job) {
  Attempts attempts(core->clock,
                    base::Deadline::in(core->clock, core->settings.patience).sooner(job->deadline));
  while (true) {
    const std::exception_ptr failure = co_await attempt(core, job);
    if (!failure) co_return;
    const base::Duration pause = attempts.pause_after(failure, core->clashes++);
    co_await core->clock.sleep_until(core->clock.now() + pause);
  }
}

namespace {

template <class Core, class Job>
void carry_out(Core& core, const Job& job, Asker& asker) {
  const base::SteadyTime now = core.clock.now();
  const base::Duration limit =
      base::Deadline(now + core.settings.statement_limit).sooner(job.deadline).when() - now;
  if (limit <= base::Duration::zero()) throw took_too_long();
  PostgresSession session(asker, job.scope, core.around, limit, job.deadline);
  try {
    begin(asker, job.begin, job.scope, limit);
    job.work(session);
    session.check();
    commit(asker, job.may_write, limit + kGrace);
  } catch (...) {
    if (asker.is_usable()) asker.roll_back(limit + kGrace);
    throw;
  }
}

template <class Core>
std::unique_ptr<Asker> take(Core& core) {
  {
    const std::lock_guard lock(core.mutex);
    if (!core.idle.empty()) {
      auto asker = std::move(core.idle.back());
      core.idle.pop_back();
      return asker;
    }
  }
  auto asker = std::make_unique<Asker>(core.settings.url);
  postgres::become_worker(asker->connection());
  return asker;
}

template <class Core, class Job>
std::exception_ptr run_once(Core& core, const Job& job) {
  std::exception_ptr failure;
  std::unique_ptr<Asker> asker;
  try {
    asker = take(core);
    carry_out(core, job, *asker);
  } catch (...) {
    failure = std::current_exception();
  }
  if (asker && asker->is_usable()) {
    const std::lock_guard lock(core.mutex);
    core.idle.push_back(std::move(asker));
  }
  return failure;
}

/// Works through the queue; as many do at a time as there may be connections.
template <class Core>
void drain(const std::shared_ptr<Core>& core) {
  while (true) {
    std::move_only_function<void()> next;
    {
      const std::lock_guard lock(core->mutex);
      if (core->queue.empty()) {
        --core->running;
        return;
      }
      next = std::move(core->queue.front());
      core->queue.pop_front();
    }
    next();
  }
}

template <class Core>
void enqueue(const std::shared_ptr<Core>& core, std::move_only_function<void()> step) {
  const std::lock_guard lock(core->mutex);
  core->queue.push_back(std::move(step));
  if (core->running == core->settings.connections) return;
  ++core->running;
  boost::asio::post(core->pool.executor(), [core] { drain(core); });
}

}  // namespace

base::Task<std::exception_ptr> PostgresDatabase::attempt(std::shared_ptr<Core> core,
                                                         std::shared_ptr<const Job> job) {
  using Signature = void(std::exception_ptr, std::exception_ptr);
  const auto initiate = [](auto handler, std::shared_ptr<Core> core_of_it, std::shared_ptr<const Job> asked) {
    auto guard = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
    auto step = [handler = std::move(handler), guard = std::move(guard), core_of_it,
                 asked = std::move(asked)]() mutable {
      std::exception_ptr failure = run_once(*core_of_it, *asked);
      asked.reset();
      const auto executor = guard.get_executor();
      boost::asio::post(executor, [handler = std::move(handler), failure = std::move(failure)]() mutable {
        std::move(handler)(std::exception_ptr(), std::move(failure));
      });
    };
    enqueue(core_of_it, std::move(step));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, Signature>(
      initiate, boost::asio::use_awaitable, std::move(core), std::move(job));
}

}  // namespace pharos::storage
