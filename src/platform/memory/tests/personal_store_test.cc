// The store of one person in the server's database: the contract of every store, and that it is theirs alone.
#include "platform/memory/personal_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/tests/support.h"
#include "core/graph/tests/store_contract.h"
#include "platform/memory/memory_tables.h"
#include "platform/storage/postgres/private_server.h"
#include "platform/storage/temporary_folder.h"
#include "platform/storage/tests/support_pool.h"

namespace pharos::memory {
namespace {

using storage::Scope;
using storage::testing_support::disk;

inline const Scope kNora{.team_id = "north", .user_id = "nora"};
inline const Scope kNed{.team_id = "north", .user_id = "ned"};
inline const Scope kNoraInSouth{.team_id = "south", .user_id = "nora"};

base::SystemClock& machine_clock() {
  static base::SystemClock clock;
  return clock;
}

struct Sqlite {
  static std::string make_url(const storage::TemporaryFolder& folder) {
    return "sqlite:" + (folder.path() / "memories.db").string();
  }
};
struct Postgres {
  static std::string make_url(const storage::TemporaryFolder&) {
    static storage::postgres::PrivateServer server(storage::postgres::PrivateServer::Disk::kCareless);
    return server.make_database();
  }
};
using Kinds = testing::Types<Sqlite, Postgres>;

template <class Kind>
struct Home {
  Home() {
    const storage::RoomTables tables = memory_tables();
    database->apply(std::span(&tables, 1));
  }

  storage::TemporaryFolder folder;
  std::unique_ptr<storage::Database> database =
      storage::open_database({.url = Kind::make_url(folder)}, disk(), machine_clock());
};

}  // namespace
}  // namespace pharos::memory

namespace pharos::graph::testing_support {

template <class Kind>
struct PersonalStoreFactory {
  static std::shared_ptr<Store> make(StoreSettings settings) {
    struct House {
      explicit House(StoreSettings settings) : store(*home.database, memory::kNora, std::move(settings)) {}
      memory::Home<Kind> home;
      memory::PersonalStore store;
    };
    const auto house = std::make_shared<House>(std::move(settings));
    return {house, &house->store};
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(PersonalSqlite, StoreContract, PersonalStoreFactory<memory::Sqlite>);
INSTANTIATE_TYPED_TEST_SUITE_P(PersonalPostgres, StoreContract, PersonalStoreFactory<memory::Postgres>);

}  // namespace pharos::graph::testing_support

namespace pharos::memory {
namespace {

using base::testing_support::code_of;
using base::testing_support::wait;
using graph::Namespace;
using graph::testing_support::WordEmbedder;
using testing::ElementsAre;
using testing::IsEmpty;

template <class Kind>
struct People : testing::Test {
  PersonalStore of(const Scope& scope) { return {*home.database, scope, {.clock = &clock}}; }
  std::vector<std::string> keys_of(const Scope& scope, const Namespace& prefix = {}) {
    PersonalStore store = of(scope);
    std::vector<std::string> keys;
    for (const graph::StoreItem& item : wait(store.search(prefix, {.limit = 0}))) keys.push_back(item.key);
    return keys;
  }
  void put(const Scope& scope, const std::string& key, graph::PutOptions options = {}) {
    PersonalStore store = of(scope);
    wait(store.put({"notes"}, key, {{"text", "of " + scope.user_id}}, std::move(options)));
  }

