#include "core/graph/packed_names.h"

#include <gtest/gtest.h>

namespace pharos::graph {
namespace {

using Names = std::vector<std::string>;

TEST(PackedNames, ComeBackAsTheyWere) {
  const Names names{"a",
                    "",
                    "write",
                    std::string(127, 'x'),
                    std::string(128, 'y'),
                    std::string(70'000, 'z'),
                    std::string("\0\x80", 2),
                    "wäre"};
  EXPECT_EQ(PackedNames(names).names(), names);
  EXPECT_EQ(PackedNames().names(), Names());
}

TEST(PackedNames, AreAddedBehindThoseThatAreThere) {
  PackedNames names(Names{"plan"});
  names.add("write");
  EXPECT_EQ(names.names(), (Names{"plan", "write"}));
}

}  // namespace
}  // namespace pharos::graph
