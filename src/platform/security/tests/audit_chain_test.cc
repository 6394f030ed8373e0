#include "platform/security/audit_chain.h"

#include <gtest/gtest.h>

namespace pharos::security {
namespace {

// Computed apart, with Python's hashlib and struct: others must be able to check a chain.
TEST(AuditChain, IsThatOfItsDescription) {
  const Digest first = first_link("team");
  EXPECT_EQ(hex(bytes_of(first)), "a84662c1b7143d53498560685b4130c3eaebb6f9469a2cbf897f6471ecc0e4c3");
  EXPECT_EQ(hex(bytes_of(next_link(first, {"ab", "c"}))),
            "867b21a5febf81c0e45ae128a2071215c0a4063fdb8908e532769ee8a70a6362");
}

TEST(AuditChain, NothingCanBeMovedBetweenFields) {
  const Digest first = first_link("team");
  EXPECT_NE(next_link(first, {"ab", "c"}), next_link(first, {"a", "bc"}));
  EXPECT_NE(next_link(first, {"ab", ""}), next_link(first, {"ab"}));
  EXPECT_NE(next_link(first, {"", "ab"}), next_link(first, {"ab", ""}));
}

TEST(AuditChain, OfAnotherTeamOrPlaceIsAnother) {
  EXPECT_NE(first_link("team"), first_link("other"));
  EXPECT_NE(next_link(first_link("team"), {"a"}), next_link(first_link("other"), {"a"}));
  const Digest second = next_link(first_link("team"), {"a"});
  EXPECT_NE(next_link(second, {"a"}), second);
}

}  // namespace
}  // namespace pharos::security
