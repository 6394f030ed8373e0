#include "platform/jobs/crons.h"

#include <algorithm>

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/cron_expression.h"
#include "platform/jobs/job_rows.h"
#include "platform/storage/json_text.h"
#include "platform/storage/time.h"

namespace pharos::jobs {
namespace {

using storage::Row;
using storage::Scope;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};
constexpr std::string_view kColumns =
    "id, name, expression, kind, input, is_active, timezone, next_at, created_at";
constexpr std::string_view kOfScope = "team_id = $1 AND user_id = $2";

Cron cron_of(const Row& row) {
  return {.id = row.text("id"),
          .name = row.text("name"),
          .expression = row.text("expression"),
          .kind = row.text("kind"),
          .input = storage::read_json(row.text("input"), "a cron's input"),
          .is_active = row.truth("is_active"),
          .timezone = row.optional_text("timezone"),
          .next_at = storage::time_text(row.number("next_at")),
          .created_at = storage::time_text(row.number("created_at"))};
}

void check(const NewCron& cron) {
  if (cron.name.empty() || cron.kind.empty()) {
    throw base::Error(base::Code::kInvalidInput, "a cron needs a name and the kind of its jobs");
  }
}

base::WallTime next_of(const std::string& expression, const std::optional<std::string>& timezone,
                       base::WallTime after) {
  return CronExpression(expression).next(after, TimeZone(timezone.value_or("")));
}

/// One that is there is only changed.
void check_room(Session& session, const std::string& name) {
  const storage::Scope& owner = session.scope();
  const bool is_there = session
                            .find(fmt::format("SELECT 1 FROM job_crons WHERE {} AND name = $3", kOfScope),
                                  owner.team_id, owner.user_id, name)
                            .has_value();
  const auto count = session.run("SELECT count(*) FROM job_crons WHERE team_id = $1", owner.team_id);
  if (!is_there && count.at(0).number(0) >= Crons::kMost) {
    throw base::Error(base::Code::kConflict,
                      fmt::format("a team has at most {} crons: delete one first", Crons::kMost));
  }
}

[[noreturn]] void throw_no_cron(const std::string& id) {
  throw base::Error(base::Code::kNotFound, fmt::format("there is no cron '{}'", id));
}

/// One job for the time that is due: its key says which, so that two who see it due queue it once.
void queue_one(Session& session, Jobs& jobs, const Row& cron) {
  jobs.enqueue_for(session, {.team_id = cron.text("team_id"), .user_id = cron.text("user_id")},
                   {.kind = cron.text("kind"),
                    .input = storage::read_json(cron.text("input"), "a cron's input"),
                    .unique_key = fmt::format("cron {} {}", cron.text("id"), cron.number("next_at"))});
}

/// The ids of those that are due, by two indexes; `$1` is now. What was reckoned later than now was reckoned
/// by a clock that has been set back since.
constexpr std::string_view kDue =
    "SELECT id FROM job_crons WHERE is_active AND next_at <= $1"
    " UNION ALL SELECT id FROM job_crons WHERE is_active AND reckoned_at > $1";

storage::Rows due(Session& session, std::int64_t now) {
  return session.run(
      fmt::format("SELECT id, team_id, user_id, expression, timezone, kind, input, next_at FROM job_crons"
                  " WHERE id IN ({}) AND is_active AND (next_at <= $1 OR reckoned_at > $1)"
                  " ORDER BY id LIMIT 100{}",
                  kDue, skipping_locked(session)),
      now);
}

/// One whose time zone this machine does not know any more rests: the others go on.
void reckon(Session& session, const Row& cron, base::WallTime now) {
  bool is_active = true;
  base::WallTime next = now;
  try {
    next = next_of(cron.text("expression"), cron.optional_text("timezone"), now);
  } catch (const base::Error&) {
    is_active = false;
  }
  session.run("UPDATE job_crons SET next_at = $2, reckoned_at = $3, is_active = $4 WHERE id = $1",
              cron.text("id"), storage::time_number(next), storage::time_number(now), is_active);
}

}  // namespace

