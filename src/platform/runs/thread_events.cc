#include "platform/runs/thread_events.h"

#include <limits>
#include <utility>

#include <fmt/format.h>

namespace pharos::runs {
namespace {

using storage::Session;

constexpr auto kLook = std::chrono::seconds(1);

/// Of the scope's own runs.
std::optional<BegunRun> find_run(Session& session, const char* condition_and_order,
                                 const std::string& thread_id, std::int64_t number) {
  const auto row = session.find(fmt::format("SELECT id, graph_id, first_number FROM runs WHERE thread_id = $1"
                                            " AND team_id = $3 AND user_id = $4 AND {} LIMIT 1",
                                            condition_and_order),
                                thread_id, number, session.scope().team_id, session.scope().user_id);
  if (!row) return std::nullopt;
  return BegunRun{.run_id = row->text("id"),
                  .graph_id = row->text("graph_id"),
                  .first_number = row->number("first_number")};
}

/// The last run that began with that number or before it.
std::optional<BegunRun> run_with(Session& session, const std::string& thread_id, std::int64_t number) {
  return find_run(session, "first_number <= $2 ORDER BY first_number DESC", thread_id, number);
}

std::optional<BegunRun> run_after(Session& session, const std::string& thread_id, std::int64_t number) {
  return find_run(session, "first_number > $2 ORDER BY first_number", thread_id, number);
}

}  // namespace

ThreadFollower::ThreadFollower(Parts parts, storage::Scope scope, std::string thread_id,
                               std::optional<std::int64_t> since)
    : parts_(parts), scope_(std::move(scope)), thread_id_(std::move(thread_id)), since_(since) {}

base::Task<std::optional<BegunRun>> ThreadFollower::find_next() {
  const bool is_first = last_number_ == 0;
  auto look = [is_first, thread_id = thread_id_, since = since_, last = last_number_](Session& session) {
    if (!is_first) return run_after(session, thread_id, last);
    auto begun = run_with(session, thread_id, since.value_or(std::numeric_limits<std::int64_t>::max()));
    return begun ? begun : run_after(session, thread_id, 0);
  };
  return parts_.database.read(scope_, std::move(look));
}

base::Task<ThreadNews> ThreadFollower::next() {
  const auto bell = parts_.jobs.hints().watch(thread_id_);
  while (!run_) {
    const std::uint64_t heard = bell->rings();
    run_ = co_await find_next();
    if (run_) {
      last_number_ = run_->first_number;
      reader_.emplace(parts_.watch, scope_, run_->run_id);
    } else {
      co_await bell->wait(heard, parts_.clock, parts_.clock.now() + kLook);
    }
  }
  NewEvents read = co_await reader_->next();
  ThreadNews news{.run = *run_, .events = std::move(read.events), .is_over = read.is_over};
  if (news.is_over) {
    EndWatch end(parts_.jobs, scope_, run_->run_id);
    co_await end.is_over();
    news.end = end.end();
    run_.reset();
  }
  co_return news;
}

base::Task<std::optional<BegunRun>> last_run(storage::Database& database, storage::Scope scope,
                                             std::string thread_id) {
  auto look = [thread_id = std::move(thread_id)](Session& session) {
    return run_with(session, thread_id, std::numeric_limits<std::int64_t>::max());
  };
  return database.read(std::move(scope), std::move(look));
}

base::Task<std::int64_t> last_number(storage::Database& database, jobs::Jobs& jobs, storage::Scope scope,
                                     std::string thread_id) {
  const auto run = co_await last_run(database, scope, std::move(thread_id));
  if (!run) co_return 0;
  co_return run->number_of(co_await last_event_id(jobs, std::move(scope), run->run_id));
}

}  // namespace pharos::runs
