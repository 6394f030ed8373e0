#include "platform/security/rate_limits.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "platform/security/sliding_window.h"
#include "platform/security/tests/support.h"

namespace pharos::security {
namespace {
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing_support::code_of;
using testing_support::wait;

const Tier kTen{.name = "general", .limit = 10, .window = seconds(60)};
const Tier kSmoothTen{.name = "smooth", .limit = 10, .window = seconds(60), .kind = Tier::Kind::kSmooth};

struct Counting {
  bool take(const Tier& tier, const std::string& key = "ada", std::int64_t cost = 1) {
    return limits.take_now({{.tier = &tier, .key = key, .cost = cost}}).allowed;
  }
  int admitted(const Tier& tier, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += take(tier) ? 1 : 0;
    return count;
  }
  base::ManualClock clock{base::SteadyTime(seconds(1'000'007))};
  LocalRateLimits limits{clock};
};

TEST(HardLimit, AdmitsNeverMoreThanItSaysInAnyWindow) {
  EXPECT_TRUE(rc::check([] {
    const auto limit = *rc::gen::inRange<std::int64_t>(1, 20);
    const auto window = seconds(*rc::gen::element(1, 7, 60, 3600));
    const Tier tier{.name = "t", .limit = limit, .window = window};
    Counting counting;
    std::deque<base::SteadyTime> admitted;  // within one window before the newest, which counts too
    const auto steps =
        *rc::gen::container<std::vector<int>>(*rc::gen::inRange(0, 300), rc::gen::inRange(0, 1000));
    for (const int step : steps) {
      if (step % 3 == 0) counting.clock.advance(nanoseconds(window) * step / 4000);
      if (!counting.take(tier)) continue;
      admitted.push_back(counting.clock.now());
      while (admitted.back() - admitted.front() > window) admitted.pop_front();
      RC_ASSERT(static_cast<std::int64_t>(admitted.size()) <= limit);
    }
  }));
}

TEST(HardLimit, IsSpentWholeAndComesBackAfterAWindowAndASixtieth) {
  Counting counting;
  EXPECT_EQ(counting.admitted(kTen, 30), 10);
  counting.clock.advance(seconds(60));
  EXPECT_EQ(counting.admitted(kTen, 30), 0) << "the first of them are within the window still";
  counting.clock.advance(seconds(1));
  EXPECT_EQ(counting.admitted(kTen, 30), 10);
}

TEST(HardLimit, TellsWhenTryingAgainHelps) {
  EXPECT_TRUE(rc::check([] {
    Counting counting;
    counting.clock.advance(milliseconds(*rc::gen::inRange(0, 120'000)));
    for (int i = *rc::gen::inRange(10, 20); i > 0; --i) {
      counting.take(kTen);
      counting.clock.advance(milliseconds(*rc::gen::inRange(0, 6'000)));
    }
    for (const Tier* tier : {&kTen, &kSmoothTen}) {
      while (counting.take(*tier)) {
      }
      const LimitVerdict refused = counting.limits.take_now({{.tier = tier, .key = "ada"}});
      RC_ASSERT(!refused.allowed && refused.retry_after() > nanoseconds(0));
      counting.clock.advance(refused.retry_after() - nanoseconds(1));
      RC_ASSERT(!counting.take(*tier));
      counting.clock.advance(nanoseconds(1));
      RC_ASSERT(counting.take(*tier));
    }
  }));
}

TEST(SmoothLimit, LetsTheLimitThroughAndThenOneAtATime) {
  Counting counting;
  EXPECT_EQ(counting.admitted(kSmoothTen, 30), 10);
  counting.clock.advance(seconds(6) - nanoseconds(1));
  EXPECT_EQ(counting.admitted(kSmoothTen, 30), 0);
  counting.clock.advance(nanoseconds(1));
  EXPECT_EQ(counting.admitted(kSmoothTen, 30), 1);
  counting.clock.advance(seconds(3600));
  EXPECT_EQ(counting.admitted(kSmoothTen, 30), 10);
}

TEST(SmoothLimit, AdmitsNoMoreThanItsBurstAndItsRate) {
  EXPECT_TRUE(rc::check([] {
    Counting counting;
    std::vector<base::SteadyTime> admitted;
    const auto steps =
        *rc::gen::container<std::vector<int>>(*rc::gen::inRange(0, 200), rc::gen::inRange(0, 9000));
    for (const int step : steps) {
      counting.clock.advance(milliseconds(step));
      if (counting.take(kSmoothTen)) admitted.push_back(counting.clock.now());
    }
    for (std::size_t from = 0; from < admitted.size(); ++from) {
      for (std::size_t to = from; to < admitted.size(); ++to) {
        const auto due = 10 + (admitted[to] - admitted[from]) / seconds(6);
        RC_ASSERT(static_cast<std::int64_t>(to - from + 1) <= due);
      }
    }
  }));
}

TEST(RateLimits, CountsInEveryTierOrInNone) {
  Counting counting;
  const Tier three{.name = "three", .limit = 3};
  const std::vector<Charge> both{{.tier = &kTen, .key = "ada"}, {.tier = &three, .key = "10.0.0.1"}};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(counting.limits.take_now(both).allowed);
  const LimitVerdict refused = counting.limits.take_now(both);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.tiers[0].remaining, 7) << "what was refused by one tier does not count in the other";
  EXPECT_EQ(refused.tiers[1].remaining, 0);
  EXPECT_EQ(counting.admitted(kTen, 30), 7);
}

TEST(RateLimits, CountsEachKeyForItself) {
  Counting counting;
  EXPECT_EQ(counting.admitted(kTen, 30), 10);
  EXPECT_TRUE(counting.take(kTen, "eve"));
}

TEST(RateLimits, TakesWhatACallCostsAndGivesItBack) {
  Counting counting;
  EXPECT_TRUE(counting.take(kTen, "ada", 8));
  EXPECT_FALSE(counting.take(kTen, "ada", 3));
  wait(counting.limits.give_back({{.tier = &kTen, .key = "ada", .cost = 5}}));
  EXPECT_TRUE(counting.take(kTen, "ada", 7));
  EXPECT_FALSE(counting.take(kTen, "ada", 1));
  EXPECT_FALSE(counting.take(kTen, "eve", 11)) << "more than there can ever be";
  EXPECT_TRUE(counting.take(kSmoothTen, "ada", 10));
  wait(counting.limits.give_back({{.tier = &kSmoothTen, .key = "ada", .cost = 4}}));
  EXPECT_TRUE(counting.take(kSmoothTen, "ada", 4));
  EXPECT_FALSE(counting.take(kSmoothTen, "ada", 1));
}

TEST(RateLimits, ForgetsTheKeysThatWereUsedLeast) {
  base::ManualClock clock;
  LocalRateLimits limits(clock, 2'048);
  for (int i = 0; i < 20'000; ++i) limits.take_now({{.tier = &kTen, .key = std::to_string(i), .cost = 10}});
  EXPECT_TRUE(limits.take_now({{.tier = &kTen, .key = "0"}}).allowed) << "forgotten";
  EXPECT_FALSE(limits.take_now({{.tier = &kTen, .key = "19999"}}).allowed) << "kept";
}

TEST(RateLimits, RefusesToCountACallTwiceInOnePlace) {
  Counting counting;
  const std::vector<Charge> twice{{.tier = &kTen, .key = "ada"}, {.tier = &kTen, .key = "ada"}};
  EXPECT_EQ(code_of([&] { counting.limits.take_now(twice); }), base::Code::kInternal);
}

TEST(RateLimits, HoldForManyAtTheSameTime) {
  Counting counting;
  const Tier hundred{.name = "hundred", .limit = 100};
  const Tier wide{.name = "wide", .limit = 1000};
  std::atomic<int> admitted = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&, i] {
        for (int k = 0; k < 200; ++k) {
          // Both orders, so that calls that waited for each other would be seen to.
          std::vector<Charge> charges{{.tier = &hundred, .key = "shared"}, {.tier = &wide, .key = "shared"}};
          if (i % 2 == 0) std::swap(charges[0], charges[1]);
          admitted += counting.limits.take_now(charges).allowed ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(admitted, 100);
}

TEST(LimitHeaders, SayPolicyAndWhatIsLeft) {
  Counting counting;
  const Tier three{.name = "auth", .limit = 3};
  const std::vector<Charge> both{{.tier = &kTen, .key = "ada"}, {.tier = &three, .key = "ada"}};
  using Headers = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(limit_headers(counting.limits.take_now(both)),
            (Headers{{"RateLimit-Policy", "\"general\";q=10;w=60, \"auth\";q=3;w=60"},
                     {"RateLimit", "\"general\";r=9;t=61, \"auth\";r=2;t=61"},
                     {"X-RateLimit-Limit", "3"},
                     {"X-RateLimit-Remaining", "2"},
                     {"X-RateLimit-Reset", "61"}}));
  counting.limits.take_now(both);
  counting.limits.take_now(both);
  const Headers refused = limit_headers(counting.limits.take_now(both));
  EXPECT_EQ(refused.back(), (std::pair<std::string, std::string>{"Retry-After", "61"}));
  EXPECT_EQ(limit_headers({}), Headers{});
}

}  // namespace
}  // namespace pharos::security
