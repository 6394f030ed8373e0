// Crons in either database.
#include "platform/jobs/crons.h"

#include <gmock/gmock.h>

#include "platform/jobs/tests/support.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;

template <class Kind>
struct CronTables : Queue<Kind> {
  Cron put(const Scope& scope, const std::string& expression, bool is_active = true) {
    return wait(crons.put(
        scope,
        {.name = "tidy", .expression = expression, .kind = "tidy", .input = 7, .is_active = is_active}));
  }
  std::size_t queued() { return wait(this->jobs.list(Scope::system(), {.limit = 200})).size(); }

  Crons crons{this->jobs, this->clock, this->ids};
  Crons others{this->jobs, this->clock, this->ids};
};
TYPED_TEST_SUITE(CronTables, Kinds);

TYPED_TEST(CronTables, QueueOneJobForEachTime) {
  EXPECT_EQ(this->put(kNora, "*/10 * * * *").next_at, "2027-01-15T08:10:00.000Z");
  EXPECT_EQ(wait(this->crons.queue_due()), 0U);
  for (int i = 1; i <= 3; ++i) {
    this->clock.advance(10min);
    EXPECT_EQ(wait(this->crons.queue_due()) + wait(this->others.queue_due()), 1U);
    EXPECT_EQ(this->queued(), static_cast<std::size_t>(i));
  }
  const Job job = wait(this->jobs.list(kNora, {})).at(0);
  EXPECT_EQ(job.kind, "tidy");
  EXPECT_EQ(job.input, 7);
  EXPECT_EQ(job.user_id, "nora");
}

TYPED_TEST(CronTables, AreAHundredOfATeamAtMost) {
  const auto put = [this](const Scope& scope, const std::string& name) {
    return code_of([&] {
      wait(this->crons.put(scope, {.name = name, .expression = "0 7 * * *", .kind = "tidy", .input = {}}));
    });
  };
  for (int i = 0; i < Crons::kMost; ++i) EXPECT_FALSE(put(i % 2 == 0 ? kNora : kNed, std::to_string(i)));
  EXPECT_EQ(put(kNora, "one more"), base::Code::kConflict);
  EXPECT_EQ(put(kNed, "one more"), base::Code::kConflict);
  EXPECT_FALSE(put(kNora, "0")) << "that one is only changed";
  EXPECT_FALSE(put(kSam, "one more"));
  wait(this->crons.remove(kNora, wait(this->crons.list(kNora)).front().id));
  EXPECT_FALSE(put(kNora, "one more"));
}

TYPED_TEST(CronTables, QueueOnceWhenManyLookAtTheSameMoment) {
  this->put(kNora, "* * * * *");
  for (int minute = 1; minute <= 5; ++minute) {
    this->clock.advance(1min);
    std::vector<std::jthread> lookers;
    for (int i = 0; i < 6; ++i) lookers.emplace_back([this] { wait(this->crons.queue_due()); });
    lookers.clear();
    EXPECT_EQ(this->queued(), static_cast<std::size_t>(minute));
  }
}

TYPED_TEST(CronTables, MakeUpForWhatWasMissedWithOne) {
  this->put(kNora, "* * * * *");
  this->clock.advance(48h);
  EXPECT_EQ(wait(this->crons.queue_due()), 1U);
  EXPECT_EQ(wait(this->crons.queue_due()), 0U);
  EXPECT_EQ(this->queued(), 1U);
}

/// Reckoned by a clock that ran a month ahead.
TYPED_TEST(CronTables, GoOnWhenTheClockIsSetBack) {
  base::ManualClock ahead{
      base::SteadyTime(1h),
      this->clock.wall_now() + std::chrono::duration_cast<base::WallTime::duration>(30 * 24h)};
  Crons hasty{this->jobs, ahead, this->ids};
  wait(hasty.put(kNora, {.name = "tidy", .expression = "0 * * * *", .kind = "tidy"}));
  EXPECT_EQ(wait(this->crons.queue_due()), 0U);
  this->clock.advance(1h);
  EXPECT_EQ(wait(this->crons.queue_due()), 1U);
}

