// The queue's steps, in either database.
#include "platform/jobs/queue.h"

#include <gmock/gmock.h>

#include "platform/jobs/registry.h"
#include "platform/jobs/tests/support.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

const std::vector<std::string> kKinds{"paint", "write"};

template <class Kind>
struct Steps : Queue<Kind> {
  Steps() {
    this->write([this](Session& session) { enter_worker(session, "w", this->clock.wall_now()); });
  }
  std::optional<Claimed> claim(const std::string& worker = "w", std::vector<std::string> kinds = kKinds) {
    return this->write([this, worker, kinds](Session& session) {
      return jobs::claim(session, worker, kinds, this->clock.wall_now());
    });
  }
  /// The input of each job that is claimed, in order, until none is left.
  std::vector<std::string> claim_all() {
    std::vector<std::string> order;
    while (const auto claimed = claim()) order.emplace_back(claimed->job.input.as_string());
    return order;
  }
  void succeed(const Lease& lease, json::value result = nullptr) {
    this->write([&](Session& session) { jobs::succeed(session, lease, result, this->clock.wall_now()); });
  }
  void fail(const Lease& lease, std::optional<base::Duration> wait = 0s) {
    this->write([&](Session& session) {
      const auto now = this->clock.wall_now();
      const auto retry_at = wait ? std::optional(now + *wait) : std::nullopt;
      jobs::fail(session, lease, {.code = "internal", .message = "the lamp is out"}, retry_at, now);
    });
  }
  std::vector<std::string> story(const JobId& id) {
    std::vector<std::string> names;
    std::int64_t number = 0;
    for (const JobEvent& event : wait(this->jobs.events_after(Scope::system(), id, 0)).events) {
      EXPECT_EQ(event.number, ++number);
      names.push_back(event.name);
    }
    return names;
  }
};
TYPED_TEST_SUITE(Steps, Kinds);

TYPED_TEST(Steps, LeadFromTheQueueToAResult) {
  const JobId id = this->add(kNora, {.kind = "paint", .input = {{"colour", "blue"}}});
  EXPECT_EQ(this->get(id).status, JobStatus::kQueued);
  const auto claimed = this->claim();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->job.id, id);
  EXPECT_EQ(claimed->job.input.at("colour"), "blue");
  EXPECT_EQ(claimed->job.user_id, "nora");
  EXPECT_EQ(this->get(id).status, JobStatus::kRunning);
  this->succeed(claimed->lease, 42);
  const Job job = this->get(id);
  EXPECT_EQ(job.status, JobStatus::kSucceeded);
  EXPECT_EQ(job.result, 42);
  EXPECT_EQ(job.attempts, 1);
  EXPECT_EQ(job.finished_at, "2027-01-15T08:00:00.000Z");
  EXPECT_THAT(this->story(id), ElementsAre("started", "succeeded"));
  EXPECT_FALSE(this->claim());
}

TYPED_TEST(Steps, AreInTheTransactionOfTheirEffect) {
  EXPECT_THROW(wait(this->database->write(kNora,
                                          [this](Session& session) {
                                            this->jobs.enqueue(session, {.kind = "paint"});
                                            throw std::runtime_error("the effect failed");
                                          })),
               std::runtime_error);
  EXPECT_FALSE(this->claim());
}

TYPED_TEST(Steps, TakeHigherPrioritiesFirstAndThenInOrder) {
  this->add(kNora, {.kind = "paint", .input = "normal 1"});
  this->add(kNora, {.kind = "paint", .input = "low", .priority = Priority::kLow});
  this->add(kNora, {.kind = "paint", .input = "normal 2"});
  this->add(kNora, {.kind = "paint", .input = "high", .priority = Priority::kHigh});
  EXPECT_THAT(this->claim_all(), ElementsAre("high", "normal 1", "normal 2", "low"));
}

TYPED_TEST(Steps, LetTeamsTakeTurns) {
  wait(this->database->write(kNora, [this](Session& session) {
    for (int i = 0; i < 1000; ++i) this->jobs.enqueue(session, {.kind = "paint", .input = "north"});
  }));
  ASSERT_TRUE(this->claim());
  this->add(kSam, {.kind = "paint", .input = "south"});
  this->add(kSam, {.kind = "paint", .input = "south"});
  std::vector<std::string> order;
  for (int i = 0; i < 5; ++i) order.emplace_back(this->claim()->job.input.as_string());
  EXPECT_THAT(order, ElementsAre("south", "north", "south", "north", "north"));
}

TYPED_TEST(Steps, WaitForTheirTime) {
  const auto soon = this->clock.wall_now() + 1min;
  this->add(kNora, {.kind = "paint", .input = "later", .run_at = soon});
  EXPECT_FALSE(this->claim());
  this->clock.advance(59s);
  EXPECT_FALSE(this->claim());
  this->clock.advance(1s);
  EXPECT_THAT(this->claim_all(), ElementsAre("later"));
}

