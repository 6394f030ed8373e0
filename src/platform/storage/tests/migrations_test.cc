// Databases that an older program made, brought to the form of this one.
#include "platform/storage/migrations.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/storage/postgres/server.h"
#include "platform/storage/sqlite/database.h"
#include "platform/storage/tests/support_databases.h"

namespace pharos::storage {
namespace {

constexpr Migration kFirst{1, "boats", "CREATE TABLE boats (name TEXT); INSERT INTO boats VALUES ('Aurora')"};
constexpr Migration kSecond{2, "harbours", "ALTER TABLE boats ADD COLUMN harbour TEXT DEFAULT 'Oslo'"};
constexpr Migration kBroken{2, "broken", "INSERT INTO boats VALUES ('Fram'); DROP TABLE never_there"};

constexpr std::array kOld{kFirst};
constexpr std::array kNew{kFirst, kSecond};
constexpr std::array kBad{kFirst, kBroken};

struct Sqlite : testing_support::Sqlite {
  static void migrate(const std::string& place, std::span<const Migration> migrations) {
    sqlite::Database(place, testing_support::disk(), migrations);
  }
};

struct Postgres : testing_support::Postgres {
  static void migrate(const std::string& place, std::span<const Migration> migrations) {
    postgres::Server({.url = place}, testing_support::disk(), testing_support::machine_clock(), migrations);
  }
};

template <class Database>
struct Migrations : testing::Test {
  std::int64_t count(const std::string& rows) const {
    return Database::count(place, "SELECT count(*) FROM " + rows);
  }

  testing_support::Folder folder;
  std::string place = Database::make_place(folder);
};

using Databases = testing::Types<Sqlite, Postgres>;
TYPED_TEST_SUITE(Migrations, Databases);

TYPED_TEST(Migrations, AnOlderDatabaseKeepsWhatItHas) {
  TypeParam::migrate(this->place, kOld);
  TypeParam::migrate(this->place, kNew);
  TypeParam::migrate(this->place, kNew);
  EXPECT_EQ(this->count("boats WHERE name = 'Aurora' AND harbour = 'Oslo'"), 1);
}

TYPED_TEST(Migrations, AStepThatFailsLeavesTheOlderForm) {
  TypeParam::migrate(this->place, kOld);
  EXPECT_THROW(TypeParam::migrate(this->place, kBad), base::Error);
  EXPECT_EQ(this->count("boats"), 1) << "half a step is none";
  TypeParam::migrate(this->place, kNew);
  EXPECT_EQ(this->count("boats WHERE harbour = 'Oslo'"), 1);
}

TYPED_TEST(Migrations, ANewerDatabaseIsRefusedAndLeftAlone) {
  TypeParam::migrate(this->place, kNew);
  try {
    TypeParam::migrate(this->place, kOld);
    ADD_FAILURE() << "it was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnsupported);
    EXPECT_THAT(error.what(), testing::HasSubstr("use the newer Pharos"));
  }
  TypeParam::migrate(this->place, kNew);
}

}  // namespace
}  // namespace pharos::storage
