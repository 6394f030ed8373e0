#include "platform/security/api_key.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/security/crypto.h"

namespace pharos::security {
namespace {
using testing::MatchesRegex;

TEST(ApiKey, IsShownOnceAndKeptAsASum) {
  const ApiKey made = make_api_key();
  EXPECT_THAT(made.text, MatchesRegex("phk_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}"));
  const std::string secret = made.text.substr(21, 64);
  EXPECT_EQ(made.secret_hash, hex(bytes_of(sha256_of(secret))));
  EXPECT_EQ(made.text.find(made.secret_hash), std::string::npos);
  EXPECT_NE(make_api_key().text, made.text);
}

TEST(ApiKey, IsReadAsItWasMade) {
  const ApiKey made = make_api_key();
  const auto read = read_api_key(made.text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, made.id);
  EXPECT_EQ(read->secret_hash, made.secret_hash);
}

// As Python's zlib.crc32 computes it.
TEST(ApiKey, EndsInTheCrcOfWhatComesBefore) {
  const std::string body = "phk_0123456789abcdef_" + std::string(64, '0');
  EXPECT_TRUE(read_api_key(body + "_1568b4bb"));
  EXPECT_FALSE(read_api_key(body + "_1568b4b0"));
}

TEST(ApiKey, WithAnySlipIsNoKey) {
  const std::string key = make_api_key().text;
  for (std::size_t at = 0; at < key.size(); ++at) {
    std::string changed = key;
    changed[at] = changed[at] == '0' ? '1' : '0';
    EXPECT_FALSE(read_api_key(changed)) << at;
    EXPECT_FALSE(read_api_key(key.substr(0, at))) << at;
  }
  EXPECT_FALSE(read_api_key(key + "0"));
  EXPECT_TRUE(is_api_key(key));
  EXPECT_FALSE(is_api_key("eyJhbGciOiJFZERTQSJ9.e30.x"));
}

}  // namespace
}  // namespace pharos::security
