#include "core/base/time_text.h"

#include <gtest/gtest.h>

namespace pharos::base {
namespace {

TEST(TimeText, IsReadAsItWasWritten) {
  for (const char* text :
       {"2030-01-31T12:00:00.000Z", "1969-12-31T23:59:59.250Z", "2024-02-29T00:00:01.999Z"}) {
    const auto time = parse_iso8601(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(iso8601(*time), text);
  }
}

TEST(TimeText, KnowsOffsetsAndFractions) {
  EXPECT_EQ(iso8601(parse_iso8601("2030-01-31T01:30:00+02:00").value()), "2030-01-30T23:30:00.000Z");
  EXPECT_EQ(iso8601(parse_iso8601("2030-01-31T22:30:00-0130").value()), "2030-02-01T00:00:00.000Z");
  EXPECT_EQ(iso8601(parse_iso8601("2030-01-31T12:00:00.1234567+00:00").value()), "2030-01-31T12:00:00.123Z");
}

TEST(TimeText, IsNothingWhenThereIsNoSuchTime) {
  for (const char* text :
       {"", "2030", "2030-02-30T00:00:00Z", "2030-01-01T24:00:00Z", "2030-01-01T00:60:00Z",
        "2030-01-01T00:00:00", "2030-01-01T00:00:00.Z", "2030-01-01T00:00:00Zx", "2030-01-01 00:00:00Z",
        "2030-01-01T00:00:00+25:00", "-030-01-01T00:00:00Z", "2030-1-01T00:00:00Z", "20300101T000000Z"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
}

}  // namespace
}  // namespace pharos::base