  Home<Kind> home;
  base::ManualClock clock;
};
TYPED_TEST_SUITE(People, Kinds);

TYPED_TEST(People, HaveTheirOwnItemsInEachTeam) {
  this->put(kNora, "shared");
  this->put(kNora, "norths");
  this->put(kNoraInSouth, "souths");
  this->put(kNed, "shared");
  EXPECT_THAT(this->keys_of(kNora), ElementsAre("shared", "norths"));
  EXPECT_THAT(this->keys_of(kNoraInSouth), ElementsAre("souths"));
  PersonalStore neds = this->of(kNed);
  EXPECT_EQ(wait(neds.get({"notes"}, "norths")), std::nullopt);
  EXPECT_EQ(wait(neds.get({"notes"}, "shared"))->value.at("text").as_string(), "of ned");
  wait(neds.delete_item({"notes"}, "norths"));
  wait(neds.delete_item({"notes"}, "shared"));
  EXPECT_THAT(this->keys_of(kNora), ElementsAre("shared", "norths"));
}

TYPED_TEST(People, CannotNameAnothersNamespaces) {
  this->put(kNora, "secret");
  for (const Namespace& prefix : {Namespace{"nora"}, Namespace{"north"}, Namespace{"north", "nora"}}) {
    EXPECT_THAT(this->keys_of(kNed, prefix), IsEmpty());
  }
  PersonalStore neds = this->of(kNed);
  EXPECT_THAT(wait(neds.list_namespaces({.prefix = {"*"}})), IsEmpty());
  EXPECT_THAT(wait(this->of(kNora).list_namespaces()), ElementsAre(Namespace{"notes"}))
      << "and nothing of whose it is shows";
}

TYPED_TEST(People, ANamespaceOfOtherLettersIsFoundByItsBeginning) {
  PersonalStore store = this->of(kNora);
  wait(store.put({"größe", "schuhe"}, "k", {{"eu", 41}}));
  EXPECT_THAT(this->keys_of(kNora, {"größe"}), ElementsAre("k"));
  EXPECT_THAT(this->keys_of(kNora, {"größ"}), IsEmpty());
}

TYPED_TEST(People, AreSweptTogether) {
  this->put(kNora, "brief", {.time_to_live = std::chrono::seconds(1), .index = {}});
  this->put(kNed, "brief", {.time_to_live = std::chrono::seconds(1), .index = {}});
  this->put(kNed, "lasting");
  this->clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(wait(sweep_memories(*this->home.database, this->clock)), 2U);
  EXPECT_EQ(wait(sweep_memories(*this->home.database, this->clock)), 0U);
  EXPECT_THAT(this->keys_of(kNed), ElementsAre("lasting"));
}

TYPED_TEST(People, AValueThatIsTooLargeIsRefused) {
  PersonalStore store = this->of(kNora);
  const auto put = [&](std::size_t size) { wait(store.put({"n"}, "k", {{"t", std::string(size, 'x')}})); };
  const std::size_t around = std::string(R"({"t":""})").size();
  EXPECT_EQ(code_of([&] { put(PersonalStore::kLargestValue - around + 1); }), base::Code::kTooLarge);
  EXPECT_THAT(this->keys_of(kNora), IsEmpty());
  put(PersonalStore::kLargestValue - around);
  EXPECT_THAT(this->keys_of(kNora), ElementsAre("k"));
}

TYPED_TEST(People, MayHaveSoManyItemsAndReplaceThemStill) {
  const auto fill = [](storage::Session& session) {
    for (std::int64_t i = 0; i < PersonalStore::kMostItems; ++i) {
      session.run(
          "INSERT INTO memories (team_id, user_id, namespace, key, value, created_at, updated_at, embedder)"
          " VALUES ('north', 'nora', 'notes.', $1, '{}', 1, 1, '')",
          std::to_string(i));
    }
  };
  wait(this->home.database->write(kNora, fill));
  this->clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(code_of([&] { this->put(kNora, "one more"); }), base::Code::kTooLarge);
  this->put(kNora, "7");
  this->put(kNed, "one more");
  PersonalStore store = this->of(kNora);
  EXPECT_EQ(wait(store.search({}, {.filter = {{"text", "of nora"}}})).size(), 1U) << "however many there are";
}

TYPED_TEST(People, FindItemsByTheirMeaning) {
  PersonalStore store(*this->home.database, kNora,
                      {.clock = &this->clock, .embedder = std::make_shared<WordEmbedder>()});
  wait(store.put({"n"}, "land", {{"text", "cat dog"}}));
  wait(store.put({"n"}, "water", {{"text", "ship sea"}}));
  wait(store.put({"n"}, "silent", {{"text", "ship"}}, {.time_to_live = {}, .index = {{}}}));
  const auto found = wait(store.search({}, {.query = "sea"}));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].key, "water");
  EXPECT_EQ(found[2].key, "silent") << "it has no meaning to be found by";
  EXPECT_FALSE(found[2].score.has_value());
}

}  // namespace
}  // namespace pharos::memory