base::Task<Cron> Crons::put(Scope scope, NewCron cron) {
  check(cron);
  const base::WallTime now = clock_.wall_now();
  const base::WallTime next = next_of(cron.expression, cron.timezone, now);
  auto work = [id = ids_.next(), cron = std::move(cron), now, next](Session& session) {
    check_room(session, cron.name);
    return cron_of(
        session
            .find(fmt::format("INSERT INTO job_crons (id, team_id, user_id, name, expression, kind, input,"
                              " is_active, timezone, next_at, reckoned_at, created_at)"
                              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)"
                              " ON CONFLICT (team_id, user_id, name) DO UPDATE SET"
                              " expression = excluded.expression, kind = excluded.kind,"
                              " input = excluded.input, is_active = excluded.is_active,"
                              " timezone = excluded.timezone,"
                              " next_at = excluded.next_at, reckoned_at = excluded.reckoned_at"
                              " RETURNING {}",
                              kColumns),
                  id, session.scope().team_id, session.scope().user_id, cron.name, cron.expression, cron.kind,
                  storage::write_json(cron.input, "a cron's input"), cron.is_active, cron.timezone,
                  storage::time_number(next), storage::time_number(now))
            .value());
  };
  co_return co_await jobs_.database().write(std::move(scope), std::move(work));  // alone: they are counted
}

base::Task<std::vector<Cron>> Crons::list(Scope scope) {
  return jobs_.database().read(std::move(scope), [](Session& session) {
    std::vector<Cron> crons;
    for (const Row& row :
         session.run(fmt::format("SELECT {} FROM job_crons WHERE {} ORDER BY name", kColumns, kOfScope),
                     session.scope().team_id, session.scope().user_id)) {
      crons.push_back(cron_of(row));
    }
    return crons;
  });
}

base::Task<Cron> Crons::set_active(Scope scope, std::string id, bool is_active) {
  auto work = [id = std::move(id), is_active, now = clock_.wall_now()](Session& session) {
    const auto& owner = session.scope();
    const auto found =
        session.find(fmt::format("SELECT expression, timezone FROM job_crons WHERE {} AND id = $3", kOfScope),
                     owner.team_id, owner.user_id, id);
    if (!found) throw_no_cron(id);
    const base::WallTime next = next_of(found->text("expression"), found->optional_text("timezone"), now);
    return cron_of(session
                       .find(fmt::format("UPDATE job_crons SET is_active = $2, next_at = $3, reckoned_at = $4"
                                         " WHERE id = $1 RETURNING {}",
                                         kColumns),
                             id, is_active, storage::time_number(next), storage::time_number(now))
                       .value());
  };
  return jobs_.database().write(std::move(scope), std::move(work), kCommitted);
}

base::Task<void> Crons::remove(Scope scope, std::string id) {
  return jobs_.database().write(
      std::move(scope),
      [id = std::move(id)](Session& session) {
        session.run(fmt::format("DELETE FROM job_crons WHERE {} AND id = $3", kOfScope),
                    session.scope().team_id, session.scope().user_id, id);
        if (session.changed() == 0) throw_no_cron(id);
      },
      kCommitted);
}

base::Task<std::size_t> Crons::queue_due() {
  const base::WallTime now = clock_.wall_now();
  const auto any = co_await jobs_.database().read(Scope::system(), [now](Session& session) {
    return session.find(fmt::format("{} LIMIT 1", kDue), storage::time_number(now)).has_value();
  });
  if (!any) co_return 0;
  auto work = [this, now](Session& session) {
    std::size_t queued = 0;
    for (const Row& cron : due(session, storage::time_number(now))) {
      const bool is_due = cron.number("next_at") <= storage::time_number(now);
      if (is_due) queue_one(session, jobs_, cron);
      queued += is_due ? 1 : 0;
      reckon(session, cron, now);
    }
    return queued;
  };
  co_return co_await jobs_.database().write(Scope::system(), std::move(work), kCommitted);
}

CronTicker::CronTicker(Crons& crons, base::Clock& clock, std::function<void(const std::string&)> on_trouble)
    : crons_(crons), clock_(clock), on_trouble_(std::move(on_trouble)) {
  background_.spawn(tick_forever());
}

base::Task<void> CronTicker::tick_forever() {
  while (true) {
    try {
      co_await crons_.queue_due();
    } catch (const boost::system::system_error&) {
      throw;  // cancelled
    } catch (const std::exception& trouble) {
      if (on_trouble_) on_trouble_(fmt::format("crons are not queued: {}", trouble.what()));
    }
    co_await clock_.sleep_until(clock_.now() + std::chrono::seconds(1));
  }
}

}  // namespace pharos::jobs
