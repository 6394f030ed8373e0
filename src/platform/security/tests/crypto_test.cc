#include "platform/security/crypto.h"

#include <gtest/gtest.h>

namespace pharos::security {
namespace {

// RFC 4231, test case 2.
TEST(Crypto, HmacIsThatOfThePublishedVector) {
  EXPECT_EQ(hex(bytes_of(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// RFC 4231, test case 6: a key longer than a block.
TEST(Crypto, HmacTakesLongKeys) {
  EXPECT_EQ(hex(bytes_of(hmac_sha256(std::string(131, '\xaa'),
                                     "Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 7515, appendix C.
TEST(Base64, UrlFormIsThatOfTheStandard) {
  const std::string bytes = "\x03\xec\xff\xe0\xc1";
  EXPECT_EQ(base64(bytes, Base64::kUrl), "A-z_4ME");
  EXPECT_EQ(from_base64("A-z_4ME", Base64::kUrl), bytes);
}

TEST(Base64, ReadsOnlyWhatItWouldWrite) {
  EXPECT_EQ(from_base64("", Base64::kUrl), "");
  for (const char* other : {"A-z_4MF", "A-z_4ME=", "A+z/4ME", "A-z_4", "A-z_4ME\n", "A", " A-z_4ME"}) {
    EXPECT_EQ(from_base64(other, Base64::kUrl), std::nullopt) << other;
  }
}

TEST(Crypto, RandomBytesDoNotRepeat) {
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

}  // namespace
}  // namespace pharos::security
