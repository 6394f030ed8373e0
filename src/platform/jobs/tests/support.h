// What the tests of this room share: both databases, a clock that is moved by hand, ways to wait.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/ids.h"
#include "core/base/tests/support.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/tables.h"
#include "platform/storage/postgres/private_server.h"
#include "platform/storage/temporary_folder.h"
#include "platform/storage/tests/support_pool.h"

namespace pharos::jobs::testing_support {

using namespace std::chrono_literals;
using base::testing_support::code_of;
using base::testing_support::wait;
using storage::Scope;
using storage::Session;

inline const Scope kNora{.team_id = "north", .user_id = "nora"};
inline const Scope kNed{.team_id = "north", .user_id = "ned"};
inline const Scope kSam{.team_id = "south", .user_id = "sam"};

using storage::testing_support::disk;
inline base::SystemClock& machine_clock() {
  static base::SystemClock clock;
  return clock;
}

struct Sqlite {
  static std::string make_url(const storage::TemporaryFolder& folder) {
    return "sqlite:" + (folder.path() / "jobs.db").string();
  }
};
struct Postgres {
  static storage::postgres::PrivateServer& server() {
    static storage::postgres::PrivateServer started(storage::postgres::PrivateServer::Disk::kCareless);
    return started;
  }
  static std::string make_url(const storage::TemporaryFolder&) { return server().make_database(); }
};
using Kinds = testing::Types<Sqlite, Postgres>;

inline std::unique_ptr<storage::Database> open(const std::string& url, base::Pool& pool = disk()) {
  return storage::open_database({.url = url}, pool, machine_clock());
}

/// A worker's claims, its beats and its looks at others'.
inline constexpr std::size_t kLoops = 3;

/// An empty queue.
template <class Kind>
struct Queue : testing::Test {
  Queue() {
    const storage::RoomTables tables = job_tables();
    database->apply(std::span(&tables, 1));
  }

  /// One transaction of the system.
  template <class Work>
  auto write(Work work) {
    return wait(
        database->write(Scope::system(), std::move(work), {.isolation = storage::Isolation::kCommitted}));
  }
  JobId add(const Scope& owner, NewJob job) { return wait(jobs.enqueue(owner, std::move(job))); }
  /// Moves the clock to the time of a queued job, and lets workers know.
  void skip_to(const JobId& id) {
    const auto run_at = write([&id](Session& session) {
      return session.find("SELECT run_at FROM jobs WHERE id = $1", id).value().number(0);
    });
    const auto now =
        std::chrono::duration_cast<std::chrono::microseconds>(clock.wall_now().time_since_epoch());
    clock.advance(std::max<base::Duration>(0s, std::chrono::microseconds(run_at) - now));
    jobs.hints().work().ring();
  }
  /// A second passes once so many coroutines are asleep: nobody is left behind by the clock.
  void tick(std::size_t asleep) {
    while (clock.sleepers() < asleep) std::this_thread::yield();
    clock.advance(1s);
  }
  Job get(const JobId& id) { return wait(jobs.get(Scope::system(), id)); }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  std::unique_ptr<storage::Database> database = open(url);
  base::ManualClock clock{base::SteadyTime(1h), base::WallTime(std::chrono::seconds(1'800'000'000))};
  base::Ids ids{clock, 7};
  Jobs jobs{*database, clock, ids};
};

}  // namespace pharos::jobs::testing_support
