#include "core/graph/packed_id.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/clock.h"
#include "core/base/ids.h"

namespace pharos::graph {
namespace {

TEST(PackedId, GivesBackAnyText) {
  for (const char* text :
       {"", "c1", "not-a-uuid-but-thirty-six-letters-xx", "0193F2C4-7A10-7C55-9D1E-2B8C5F0A41E7",
        "0193f2c47-a10-7c55-9d1e-2b8c5f0a41e7", "0193f2c4-7a10-7c55-9d1e-2b8c5f0a41eg"}) {
    EXPECT_EQ(PackedId(text).text(), text);
    EXPECT_EQ(PackedId(text), PackedId(text));
  }
  EXPECT_FALSE(PackedId("a") == PackedId("b"));
  EXPECT_FALSE(PackedId("") == PackedId("b"));
}

RC_GTEST_PROP(PackedId, GivesBackEveryUuid, (std::uint64_t seed)) {
  const base::SystemClock clock;
  base::Ids ids(clock, seed);
  const std::string one = ids.next();
  const std::string other = ids.next();
  RC_ASSERT(PackedId(one).text() == one);
  RC_ASSERT(PackedId(one) == PackedId(one));
  RC_ASSERT(!(PackedId(one) == PackedId(other)));
  RC_ASSERT(!(PackedId(one) == PackedId("text")));
}

}  // namespace
}  // namespace pharos::graph
