// Redis' protocol: replies come in whatever pieces the network makes of them.
#include "platform/storage/redis/resp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/storage/redis/address.h"

namespace pharos::storage::redis {
namespace {

std::vector<Reply> replies_of(std::string_view bytes, std::size_t piece) {
  ReplyReader reader;
  std::vector<Reply> replies;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.add(bytes.substr(at, piece));
    while (auto reply = reader.next()) replies.push_back(std::move(*reply));
  }
  return replies;
}

using namespace std::string_view_literals;  // a text may have a zero in it

constexpr std::string_view kAll =
    "+OK\r\n-ERR no such thing\r\n:-7\r\n$5\r\na\r\nb\0\r\n$0\r\n\r\n$-1\r\n*0\r\n*-1\r\n"
    "*3\r\n:1\r\n*2\r\n$1\r\nx\r\n*1\r\n+y\r\n$-1\r\n:9223372036854775807\r\n"sv;

TEST(RedisReplies, AreTheSameHoweverTheyAreCut) {
  const std::vector<Reply> whole = replies_of(kAll, kAll.size());
  ASSERT_EQ(whole.size(), 10U);
  EXPECT_EQ(whole[0].text(), "OK");
  EXPECT_EQ(whole[1], Reply{Refusal{"ERR no such thing"}});
  EXPECT_EQ(whole[2].number(), -7);
  EXPECT_EQ(whole[3].text(), std::string("a\r\nb\0", 5));
  EXPECT_EQ(whole[4].text(), "");
  EXPECT_TRUE(whole[5].is_null());
  EXPECT_TRUE(whole[6].items().empty());
  EXPECT_TRUE(whole[7].is_null());
  EXPECT_EQ(whole[8].items().at(1).items().at(1).items().at(0).text(), "y");
  EXPECT_TRUE(whole[8].items().at(2).is_null());
  for (std::size_t piece = 1; piece < kAll.size(); ++piece)
    EXPECT_EQ(replies_of(kAll, piece), whole) << piece;
}

TEST(RedisReplies, ThatAreNoneAreRefused) {
  for (const std::string_view bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "\r\n", ":\r\n", ":1x\r\n", "$-2\r\n", "$999999999999\r\n", "*-2\r\n",
        "*9999999\r\n", "$1\r\nabc\r\n", ":99999999999999999999\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"}) {
    EXPECT_THROW(replies_of(bytes, bytes.size()), base::Error) << bytes;
  }
  EXPECT_THROW(replies_of("+" + std::string(100'000, 'x'), 1000), base::Error) << "a line without an end";
}

TEST(RedisReplies, OfAnotherKindAreSaidToBe) {
  EXPECT_THROW(Reply{std::int64_t{1}}.text(), base::Error);
  EXPECT_THROW(Reply{std::string("1")}.number(), base::Error);
  EXPECT_THROW(Reply{nullptr}.items(), base::Error);
}

TEST(RedisCommands, CarryAnyBytes) {
  const std::vector<std::string> words{"SET", "k\r\n", ""};
  EXPECT_EQ(write_command(words), "*3\r\n$3\r\nSET\r\n$3\r\nk\r\n\r\n$0\r\n\r\n");
}

TEST(RedisAddress, HasItsParts) {
  const Address whole = parse_address("redis://ann:p%40ss:w@example.org:6380/2");
  EXPECT_EQ(whole.user, "ann");
  EXPECT_EQ(whole.password, "p@ss:w");
  EXPECT_EQ(whole.host, "example.org");
  EXPECT_EQ(whole.port, "6380");
  EXPECT_EQ(whole.database, "2");
  EXPECT_EQ(whole.describe(), "example.org:6380");
  EXPECT_EQ(parse_address("redis://:secret@[::1]").host, "::1");
  EXPECT_EQ(parse_address("redis://localhost").port, "6379");
  EXPECT_EQ(parse_address("unix:/run/redis").path, "/run/redis");
}

TEST(RedisAddress, ThatIsNoneIsRefusedWithoutItsPassword) {
  for (const std::string_view url :
       {"", "http://host", "redis://", "unix:", "redis://host:port", "redis://ann@host",
        "redis://:secret%4@host", "redis://:secret@host/zero"}) {
    try {
      parse_address(url);
      ADD_FAILURE() << url;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kInvalidInput);
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret")));
    }
  }
}

}  // namespace
}  // namespace pharos::storage::redis