TYPED_TEST(Steps, AreDueAtOnceWhenAWrongClockIsSetBackButForWhoAskedForATime) {
  const auto bring_forward_now = [this] {
    return this->write([this](Session& session) { return bring_forward(session, this->clock.wall_now()); });
  };
  this->add(kNora, {.kind = "paint", .input = "put off"});
  this->fail(this->claim()->lease, 5min);
  this->add(kNora, {.kind = "paint", .input = "queued"});
  this->add(kNora, {.kind = "paint", .input = "appointed", .run_at = this->clock.wall_now() + 3h});
  EXPECT_EQ(bring_forward_now(), 0U) << "the clock is right";
  this->clock.advance(-1h);
  EXPECT_FALSE(this->claim());
  EXPECT_EQ(bring_forward_now(), 2U);
  EXPECT_EQ(bring_forward_now(), 0U);
  EXPECT_THAT(this->claim_all(), UnorderedElementsAre("put off", "queued"));
  this->clock.advance(4h);
  EXPECT_THAT(this->claim_all(), ElementsAre("appointed"));
}

TYPED_TEST(Steps, GiveWorkersWhatTheyKnowHowToDo) {
  this->add(kNora, {.kind = "write"});
  EXPECT_FALSE(this->claim("w", {"paint"}));
  EXPECT_TRUE(this->claim("w", {"paint", "write"}));
}

TYPED_TEST(Steps, GiveNothingToAWorkerThatIsNotRegistered) {
  this->add(kNora, {.kind = "paint"});
  EXPECT_FALSE(this->claim("stranger"));
}

TYPED_TEST(Steps, TryAgainUntilNoAttemptIsLeft) {
  const JobId id = this->add(kNora, {.kind = "paint", .max_attempts = 2});
  this->fail(this->claim()->lease, 10s);
  EXPECT_EQ(this->get(id).status, JobStatus::kQueued);
  EXPECT_EQ(this->get(id).error->message, "the lamp is out");
  EXPECT_FALSE(this->claim());
  this->clock.advance(10s);
  this->fail(this->claim()->lease, 10s);
  EXPECT_EQ(this->get(id).status, JobStatus::kDead);
  EXPECT_THAT(this->story(id), ElementsAre("started", "retrying", "started", "dead"));
  this->clock.advance(1h);
  EXPECT_FALSE(this->claim());
}

TYPED_TEST(Steps, EndAtOnceWhenAnotherAttemptWouldNotHelp) {
  const JobId id = this->add(kNora, {.kind = "paint"});
  this->fail(this->claim()->lease, std::nullopt);
  EXPECT_EQ(this->get(id).status, JobStatus::kFailed);
}

TYPED_TEST(Steps, AreReplayedByHand) {
  const JobId id = this->add(kNora, {.kind = "paint", .max_attempts = 1});
  EXPECT_EQ(code_of([&] { wait(this->jobs.replay(kNora, id)); }), base::Code::kConflict);
  this->fail(this->claim()->lease);
  EXPECT_EQ(wait(this->jobs.replay(kNora, id)).status, JobStatus::kQueued);
  this->succeed(this->claim()->lease);
  EXPECT_THAT(this->story(id), ElementsAre("started", "dead", "replayed", "started", "succeeded"));
  EXPECT_EQ(code_of([&] { wait(this->jobs.replay(kNora, id)); }), base::Code::kConflict);
}

TYPED_TEST(Steps, AreCancelledBeforeTheyBegin) {
  const JobId id = this->add(kNora, {.kind = "paint"});
  EXPECT_EQ(wait(this->jobs.cancel(kNora, id)).status, JobStatus::kCancelled);
  EXPECT_FALSE(this->claim());
  EXPECT_EQ(wait(this->jobs.cancel(kNora, id)).status, JobStatus::kCancelled);
  EXPECT_THAT(this->story(id), ElementsAre("cancelled"));
}

TYPED_TEST(Steps, AreNotTriedAgainWhenTheyWereCancelledMeanwhile) {
  const JobId id = this->add(kNora, {.kind = "paint"});
  const Lease lease = this->claim()->lease;
  EXPECT_EQ(wait(this->jobs.cancel(kNora, id)).status, JobStatus::kRunning);
  this->fail(lease, 10s);
  EXPECT_EQ(this->get(id).status, JobStatus::kCancelled);
  EXPECT_THAT(this->story(id), ElementsAre("started", "cancelled"));
}

TYPED_TEST(Steps, AreOneForOneKey) {
  const JobId first = this->add(kNora, {.kind = "paint", .unique_key = "k"});
  EXPECT_EQ(this->add(kNora, {.kind = "paint", .unique_key = "k"}), first);
  EXPECT_NE(this->add(kNora, {.kind = "write", .unique_key = "k"}), first);
  EXPECT_NE(this->add(kSam, {.kind = "paint", .unique_key = "k"}), first);
  EXPECT_NE(this->add(kNora, {.kind = "paint"}), this->add(kNora, {.kind = "paint"}));
}

