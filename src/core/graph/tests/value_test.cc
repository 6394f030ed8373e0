// Values without a static type: small ones inline, large ones on the heap, copied and moved like any other.
#include "core/graph/value.h"

#include <array>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::graph {
namespace {

using Large = std::array<std::string, 4>;

TEST(Value, KeepsSmallAndLargeThings) {
  Value small = Value::of<std::string>("a text that is too long for a small string");
  Value large = Value::of<Large>({"a", "b", "c", "d"});
  EXPECT_TRUE(small.holds<std::string>());
  EXPECT_FALSE(small.holds<int>());
  Value copy = large.clone();
  large.as<Large>()[0] = "changed";
  EXPECT_EQ(copy.as<Large>()[0], "a");
  Value moved = std::move(small);
  EXPECT_FALSE(small.has_value());  // NOLINT: that is what is tested
  EXPECT_EQ(moved.as<std::string>(), "a text that is too long for a small string");
  moved = std::move(copy);
  EXPECT_EQ(moved.as<Large>()[3], "d");
  Value& itself = moved;
  moved = std::move(itself);
  EXPECT_EQ(moved.to_json(), (json::array{"a", "b", "c", "d"}));
}

TEST(Value, AnEmptyOneIsNull) {
  const Value empty;
  EXPECT_TRUE(empty.to_json().is_null());
  EXPECT_FALSE(empty.clone().has_value());
}

TEST(Value, ComesBackFromJson) {
  const Value value = value_type_of<std::vector<int>>().from_json(json::array{1, 2}, "field");
  EXPECT_EQ(value.as<std::vector<int>>(), (std::vector<int>{1, 2}));
}

struct Handle {
  void* pointer = nullptr;
};

TEST(Value, WithoutAJsonFormSaysHowToGiveItOne) {
  const Value handle = Value::of(Handle{});
  EXPECT_FALSE(handle.type()->has_json);
  EXPECT_THROW(handle.to_json(), base::Error);
  EXPECT_THROW(value_type_of<Handle>().from_json(nullptr, "field"), base::Error);
}

}  // namespace
}  // namespace pharos::graph
