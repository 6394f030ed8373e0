// Leaving alone who fails, and not making it worse.
#include "platform/outbound/upstreams.h"

#include "platform/outbound/tests/support.h"

namespace pharos::outbound {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

struct UpstreamsTest : testing::Test {
  bool is_open(const std::string& origin = "a") {
    return !code_of([&] { upstreams.begin(origin); }).has_value();
  }
  void fail(int times) {
    for (int i = 0; i < times; ++i) upstreams.begin("a").failed();
  }

  base::ManualClock clock;
  Upstreams upstreams{clock, {.at_once = 3, .failures_in_a_row = 4, .pause = 30s, .remembered = 5}};
};

TEST_F(UpstreamsTest, WhoFailsAgainAndAgainIsLeftAloneForAWhile) {
  fail(3);
  EXPECT_TRUE(is_open());
  upstreams.begin("a").succeeded();
  fail(4);
  EXPECT_FALSE(is_open()) << "four in a row";
  EXPECT_TRUE(is_open("b")) << "others have nothing to do with it";
  clock.advance(29s);
  EXPECT_FALSE(is_open());
}

TEST_F(UpstreamsTest, OneCallFindsOutWhetherItIsWellAgain) {
  fail(4);
  clock.advance(30s);
  {
    Upstreams::Call call = upstreams.begin("a");
    EXPECT_FALSE(is_open()) << "one at a time";
    call.failed();
  }
  EXPECT_FALSE(is_open()) << "it is not";
  clock.advance(30s);
  upstreams.begin("a");  // is cancelled, and says nothing
  upstreams.begin("a").succeeded();
  EXPECT_TRUE(is_open());
}

TEST_F(UpstreamsTest, EachHasAtMostSoManyCalls) {
  const Upstreams::Call one = upstreams.begin("a");
  const Upstreams::Call two = upstreams.begin("a");
  {
    const Upstreams::Call three = upstreams.begin("a");
    EXPECT_EQ(code_of([&] { upstreams.begin("a"); }), base::Code::kUnavailable);
    EXPECT_TRUE(is_open("b"));
  }
  EXPECT_TRUE(is_open());
}

TEST_F(UpstreamsTest, OneInTenIsRepeated) {
  int repeated = 0;
  for (int i = 0; i < 1000; ++i) {
    upstreams.begin("a").succeeded();
    if (!upstreams.may_repeat("a")) continue;
    upstreams.begin("a").succeeded();
    ++repeated;
  }
  EXPECT_LE(repeated, 103);
  EXPECT_GE(repeated, 95);
}

TEST_F(UpstreamsTest, ForgetsWhoIsWellBeforeWhoIsNot) {
  fail(4);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(is_open(std::to_string(i)));
  EXPECT_FALSE(is_open());
}

}  // namespace
}  // namespace pharos::outbound
