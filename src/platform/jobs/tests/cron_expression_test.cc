// When cron expressions come round.
#include "platform/jobs/cron_expression.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "core/base/error.h"

namespace pharos::jobs {
namespace {

using testing::HasSubstr;
using namespace std::chrono;

constexpr base::WallTime kSaturday = sys_days(2026y / November / 21) + 20h + 22min + 33s;

/// The next three times, as UTC has them.
std::string next_three(std::string_view expression, const TimeZone& zone = {},
                       base::WallTime time = kSaturday) {
  const CronExpression cron(expression);
  std::string times;
  for (int i = 0; i < 3; ++i) {
    time = cron.next(time, zone);
    times += (i > 0 ? " " : "") + base::iso8601(time).substr(2, 14);
  }
  return times;
}

TEST(CronExpression, ComesRoundWhenItSays) {
  EXPECT_EQ(next_three("* * * * *"), "26-11-21T20:23 26-11-21T20:24 26-11-21T20:25");
  EXPECT_EQ(next_three("*/15 * * * *"), "26-11-21T20:30 26-11-21T20:45 26-11-21T21:00");
  EXPECT_EQ(next_three("22 20 * * *"), "26-11-22T20:22 26-11-23T20:22 26-11-24T20:22") << "after, not at";
  EXPECT_EQ(next_three("5,10 8-10/2 * * *"), "26-11-22T08:05 26-11-22T08:10 26-11-22T10:05");
  EXPECT_EQ(next_three("40/10 23 * * *"), "26-11-21T23:40 26-11-21T23:50 26-11-22T23:40");
  EXPECT_EQ(next_three("0 8 * * MON-FRI"), "26-11-23T08:00 26-11-24T08:00 26-11-25T08:00");
  EXPECT_EQ(next_three("0 0 * * 7"), "26-11-22T00:00 26-11-29T00:00 26-12-06T00:00");
  EXPECT_EQ(next_three("0 0 31 * *"), "26-12-31T00:00 27-01-31T00:00 27-03-31T00:00");
  EXPECT_EQ(next_three("0 0 29 feb *"), "28-02-29T00:00 32-02-29T00:00 36-02-29T00:00");
  EXPECT_EQ(next_three("@monthly"), "26-12-01T00:00 27-01-01T00:00 27-02-01T00:00");
  EXPECT_EQ(next_three("  59   23  31  12  * "), "26-12-31T23:59 27-12-31T23:59 28-12-31T23:59");
}

TEST(CronExpression, MeansEitherOfTwoRestrictedDays) {
  EXPECT_EQ(next_three("0 0 1 * MON"), "26-11-23T00:00 26-11-30T00:00 26-12-01T00:00");
  EXPECT_EQ(next_three("0 0 */2 * MON"), "26-11-23T00:00 26-12-07T00:00 26-12-21T00:00") << "odd Mondays";
}

TEST(CronExpression, GoesByThePlacesClocks) {
  EXPECT_EQ(next_three("30 7 * * *", TimeZone("Asia/Kolkata")),
            "26-11-22T02:00 26-11-23T02:00 26-11-24T02:00");
  EXPECT_EQ(next_three("0 8 * * MON", TimeZone("America/New_York"), sys_days(2027y / March / 2)),
            "27-03-08T13:00 27-03-15T12:00 27-03-22T12:00")
      << "summer time begins on the 14th";
  EXPECT_EQ(next_three("0 0 1 * *", TimeZone("Pacific/Auckland")),
            "26-11-30T11:00 26-12-31T11:00 27-01-31T11:00");
  EXPECT_EQ(next_three("0 0 29 2 *", TimeZone("UTC")), next_three("0 0 29 2 *", TimeZone("Etc/UTC")));
}

/// In Lisbon clocks leap from 1:00 to 2:00 on 28 March 2027, at 1:00 UTC.
TEST(CronExpression, IsNotLostWhenClocksLeap) {
  const TimeZone lisbon("Europe/Lisbon");
  const base::WallTime evening = sys_days(2027y / March / 27) + 12h;
  EXPECT_EQ(next_three("30 1 * * *", lisbon, evening), "27-03-28T01:00 27-03-29T00:30 27-03-30T00:30");
  EXPECT_EQ(next_three("*/30 1 * * *", lisbon, evening), "27-03-28T01:00 27-03-29T00:00 27-03-29T00:30");
  EXPECT_EQ(next_three("0 1,2 * * *", lisbon, evening), "27-03-28T01:00 27-03-29T00:00 27-03-29T01:00");
  EXPECT_EQ(next_three("30 1 * * 1-6", lisbon, evening), "27-03-29T00:30 27-03-30T00:30 27-03-31T00:30")
      << "not on Sundays";
  EXPECT_EQ(next_three("30 * * * *", lisbon, evening + 12h), "27-03-28T00:30 27-03-28T01:30 27-03-28T02:30");
}

/// In Apia there was no 30 December 2011.
TEST(CronExpression, IsNotLostWhenADayIsLeaptOver) {
  EXPECT_EQ(next_three("0 12 * * *", TimeZone("Pacific/Apia"), sys_days(2011y / December / 29)),
            "11-12-29T22:00 11-12-30T10:00 11-12-30T22:00");
}

/// In Lisbon they show the hour from 1:00 to 2:00 twice on 31 October 2027, from 0:00 UTC on.
TEST(CronExpression, ComesRoundOnceWhereClocksShowATimeTwice) {
  const TimeZone lisbon("Europe/Lisbon");
  const base::WallTime evening = sys_days(2027y / October / 30) + 12h;
  EXPECT_EQ(next_three("30 1 * * *", lisbon, evening), "27-10-31T00:30 27-11-01T01:30 27-11-02T01:30");
  EXPECT_EQ(next_three("0 1-3 * * *", lisbon, evening), "27-10-31T00:00 27-10-31T02:00 27-10-31T03:00");
  EXPECT_EQ(next_three("*/40 * * * *", lisbon, evening + 12h), "27-10-31T00:40 27-10-31T01:00 27-10-31T01:40")
      << "every hour goes on";
}

TEST(CronExpression, IsOfATimeZoneThatThereIs) {
  for (const char* name : {"Mars/Olympus", "../../etc/passwd", "europe", " ", "UTC+3"}) {
    try {
      const TimeZone zone(name);
      ADD_FAILURE() << name << " was taken";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kInvalidInput);
      EXPECT_THAT(error.what(), HasSubstr("Europe/Lisbon"));
    }
  }
}

/// Whatever clocks do, what is meant once a day comes once a day.
TEST(CronExpression, ComesOnceADayEverywhere) {
  EXPECT_TRUE(rc::check([] {
    const auto* place = *rc::gen::element("Europe/Lisbon", "America/St_Johns", "Australia/Lord_Howe",
                                          "Africa/Casablanca", "America/Sao_Paulo");
    const TimeZone zone(place);
    const auto hour = *rc::gen::inRange(0, 24);
    const CronExpression cron(std::to_string(*rc::gen::inRange(0, 60)) + " " + std::to_string(hour) +
                              " * * *");
    base::WallTime time(seconds(*rc::gen::inRange(0, 2'000'000'000)));
    time = cron.next(time, zone);
    const base::WallTime end = time + days(400);
    const auto day_of = [&zone](base::WallTime at) { return floor<days>(at + zone.period(at).offset); };
    while (time < end) {
      const base::WallTime next = cron.next(time, zone);
      RC_ASSERT(next > time);
      RC_ASSERT(day_of(next) - day_of(time) == days(1));
      time = next;
    }
  }));
}

TEST(CronExpression, IsRefusedWithTheFieldThatIsWrong) {
  const auto said = [](std::string_view text) -> std::string {
    try {
      const CronExpression cron(text);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kInvalidInput);
      return error.what();
    }
    return "it was taken";
  };
  EXPECT_THAT(said("60 * * * *"), HasSubstr("'60' is no minute"));
  EXPECT_THAT(said("* 8-25 * * *"), HasSubstr("'8-25' is no hour"));
  EXPECT_THAT(said("* * 0 * *"), HasSubstr("day of the month"));
  EXPECT_THAT(said("* * * Juno *"), HasSubstr("'Juno' is no month"));
  EXPECT_THAT(said("* * * * 5-2"), HasSubstr("day of the week"));
  EXPECT_THAT(said("*/0 * * * *"), HasSubstr("minute"));
  EXPECT_THAT(said("*/ * * * *"), HasSubstr("minute"));
  EXPECT_THAT(said("1,,2 * * * *"), HasSubstr("minute"));
  EXPECT_THAT(said("-1 * * * *"), HasSubstr("minute"));
  EXPECT_THAT(said("* * * *"), HasSubstr("this has 4"));
  EXPECT_THAT(said(""), HasSubstr("this has 0"));
  EXPECT_THAT(said("0 0 30 2 *"), HasSubstr("no day"));
  EXPECT_THAT(said(std::string(300, '*')), HasSubstr("at most"));
}

/// Nothing is left out and nothing put in: between two times no minute is named.
TEST(CronExpression, GivesEveryTimeThatItNames) {
  EXPECT_TRUE(rc::check([] {
    const auto minute = *rc::gen::inRange(0, 60);
    const auto hour = *rc::gen::inRange(0, 24);
    const auto day = *rc::gen::inRange(1, 29);
    const CronExpression cron(std::to_string(minute) + " " + std::to_string(hour) + " " +
                              std::to_string(day) + " * *");
    const base::WallTime after(seconds(*rc::gen::inRange(0, 2'000'000'000)));
    const base::WallTime next = cron.next(after);
    const auto date = year_month_day(floor<days>(next));
    RC_ASSERT(next > after);
    RC_ASSERT(next - after <= days(31));
    RC_ASSERT(static_cast<int>(static_cast<unsigned>(date.day())) == day);
    RC_ASSERT(next - floor<days>(next) == hours(hour) + minutes(minute));
  }));
}

}  // namespace
}  // namespace pharos::jobs
