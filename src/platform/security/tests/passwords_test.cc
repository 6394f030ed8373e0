#include "platform/security/passwords.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/security/tests/support.h"

namespace pharos::security {
namespace {
using testing::MatchesRegex;
using testing_support::code_of;
using testing_support::wait;

const HashSettings kArgon;
const HashSettings kPbkdf2{.hasher = PasswordHasher::kPbkdf2Sha256};

Passwords passwords(base::Pool& pool, PasswordSettings settings = {}) {
  return {std::move(settings), CommonPasswords(), pool};
}

TEST(PasswordHash, IsArgon2idWithTheParametersThatAreAdvised) {
  const std::string hash = hash_password("correct horse battery", kArgon);
  EXPECT_THAT(hash,
              MatchesRegex("[$]argon2id[$]v=19[$]m=19456,t=2,p=1[$][A-Za-z0-9+/]{22}[$][A-Za-z0-9+/]{43}"));
  EXPECT_TRUE(password_matches("correct horse battery", hash, kArgon));
  EXPECT_FALSE(password_matches("correct horse batterz", hash, kArgon));
  EXPECT_NE(hash, hash_password("correct horse battery", kArgon));
}

// The vectors of the reference implementation (phc-winner-argon2, src/test.c, version 0x13, Argon2id).
TEST(PasswordHash, ArgonIsThatOfThePublishedVectors) {
  for (const auto& [password, hash] : std::vector<std::pair<std::string, std::string>>{
           {"password",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
           {"password",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
           {"password",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
           {"differentpassword",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94"},
           {"password",
            "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw"}}) {
    EXPECT_TRUE(password_matches(password, hash, kArgon)) << hash;
    EXPECT_FALSE(password_matches(password + "!", hash, kArgon)) << hash;
  }
}

// RFC 7914, section 11.
TEST(PasswordHash, Pbkdf2IsThatOfThePublishedVectors) {
  EXPECT_TRUE(password_matches(
      "passwd",
      "$pbkdf2-sha256$i=1$c2FsdA$"
      "VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
      kArgon));
  EXPECT_TRUE(password_matches(
      "Password",
      "$pbkdf2-sha256$i=80000$TmFDbA$"
      "TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbhBtRybMXaicr3ruh0HhHj2Kzl/M8jQ",
      kArgon));
}

TEST(PasswordHash, Pbkdf2CanBeChosenAndEachReadsTheOther) {
  const std::string hash = hash_password("correct horse", kPbkdf2);
  EXPECT_THAT(hash, MatchesRegex("[$]pbkdf2-sha256[$]i=600000[$][A-Za-z0-9+/]{22}[$][A-Za-z0-9+/]{43}"));
  EXPECT_TRUE(password_matches("correct horse", hash, kArgon));
  EXPECT_FALSE(password_matches("correct hors", hash, kArgon));
  EXPECT_TRUE(needs_rehash(hash, kArgon));
  EXPECT_FALSE(needs_rehash(hash, kPbkdf2));
  EXPECT_TRUE(needs_rehash(hash_password("correct horse", kArgon), kPbkdf2));
}

TEST(PasswordHash, WithoutItsPepperNothingIsRight) {
  const HashSettings salted{.pepper = "kept elsewhere"};
  const std::string hash = hash_password("correct horse", salted);
  EXPECT_TRUE(password_matches("correct horse", hash, salted));
  EXPECT_FALSE(password_matches("wrong horse", hash, salted));
  EXPECT_EQ(code_of([&] { password_matches("correct horse", hash, kArgon); }), base::Code::kUnavailable);
  EXPECT_EQ(code_of([&] { password_matches("correct horse", hash, {.pepper = "another"}); }),
            base::Code::kUnavailable);
  EXPECT_EQ(hash.find("kept elsewhere"), std::string::npos);
}

TEST(PasswordHash, APepperCanBeAddedLater) {
  const std::string before = hash_password("correct horse", kArgon);
  const HashSettings salted{.pepper = "kept elsewhere"};
  EXPECT_TRUE(password_matches("correct horse", before, salted));
  EXPECT_TRUE(needs_rehash(before, salted));
  EXPECT_FALSE(needs_rehash(hash_password("correct horse", salted), salted));
}

TEST(PasswordHash, AStoredHashCannotAskForEndlessWork) {
  const std::string sum(43, 'A');
  const std::string salt(22, 'A');
  for (const std::string& hash : {
           fmt::format("$argon2id$v=19$m=4194304,t=2,p=1${}${}", salt, sum),
           fmt::format("$argon2id$v=19$m=19456,t=100,p=1${}${}", salt, sum),
           fmt::format("$argon2id$v=19$m=19456,t=2,p=200${}${}", salt, sum),
           fmt::format("$argon2id$v=19$m=19456,t=99999999999,p=1${}${}", salt, sum),
           fmt::format("$pbkdf2-sha256$i=5000001${}${}", salt, sum),
           fmt::format("$pbkdf2-sha256$i=-1${}${}", salt, sum),
           fmt::format("$argon2id$v=16$m=19456,t=2,p=1${}${}", salt, sum),
           fmt::format("$argon2i$v=19$m=19456,t=2,p=1${}${}", salt, sum),
           fmt::format("$argon2id$v=19$t=2,m=19456,p=1${}${}", salt, sum),
           fmt::format("$argon2id$v=19$m=19456,t=2,p=1,x=1${}${}", salt, sum),
           fmt::format("$argon2id$v=19$m=19456,t=2,p=1${}${}", salt, std::string(2000, 'A')),
           fmt::format("$argon2id$v=19$m=19456,t=2,p=1${}$", salt),
           std::string("$2b$12$abcdefghijklmnopqrstuv"),
           std::string(),
       }) {
    EXPECT_EQ(code_of([&] { password_matches("correct horse", hash, kArgon); }), base::Code::kInternal)
        << hash;
  }
}

TEST(Passwords, MayBeAnythingFromEightBytesToAKilobyte) {
  base::Pool pool("hash", 1);
  const Passwords all = passwords(pool);
  EXPECT_EQ(code_of([&] { all.check_choice("1234567", "a@b.c"); }), base::Code::kInvalidInput);
  EXPECT_EQ(code_of([&] { all.check_choice("zq8wkf3v", "a@b.c"); }), std::nullopt);
  EXPECT_EQ(code_of([&] { all.check_choice(std::string(1024, 'x'), "a@b.c"); }), std::nullopt);
  EXPECT_EQ(code_of([&] { all.check_choice(std::string(1025, 'x'), "a@b.c"); }), base::Code::kInvalidInput);
}

TEST(Passwords, AreNotTheOnesThatEverybodyTriesFirst) {
  base::Pool pool("hash", 1);
  const CommonPasswords common(std::filesystem::path(PHAROS_SOURCE_DIR) /
                               "build/data/common-passwords.txt.gz");
  EXPECT_GT(common.size(), 19'000U);
  const Passwords all({}, common, pool);
  for (const char* password : {"password123", "PassWord123", "iloveyou", "qwertyuiop", "ada@example.org"}) {
    EXPECT_EQ(code_of([&] { all.check_choice(password, "ada@example.org"); }), base::Code::kInvalidInput)
        << password;
  }
  EXPECT_EQ(code_of([&] { all.check_choice("lovelace", "lovelace@example.org"); }),
            base::Code::kInvalidInput);
  EXPECT_EQ(code_of([&] { all.check_choice("correct horse battery", "ada@example.org"); }), std::nullopt);
}

TEST(Passwords, AreVerifiedAndToldToBeHashedAnew) {
  base::Pool pool("hash", 1);
  const Passwords all = passwords(pool);
  const std::string good = wait(all.hash("correct horse"));
  EXPECT_TRUE(wait(all.verify("correct horse", good)).right);
  EXPECT_FALSE(wait(all.verify("correct horse", good)).needs_rehash);
  EXPECT_FALSE(wait(all.verify("wrong horse", good)).right);
  const std::string old = hash_password("correct horse", kPbkdf2);
  EXPECT_TRUE(wait(all.verify("correct horse", old)).needs_rehash);
  EXPECT_FALSE(wait(all.verify("wrong horse", old)).needs_rehash);
}

TEST(Passwords, WhereThereIsNoAccountNothingIsRight) {
  base::Pool pool("hash", 1);
  EXPECT_FALSE(wait(passwords(pool).verify("correct horse", std::nullopt)).right);
}

TEST(Passwords, AFullQueueRefusesAtOnceAndIsOpenAgainAfterwards) {
  base::Pool pool("hash", 1);
  const Passwords all = passwords(pool, {.longest_queue = 2});
  std::promise<void> gate;
  boost::asio::post(pool.executor(), [opened = gate.get_future().share()] { opened.wait(); });

  boost::asio::io_context loop;
  int refused = 0;
  int made = 0;
  const auto count = [&](std::exception_ptr failure, const std::string&) { ++(failure ? refused : made); };
  for (int i = 0; i < 3; ++i) boost::asio::co_spawn(loop, all.hash("correct horse"), count);
  loop.poll();
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(made, 0);
  gate.set_value();
  loop.run();
  EXPECT_EQ(made, 2);
  EXPECT_NE(wait(all.hash("correct horse")), "");
}

}  // namespace
}  // namespace pharos::security