/// Who was taken for dead and wakes up again changes nothing.
TYPED_TEST(Steps, OfAnOldLeaseAreRefused) {
  const JobId id = this->add(kNora, {.kind = "paint"});
  const Lease old = this->claim()->lease;
  this->write([](Session& session) { leave_worker(session, "w"); });
  EXPECT_TRUE(this->write([](Session& session) { return has_orphans(session); }));
  this->write([this](Session& session) {
    EXPECT_EQ(requeue_orphans(session, this->clock.wall_now()).size(), 1U);
    enter_worker(session, "w2", this->clock.wall_now());
  });
  const auto refused = [&](auto step) {
    return code_of([&] { this->write([&](Session& session) { step(session); }); }) == base::Code::kConflict;
  };
  const auto now = this->clock.wall_now();
  EXPECT_TRUE(refused([&](Session& session) { jobs::succeed(session, old, 1, now); })) << "queued again";
  const auto taken = this->claim("w2");
  ASSERT_TRUE(taken);
  EXPECT_GT(taken->lease.epoch, old.epoch);
  EXPECT_TRUE(refused([&](Session& session) { jobs::succeed(session, old, 1, now); }));
  EXPECT_TRUE(refused([&](Session& session) { jobs::fail(session, old, {}, now, now); }));
  EXPECT_TRUE(refused([&](Session& session) { tell_progress(session, old, 1, now); }));
  EXPECT_TRUE(refused([&](Session& session) { check_lease(session, old); }));
  EXPECT_TRUE(refused([&](Session& session) { release(session, old, now); }));
  EXPECT_TRUE(refused([&](Session& session) { end_cancelled(session, old, now); }));
  this->succeed(taken->lease, 2);
  EXPECT_EQ(this->get(id).result, 2);
  EXPECT_THAT(this->story(id), ElementsAre("started", "interrupted", "started", "succeeded"));
}

TYPED_TEST(Steps, OfAnotherUserAreNotFound) {
  const JobId id = this->add(kNora, {.kind = "paint"});
  const Scope team{.team_id = "north", .user_id = ""};
  EXPECT_EQ(wait(this->jobs.get(kNora, id)).id, id);
  EXPECT_EQ(wait(this->jobs.get(team, id)).id, id);
  for (const Scope& other : {kNed, kSam, Scope{}}) {
    EXPECT_EQ(code_of([&] { wait(this->jobs.get(other, id)); }), base::Code::kNotFound);
    EXPECT_EQ(code_of([&] { wait(this->jobs.cancel(other, id)); }), base::Code::kNotFound);
    EXPECT_EQ(code_of([&] { wait(this->jobs.replay(other, id)); }), base::Code::kNotFound);
    EXPECT_EQ(code_of([&] { wait(this->jobs.events_after(other, id, 0)); }), base::Code::kNotFound);
    EXPECT_TRUE(wait(this->jobs.list(other, {})).empty());
  }
  EXPECT_EQ(wait(this->jobs.list(kNora, {})).size(), 1U);
}

TYPED_TEST(Steps, AreListedNewestFirstPageByPage) {
  std::vector<JobId> made;
  for (int i = 0; i < 5; ++i) made.push_back(this->add(kNora, {.kind = i == 2 ? "write" : "paint"}));
  const auto page = wait(this->jobs.list(kNora, {.limit = 2}));
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].id, made[4]);
  EXPECT_EQ(wait(this->jobs.list(kNora, {.before = page[1].id, .limit = 2})).at(0).id, made[2]);
  EXPECT_EQ(wait(this->jobs.list(kNora, {.kind = "write"})).size(), 1U);
  EXPECT_TRUE(wait(this->jobs.list(kNora, {.status = JobStatus::kDead})).empty());
}

TYPED_TEST(Steps, ThatEndedLongAgoAreRemoved) {
  const JobId old = this->add(kNora, {.kind = "paint"});
  this->succeed(this->claim()->lease);
  this->clock.advance(24h);
  const JobId waiting = this->add(kNora, {.kind = "paint"});
  EXPECT_EQ(wait(this->jobs.remove_ended(this->clock.wall_now() - 1h)), 1U);
  EXPECT_EQ(code_of([&] { this->get(old); }), base::Code::kNotFound);
  EXPECT_EQ(this->get(waiting).id, waiting);
}

TYPED_TEST(Steps, AskTheDatabaseForNothingFromEndToEnd) {
  const auto scans = [this](const std::string& sql) {
    return wait(this->database->read(Scope::system(),
                                     [sql](Session& session) { return session.whole_table_scans(sql); }));
  };
  EXPECT_EQ(
      scans("SELECT id FROM jobs WHERE status = 'queued' AND priority = $1 AND run_at <= $2 AND team_id = $3"
            " AND kind IN ($4) ORDER BY run_at, id LIMIT 1"),
      "");
  EXPECT_EQ(scans("SELECT min(team_id) FROM jobs WHERE status = 'queued' AND priority = $1"), "");
  EXPECT_EQ(scans("SELECT id FROM jobs WHERE lease_owner = $1 AND status = 'running'"), "");
  EXPECT_EQ(
      scans("SELECT id FROM jobs WHERE team_id = $1 AND user_id = $2 AND id < $3 ORDER BY id DESC LIMIT 5"),
      "");
}

}  // namespace
}  // namespace pharos::jobs
