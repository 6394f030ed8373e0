#include <set>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/base/clock.h"
#include "core/base/deadline.h"
#include "core/base/ids.h"

namespace pharos::base {
namespace {
namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

Task<void> note_when_awake(Clock& clock, SteadyTime when, bool& awake) {
  co_await clock.sleep_until(when);
  awake = true;
}

TEST(ManualClock, WakesASleeperWhenItsTimeComesAndNotBefore) {
  asio::io_context loop;
  ManualClock clock;
  bool awake = false;
  asio::co_spawn(loop, note_when_awake(clock, clock.now() + seconds(10), awake), asio::detached);
  loop.poll();
  EXPECT_EQ(clock.sleepers(), 1U);
  clock.advance(seconds(9));
  loop.poll();
  EXPECT_FALSE(awake);
  clock.advance(seconds(1));
  loop.poll();
  EXPECT_TRUE(awake);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(ManualClock, DoesNotSleepUntilThePast) {
  asio::io_context loop;
  ManualClock clock(SteadyTime(seconds(100)));
  bool awake = false;
  asio::co_spawn(loop, note_when_awake(clock, SteadyTime(seconds(99)), awake), asio::detached);
  loop.poll();
  EXPECT_TRUE(awake);
}

TEST(ManualClock, ACancelledSleeperThrowsAndIsForgotten) {
  asio::io_context loop;
  ManualClock clock;
  bool awake = false;
  bool thrown = false;
  asio::cancellation_signal cancel;
  asio::co_spawn(loop, note_when_awake(clock, clock.now() + seconds(10), awake),
                 asio::bind_cancellation_slot(
                     cancel.slot(), [&](const std::exception_ptr& failure) { thrown = failure != nullptr; }));
  loop.poll();
  cancel.emit(asio::cancellation_type::terminal);
  loop.poll();
  EXPECT_TRUE(thrown);
  EXPECT_FALSE(awake);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(SystemClock, SleepsUntilATimeThatHasCome) {
  asio::io_context loop;
  SystemClock clock;
  bool awake = false;
  asio::co_spawn(loop, note_when_awake(clock, clock.now(), awake), asio::detached);
  loop.run();
  EXPECT_TRUE(awake);
  EXPECT_LE(clock.wall_now(), clock.wall_now());
}

TEST(Iso8601, HasMillisecondsAndIsUtc) {
  EXPECT_EQ(iso8601(WallTime(milliseconds(1'000'000'000'120))), "2001-09-09T01:46:40.120Z");
}

TEST(Deadline, PassesWhenItsTimeHasCome) {
  ManualClock clock;
  const Deadline deadline = Deadline::in(clock, seconds(5));
  EXPECT_FALSE(deadline.passed(clock));
  clock.advance(seconds(5));
  EXPECT_TRUE(deadline.passed(clock));
  EXPECT_FALSE(Deadline().is_set());
  EXPECT_FALSE(Deadline().passed(clock));
}

TEST(Deadline, TheSoonerOfTwoWins) {
  ManualClock clock;
  const Deadline soon = Deadline::in(clock, seconds(1));
  EXPECT_EQ(Deadline().sooner(soon).when(), soon.when());
  EXPECT_EQ(soon.sooner(Deadline::in(clock, seconds(2))).when(), soon.when());
}

TEST(Ids, SortByTheTimeTheyWereMadeAndNeverRepeat) {
  ManualClock clock(SteadyTime{}, WallTime(milliseconds(1'700'000'000'000)));
  Ids ids(clock, 7);
  std::set<std::string> seen;
  std::string last;
  for (int i = 0; i < 10'000; ++i) {
    if (i % 3000 == 0) clock.advance(milliseconds(1));
    const std::string id = ids.next();
    ASSERT_TRUE(is_uuid(id)) << id;
    ASSERT_EQ(id[14], '7');
    ASSERT_LT(last, id);
    seen.insert(id);
    last = id;
  }
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(Ids, AreWrittenFromTheirBits) {
  EXPECT_EQ(uuid_text(0x0193f2c47a107c55, 0x9d1e2b8c5f0a41e7), "0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7");
  EXPECT_EQ(uuid_text(0, 0), "00000000-0000-0000-0000-000000000000");
}

TEST(Ids, ATextThatIsNoUuidIsToldApart) {
  EXPECT_FALSE(is_uuid("0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e"));
  EXPECT_FALSE(is_uuid("0193f2c4-7a10-7c55-9d1e-2b8c5f0a41eX"));
  EXPECT_FALSE(is_uuid("0193f2c47-a10-7c55-9d1e-2b8c5f0a41e7"));
}

}  // namespace
}  // namespace pharos::base
