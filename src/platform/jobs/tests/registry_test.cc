// Who is taken for dead, and how long one waits before trying again.
#include "platform/jobs/registry.h"

#include <gmock/gmock.h>

#include "platform/jobs/backoff.h"

namespace pharos::jobs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct Watchmen : testing::Test {
  std::vector<WorkerBeat> look(std::vector<WorkerBeat> beats, base::Duration later = 1s) {
    now += later;
    return watchman.look(beats, now);
  }

  base::SteadyTime now{1h};
  Watchman watchman{30s, 5s};
};

TEST_F(Watchmen, TakeForDeadWhoseBeatStandsStillForALease) {
  for (int second = 0; second < 30; ++second) {
    EXPECT_THAT(look({{"still", 1}, {"alive", second}}), IsEmpty()) << second;
  }
  EXPECT_THAT(look({{"still", 1}, {"alive", 30}}), ElementsAre(WorkerBeat{"still", 1}));
}

TEST_F(Watchmen, BeginAnewAfterABeat) {
  for (int second = 0; second < 29; ++second) look({{"slow", 1}});
  look({{"slow", 2}});
  for (int second = 0; second < 29; ++second) EXPECT_THAT(look({{"slow", 2}}), IsEmpty());
  EXPECT_THAT(look({{"slow", 2}}), testing::SizeIs(1));
}

/// The database was away, or this machine slept: nobody can have been heard.
TEST_F(Watchmen, BlameNobodyForATimeInWhichTheyCouldNotLook) {
  look({{"w", 1}});
  EXPECT_THAT(look({{"w", 1}}, 10min), IsEmpty());
  for (int second = 0; second < 29; ++second) EXPECT_THAT(look({{"w", 1}}), IsEmpty());
  EXPECT_THAT(look({{"w", 1}}), testing::SizeIs(1));
}

TEST(Backoff, GrowsUpToALimitAndIsSpreadOverAllOfIt) {
  const Backoff backoff = full_jitter(1s, 2.0, 10s);
  EXPECT_EQ(backoff(2, 0.5), 500ms);
  EXPECT_EQ(backoff(3, 0.5), 1s);
  EXPECT_EQ(backoff(5, 0.25), 2s);
  EXPECT_EQ(backoff(50, 0.5), 5s);
  EXPECT_EQ(backoff(50, 0.0), 0s);
}

TEST(Backoff, KeepsToASchedule) {
  const Backoff backoff = on_schedule({5s, 1min});
  EXPECT_EQ(backoff(2, 0.0), 5s);
  EXPECT_EQ(backoff(3, 0.5), 54s);
  EXPECT_EQ(backoff(9, 0.0), 1min);
}

}  // namespace
}  // namespace pharos::jobs