TYPED_TEST(CronTables, AreChangedByTheirNameAndSwitchedOff) {
  const std::string id = this->put(kNora, "* * * * *").id;
  EXPECT_EQ(this->put(kNora, "0 0 * * *", false).id, id);
  EXPECT_EQ(wait(this->crons.list(kNora)).size(), 1U);
  this->clock.advance(48h);
  EXPECT_EQ(wait(this->crons.queue_due()), 0U);
}

TYPED_TEST(CronTables, ArePausedAndGoOnWithoutWhatTheyMissed) {
  const Cron made = this->put(kNora, "* * * * *");
  EXPECT_FALSE(wait(this->crons.set_active(kNora, made.id, false)).is_active);
  this->clock.advance(1h);
  EXPECT_EQ(wait(this->crons.queue_due()), 0U);
  EXPECT_EQ(wait(this->crons.set_active(kNora, made.id, true)).next_at, "2027-01-15T09:01:00.000Z");
  EXPECT_EQ(wait(this->crons.queue_due()), 0U);
  this->clock.advance(1min);
  EXPECT_EQ(wait(this->crons.queue_due()), 1U);
  EXPECT_EQ(code_of([&] { wait(this->crons.set_active(kSam, made.id, false)); }), base::Code::kNotFound);
}

TYPED_TEST(CronTables, GoByTheClocksOfTheirPlace) {
  const auto put = [this](std::optional<std::string> timezone) {
    return wait(this->crons.put(
        kNora, {.name = "tidy", .expression = "0 7 1 7 *", .kind = "tidy", .timezone = std::move(timezone)}));
  };
  const Cron made = put("Europe/Lisbon");
  EXPECT_EQ(made.timezone, "Europe/Lisbon");
  EXPECT_EQ(made.next_at, "2027-07-01T06:00:00.000Z");
  EXPECT_EQ(wait(this->crons.set_active(kNora, made.id, true)).next_at, made.next_at);
  this->clock.advance(24h * 200);
  EXPECT_EQ(wait(this->crons.queue_due()), 1U);
  EXPECT_EQ(wait(this->crons.list(kNora)).at(0).next_at, "2028-07-01T06:00:00.000Z");
  EXPECT_EQ(put({}).next_at, "2028-07-01T07:00:00.000Z");
  EXPECT_EQ(code_of([&] { put("Mars/Olympus"); }), base::Code::kInvalidInput);
}

/// Rules of places come from the machine.
TYPED_TEST(CronTables, RestWhereTheirPlaceIsNotKnown) {
  const std::string lost = this->put(kNora, "* * * * *").id;
  this->put(kSam, "* * * * *");
  wait(this->database->write(Scope::system(), [&](Session& session) {
    session.run("UPDATE job_crons SET timezone = 'Mars/Olympus' WHERE id = $1", lost);
  }));
  this->clock.advance(1min);
  EXPECT_EQ(wait(this->crons.queue_due()), 2U);
  this->clock.advance(1min);
  EXPECT_EQ(wait(this->crons.queue_due()), 1U);
  EXPECT_FALSE(wait(this->crons.list(kNora)).at(0).is_active);
}

TYPED_TEST(CronTables, AreTheirOwners) {
  const std::string id = this->put(kNora, "* * * * *").id;
  EXPECT_TRUE(wait(this->crons.list(kNed)).empty());
  EXPECT_TRUE(wait(this->crons.list(kSam)).empty());
  EXPECT_EQ(code_of([&] { wait(this->crons.remove(kSam, id)); }), base::Code::kNotFound);
  wait(this->crons.remove(kNora, id));
  EXPECT_TRUE(wait(this->crons.list(kNora)).empty());
}

TYPED_TEST(CronTables, AreRefusedWhenTheyNeverComeRound) {
  EXPECT_EQ(code_of([&] { this->put(kNora, "0 0 30 2 *"); }), base::Code::kInvalidInput);
}

}  // namespace
}  // namespace pharos::jobs
