// The promises of Store, for every implementation: instantiate the suite with a type that has
// make(StoreSettings), which gives a new and empty store.
#pragma once

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/base/text.h"
#include "core/graph/store.h"
#include "core/graph/tests/store_model.h"
#include "core/graph/tests/support.h"

namespace pharos::graph::testing_support {

/// Knows four words; a text is how often it has each.
class WordEmbedder final : public TextEmbedder {
 public:
  explicit WordEmbedder(std::string name = "words") : name_(std::move(name)) {}

  base::Task<std::vector<std::vector<float>>> embed(std::vector<std::string> texts) override {
    std::vector<std::vector<float>> vectors;
    for (const std::string& text : texts) {
      std::vector<float>& vector = vectors.emplace_back();
      for (const std::string_view word : {"cat", "dog", "ship", "sea"}) {
        float count = 0;
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
        vector.push_back(count);
      }
    }
    co_return vectors;
  }
  std::string name() const override { return name_; }

 private:
  std::string name_;
};

template <class Factory>
class StoreContract : public testing::Test {
 protected:
  template <class T>
  T wait(base::Task<T> task) {
    return run(std::move(task));
  }
  void wait(base::Task<void> task) {
    const auto finish = [](base::Task<void> inner) -> base::Task<int> {
      co_await std::move(inner);
      co_return 0;
    };
    run(finish(std::move(task)));
  }
  /// Begins again with a new store.
  void open(StoreSettings settings) {
    settings.clock = &clock;
    store = Factory::make(std::move(settings));
  }
  void put(Namespace space, std::string key, json::object value, PutOptions options = {}) {
    wait(store->put(std::move(space), std::move(key), std::move(value), std::move(options)));
  }
  std::optional<StoreItem> get(Namespace space, std::string key, std::optional<bool> refresh = {}) {
    return wait(store->get(std::move(space), std::move(key), refresh));
  }
  /// The keys of what is found, in order.
  Items keys(Namespace prefix, StoreQuery query = {}) {
    Items found;
    for (const StoreItem& item : wait(store->search(std::move(prefix), std::move(query)))) {
      found.push_back(item.key);
    }
    return found;
  }
  Items keys_that(json::object filter) { return keys({}, {.filter = std::move(filter)}); }
  /// Joined by slashes.
  Items spaces(NamespaceQuery query = {}) {
    Items found;
    for (const Namespace& space : wait(store->list_namespaces(std::move(query)))) {
      found.push_back(base::join(space, "/"));
    }
    return found;
  }
  /// The code of what `task` throws, which must be a sentence.
  template <class T>
  base::Code refusal(base::Task<T> task) {
    try {
      wait(std::move(task));
    } catch (const base::Error& error) {
      EXPECT_GT(std::string(error.what()).size(), 20U);
      return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return base::Code::kInternal;
  }
  base::Code put_refusal(Namespace space, std::string key = "k", json::object value = {},
                         PutOptions options = {}) {
    return refusal(store->put(std::move(space), std::move(key), std::move(value), std::move(options)));
  }

  base::ManualClock clock{base::SteadyTime{}, base::WallTime{1'700'000'000'123ms}};
  std::shared_ptr<Store> store = Factory::make({.clock = &clock});
};

TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, WhatWasNeverPutIsNotThere) {
  EXPECT_FALSE(this->get({"u"}, "a").has_value());
  EXPECT_NO_THROW(this->wait(this->store->delete_item({"u"}, "a")));
  EXPECT_EQ(this->keys({}), Items{});
  EXPECT_EQ(this->spaces(), Items{});
  EXPECT_EQ(this->wait(this->store->sweep()), 0U);
}

TYPED_TEST_P(StoreContract, AnItemIsGivenBackWhole) {
  this->put({"u", "ann"}, "likes", {{"what", "tea"}});
  const auto item = this->get({"u", "ann"}, "likes");
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(item->space, (Namespace{"u", "ann"}));
  EXPECT_EQ(item->key, "likes");
  EXPECT_EQ(item->value, (json::object{{"what", "tea"}}));
  EXPECT_EQ(item->created_at, this->clock.wall_now());
  EXPECT_EQ(item->updated_at, this->clock.wall_now());
  EXPECT_FALSE(item->score.has_value());
  EXPECT_FALSE(this->get({"u"}, "likes").has_value());
  EXPECT_FALSE(this->get({"u", "ann"}, "like").has_value());
}

/// LangGraph 1.2.22 in memory forgets created_at; its databases keep it, and so do we.
TYPED_TEST_P(StoreContract, AReplacedItemKeepsWhenItWasMadeAndItsPlace) {
  this->put({"u"}, "first", {{"n", 1}, {"old", true}});
  this->put({"u"}, "second", {});
  const base::WallTime made = this->clock.wall_now();
  this->clock.advance(5s);
  this->put({"u"}, "first", {{"n", 100}});
  const auto item = this->get({"u"}, "first");
  EXPECT_EQ(item->value, (json::object{{"n", 100}}));
  EXPECT_EQ(item->created_at, made);
  EXPECT_EQ(item->updated_at, made + 5s);
  EXPECT_EQ(this->keys({"u"}), (Items{"first", "second"}));
}

TYPED_TEST_P(StoreContract, ADeletedItemIsGoneAndNothingElse) {
  this->put({"u"}, "a", {});
  this->put({"u"}, "b", {});
  this->put({"u", "a"}, "a", {});
  this->wait(this->store->delete_item({"u"}, "a"));
  EXPECT_FALSE(this->get({"u"}, "a").has_value());
  EXPECT_EQ(this->keys({}), (Items{"b", "a"}));
  this->put({"u"}, "a", {});
  EXPECT_EQ(this->keys({"u"}), (Items{"b", "a", "a"})) << "made anew it is the last";
}

TYPED_TEST_P(StoreContract, GivesBackEveryKindOfValueExactly) {
  const json::object value = {{"double", 0.1 + 0.2},
                              {"next to one", 1.0000000000000002},
                              {"large", 6.02214076e23},
                              {"whole double", 3.0},
                              {"smallest", std::numeric_limits<std::int64_t>::min()},
                              {"largest", std::numeric_limits<std::uint64_t>::max()},
                              {"text", std::string("a\0b\n\"é", 7)},
                              {"nothing", nullptr},
                              {"list", {1, "two", {{"three", false}}}},
                              {"", json::object{}}};
  this->put({"ü 'quoted\""}, "k'\"\\%_", value);
  const auto item = this->get({"ü 'quoted\""}, "k'\"\\%_");
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(item->value, value);
  EXPECT_TRUE(item->value.at("whole double").is_double());
  EXPECT_EQ(item->space, (Namespace{"ü 'quoted\""}));
  EXPECT_EQ(item->key, "k'\"\\%_");
}

/// As LangGraph 1.2.22 answers (case store_namespaces).
TYPED_TEST_P(StoreContract, ListsNamespacesAsItsUsersKnowIt) {
  for (const Namespace& space : {Namespace{"u", "2"}, {"u", "1"}, {"v"}, {"u", "1", "deep"}, {"q"}}) {
    this->put(space, "k", {});
    this->put(space, "other", {});
  }
  EXPECT_EQ(this->spaces(), (Items{"q", "u/1", "u/1/deep", "u/2", "v"}));
  EXPECT_EQ(this->spaces({.prefix = {"u"}}), (Items{"u/1", "u/1/deep", "u/2"}));
  EXPECT_EQ(this->spaces({.prefix = {"u", "*", "deep"}}), Items{"u/1/deep"});
  EXPECT_EQ(this->spaces({.prefix = {"*", "2"}}), Items{"u/2"});
  EXPECT_EQ(this->spaces({.suffix = {"deep"}}), Items{"u/1/deep"});
  EXPECT_EQ(this->spaces({.suffix = {"*", "deep"}}), Items{"u/1/deep"});
  EXPECT_EQ(this->spaces({.prefix = {"u"}, .suffix = {"1"}}), Items{"u/1"});
  EXPECT_EQ(this->spaces({.max_depth = 1}), (Items{"q", "u", "v"}));
  EXPECT_EQ(this->spaces({.max_depth = 2}), (Items{"q", "u/1", "u/2", "v"}));
  EXPECT_EQ(this->spaces({.limit = 2, .offset = 1}), (Items{"u/1", "u/1/deep"}));
  EXPECT_EQ(this->spaces({.max_depth = 1, .limit = 2, .offset = 2}), Items{"v"});
  EXPECT_EQ(this->spaces({.offset = 9}), Items{});
}

/// As LangGraph 1.2.22 refuses (case store_namespaces): empty, a dot, its own name, an empty label.
TYPED_TEST_P(StoreContract, RefusesNamespacesThatBreakARule) {
  for (const Namespace& space :
       {Namespace{}, {"a.b"}, {"langgraph"}, {""}, {"a", ""}, {"a", "b.c"}, {"\xff"}, {"a\nb"}}) {
    EXPECT_EQ(this->put_refusal(space), base::Code::kInvalidInput) << base::join(space, "/");
    EXPECT_EQ(this->refusal(this->store->get(space, "k")), base::Code::kInvalidInput);
    EXPECT_EQ(this->refusal(this->store->delete_item(space, "k")), base::Code::kInvalidInput);
  }
  EXPECT_EQ(this->refusal(this->store->search({"a.b"}, {})), base::Code::kInvalidInput);
  EXPECT_EQ(this->refusal(this->store->list_namespaces({.suffix = {""}})), base::Code::kInvalidInput);
  EXPECT_NO_THROW(this->put({"a", "langgraph"}, "k", {}));
  EXPECT_EQ(this->keys({}).size(), 1U);
}

TYPED_TEST_P(StoreContract, RefusesWhatCouldNotBeReadBack) {
  EXPECT_EQ(this->put_refusal({"u"}, ""), base::Code::kInvalidInput);
  EXPECT_EQ(this->put_refusal({"u"}, std::string("a\0b", 3)), base::Code::kInvalidInput);
  EXPECT_EQ(this->put_refusal({"u"}, "\xff"), base::Code::kInvalidInput);
  EXPECT_EQ(this->put_refusal({"u"}, "k", {{"list", {"\xff"}}}), base::Code::kInvalidInput);
  EXPECT_EQ(this->put_refusal({"u"}, "k", {{"\xff", 1}}), base::Code::kInvalidInput);
  EXPECT_EQ(this->put_refusal({"u"}, "k", {{"n", std::numeric_limits<double>::infinity()}}),
            base::Code::kInvalidInput);
  EXPECT_EQ(this->keys({}), Items{});
}

TYPED_TEST_P(StoreContract, FindsWhatLiesUnderThePrefixInTheOrderOfItsMaking) {
  this->put({"u", "2"}, "a", {});
  this->put({"u"}, "b", {});
  this->put({"u-1"}, "beside", {});
  this->put({"u", "10", "deep"}, "c", {});
  this->put({"v"}, "beyond", {});
  this->put({"u", "1"}, "d", {});
  EXPECT_EQ(this->keys({"u"}), (Items{"a", "b", "c", "d"}));
  EXPECT_EQ(this->keys({"u", "1"}), (Items{"d"}));
  EXPECT_EQ(this->keys({"u", "1", "none"}), Items{});
  EXPECT_EQ(this->keys({}), (Items{"a", "b", "beside", "c", "beyond", "d"}));
}

TYPED_TEST_P(StoreContract, FindsInPagesOfTenUnlessToldOtherwise) {
  for (int i = 0; i < 12; ++i)
    this->put({"u"}, fmt::format("k{:02}", 99 - i), {{"n", i}, {"even", i % 2 == 0}});
  EXPECT_EQ(this->keys({}).size(), 10U);
  EXPECT_EQ(this->keys({}, {.offset = 10}), (Items{"k89", "k88"}));
  EXPECT_EQ(this->keys({}, {.limit = 2, .offset = 1}), (Items{"k98", "k97"}));
  EXPECT_EQ(this->keys({}, {.limit = 0}).size(), 12U);
  EXPECT_EQ(this->keys({}, {.limit = 0, .offset = 11}), (Items{"k88"}));
  constexpr auto kHuge = std::numeric_limits<std::size_t>::max();
  for (const json::object& filter : {json::object{}, json::object{{"n", {{"$gte", 0}}}}}) {
    EXPECT_EQ(this->keys({}, {.filter = filter, .limit = kHuge, .offset = 11}), (Items{"k88"}));
    EXPECT_EQ(this->keys({}, {.filter = filter, .offset = kHuge}), Items{});
  }
  EXPECT_EQ(this->keys({}, {.filter = {{"even", true}}, .limit = 2, .offset = 1}), (Items{"k97", "k95"}));
  EXPECT_EQ(this->keys({}, {.filter = {{"even", true}}, .limit = 0}).size(), 6U);
}

TYPED_TEST_P(StoreContract, FiltersByFieldsAndOperators) {
  this->put({"u"}, "a", {{"n", 1}, {"tag", "red"}, {"by", {{"name", "ann"}, {"age", 30}}}});
  this->put({"u"}, "b", {{"n", 2.5}, {"tag", "blue"}, {"list", {1, 2}}});
  this->put({"u"}, "c", {{"n", 30}, {"tag", "red"}, {"by", {{"name", "bob"}, {"age", 41}}}});
  this->put({"u"}, "d", {{"n", "7"}, {"tag", nullptr}});
  EXPECT_EQ(this->keys_that({{"tag", "red"}}), (Items{"a", "c"}));
  EXPECT_EQ(this->keys_that({{"tag", "red"}, {"n", {{"$gt", 1}}}}), Items{"c"});
  EXPECT_EQ(this->keys_that({{"n", {{"$gte", 1}, {"$lt", 30}}}}), (Items{"a", "b"}));
  EXPECT_EQ(this->keys_that({{"n", {{"$lte", "7"}}}}), Items{"d"}) << "texts compare with texts only";
  EXPECT_EQ(this->keys_that({{"tag", {{"$ne", "red"}}}}), (Items{"b", "d"}));
  EXPECT_EQ(this->keys_that({{"list", {{"$eq", {1, 2}}}}}), Items{"b"});
  EXPECT_EQ(this->keys_that({{"by", {{"name", "bob"}}}}), Items{"c"});
  EXPECT_EQ(this->keys_that({{"by", {{"age", {{"$lt", 40}}}}}}), Items{"a"});
  EXPECT_EQ(this->keys_that({{"by.age", {{"$lt", 40}}}}), Items{"a"});
  EXPECT_EQ(this->keys_that({{"nowhere", nullptr}}).size(), 4U);
  EXPECT_EQ(this->refusal(this->store->search({}, {.filter = {{"n", {{"$near", 1}}}}})),
            base::Code::kInvalidInput);
}

TYPED_TEST_P(StoreContract, NamesInAFilterAreNamesAndNothingElse) {
  this->put({"u"}, "a", {{"n", 1}});
  this->put({"u"}, "b", {{"x' OR '1'='1", 2}, {"$.n", 3}});
  EXPECT_EQ(this->keys_that({{"x' OR '1'='1", 2}}), Items{"b"});
  EXPECT_EQ(this->keys_that({{"x' OR '1'='1", 3}}), Items{});
  EXPECT_EQ(this->keys_that({{"n') = 1 OR 1=1; DROP TABLE store_items; --", 1}}), Items{});
  EXPECT_EQ(this->keys_that({{"n", "' OR 1=1 --"}}), Items{});
  EXPECT_EQ(this->keys({"u' OR 1=1 --"}), Items{});
  EXPECT_EQ(this->keys({}), (Items{"a", "b"}));
}

TYPED_TEST_P(StoreContract, WhatHasOutlivedItsTimeIsNeverSeen) {
  this->open({.refresh_on_read = false});
  this->put({"u"}, "stays", {});
  this->put({"u", "short"}, "goes", {{"n", 1}}, {.time_to_live = 10s});
  this->clock.advance(9s);
  EXPECT_EQ(this->keys({}), (Items{"stays", "goes"}));
  this->clock.advance(1s);
  EXPECT_FALSE(this->get({"u", "short"}, "goes").has_value());
  EXPECT_EQ(this->keys({}), Items{"stays"});
  EXPECT_EQ(this->keys_that({{"n", 1}}), Items{});
  EXPECT_EQ(this->spaces(), Items{"u"});
}

TYPED_TEST_P(StoreContract, WhatIsPutAfterItsTimeIsNew) {
  this->open({.refresh_on_read = false});
  this->put({"u"}, "a", {}, {.time_to_live = 10s});
  this->put({"u"}, "b", {});
  this->clock.advance(10s);
  this->put({"u"}, "a", {});
  EXPECT_EQ(this->get({"u"}, "a")->created_at, this->clock.wall_now());
  EXPECT_EQ(this->keys({}), (Items{"b", "a"}));
  this->clock.advance(1h);
  EXPECT_TRUE(this->get({"u"}, "a").has_value()) << "the new one has no limit";
}

TYPED_TEST_P(StoreContract, SweepingDeletesWhatHasOutlivedItsTime) {
  this->put({"u"}, "a", {}, {.time_to_live = 1s});
  this->put({"u"}, "b", {}, {.time_to_live = 1s});
  this->put({"u"}, "c", {}, {.time_to_live = 1h});
  this->put({"u"}, "d", {});
  EXPECT_EQ(this->wait(this->store->sweep()), 0U);
  this->clock.advance(1s);
  EXPECT_EQ(this->wait(this->store->sweep()), 2U);
  EXPECT_EQ(this->wait(this->store->sweep()), 0U);
  EXPECT_EQ(this->keys({}), (Items{"c", "d"}));
}

TYPED_TEST_P(StoreContract, ReadingLetsAnItemLiveOn) {
  this->open({.time_to_live = 10s});
  for (const char* key : {"got", "found", "got quietly", "left alone"}) this->put({key}, key, {});
  this->put({"u"}, "stays", {}, {.time_to_live = kForever});
  this->clock.advance(8s);
  EXPECT_TRUE(this->get({"got"}, "got").has_value());
  EXPECT_EQ(this->keys({"found"}), Items{"found"});
  EXPECT_TRUE(this->get({"got quietly"}, "got quietly", false).has_value());
  EXPECT_EQ(this->keys({"left alone"}, {.refresh = false}), Items{"left alone"});
  this->clock.advance(8s);
  EXPECT_EQ(this->keys({}), (Items{"got", "found", "stays"}));
  this->clock.advance(10s);
  EXPECT_EQ(this->keys({}), Items{"stays"});
}

TYPED_TEST_P(StoreContract, ReadingLeavesTheTimeAloneWhereAsked) {
  this->open({.time_to_live = 10s, .refresh_on_read = false});
  this->put({"u"}, "a", {});
  this->put({"u"}, "b", {});
  this->clock.advance(8s);
  EXPECT_TRUE(this->get({"u"}, "a").has_value());
  EXPECT_TRUE(this->get({"u"}, "b", true).has_value());
  this->clock.advance(8s);
  EXPECT_EQ(this->keys({}), Items{"b"});
}

TYPED_TEST_P(StoreContract, RefusesATimeThatIsNone) {
  for (const base::Duration time : {base::Duration(0), base::Duration(-1s), base::Duration(1ns)}) {
    EXPECT_EQ(this->put_refusal({"u"}, "k", {}, {.time_to_live = time}), base::Code::kInvalidInput);
    EXPECT_THROW(this->open({.time_to_live = time}), base::Error);
  }
}

TYPED_TEST_P(StoreContract, FindsByMeaningTheNearestFirst) {
  this->open({.embedder = std::make_shared<WordEmbedder>(), .index = {"text"}});
  this->put({"u"}, "dogs", {{"text", "dog dog"}});
  this->put({"u"}, "no text", {{"n", 1}});
  this->put({"u"}, "both", {{"text", "cat and dog"}});
  this->put({"u"}, "sea", {{"text", "ship at sea"}});
  this->put({"u"}, "cats", {{"text", "cat"}});
  const auto found = this->wait(this->store->search({"u"}, {.query = "a cat"}));
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(this->keys({"u"}, {.query = "a cat"}), (Items{"cats", "both", "dogs", "sea", "no text"}));
  EXPECT_NEAR(found[0].score.value(), 1, 1e-6);
  EXPECT_NEAR(found[1].score.value(), std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(found[2].score.value(), 0, 1e-6);
  EXPECT_FALSE(found[4].score.has_value()) << "nothing to compare";
}

TYPED_TEST_P(StoreContract, FindsByMeaningWithinNamespaceFilterAndPage) {
  this->open({.embedder = std::make_shared<WordEmbedder>()});
  this->put({"u"}, "a", {{"text", "cat dog dog"}, {"n", 1}});
  this->put({"u", "deep"}, "b", {{"text", "cat cat dog"}, {"n", 2}});
  this->put({"u"}, "c", {{"text", "cat"}, {"n", 3}});
  this->put({"v"}, "d", {{"text", "cat"}, {"n", 2}});
  EXPECT_EQ(this->keys({"u"}, {.query = "cat"}), (Items{"c", "b", "a"}));
  EXPECT_EQ(this->keys({"u"}, {.filter = {{"n", {{"$lt", 3}}}}, .query = "cat"}), (Items{"b", "a"}));
  EXPECT_EQ(this->keys({"u"}, {.query = "cat", .limit = 1}), Items{"c"});
  EXPECT_EQ(this->keys({"u"}, {.query = "cat", .limit = 1, .offset = 1}), Items{"b"});
  EXPECT_EQ(this->keys({}, {.query = "cat", .limit = 2}), (Items{"c", "d"})) << "of equals the older";
}

TYPED_TEST_P(StoreContract, OfSeveralTextsTheNearestCounts) {
  this->open({.embedder = std::make_shared<WordEmbedder>(), .index = {"messages[*].text", "title"}});
  this->put({"u"}, "far", {{"title", "dog ship"}, {"messages", json::array()}});
  this->put({"u"}, "near",
            {{"title", "ship"}, {"messages", {{{"text", "dog"}}, {{"text", "cat"}}, {{"text", "sea"}}}}});
  const auto found = this->wait(this->store->search({}, {.query = "cat"}));
  ASSERT_EQ(found.size(), 2U) << "an item is found once";
  EXPECT_EQ(found[0].key, "near");
  EXPECT_NEAR(found[0].score.value(), 1, 1e-6);
}

TYPED_TEST_P(StoreContract, APutMaySayWhatIsToBeFoundOfIt) {
  this->open({.embedder = std::make_shared<WordEmbedder>(), .index = {"text"}});
  const json::object value{{"text", "cat"}, {"other", "dog"}};
  this->put({"u"}, "usual", value);
  this->put({"u"}, "other", value, {.index = Items{"other"}});
  this->put({"u"}, "hidden", value, {.index = Items{}});
  const auto found = this->wait(this->store->search({}, {.query = "dog"}));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].key, "other");
  EXPECT_EQ(found[1].key, "usual");
  EXPECT_EQ(found[2].key, "hidden");
  EXPECT_FALSE(found[2].score.has_value());
  this->put({"u"}, "other", {{"text", "sea"}});
  EXPECT_EQ(this->wait(this->store->search({}, {.query = "sea", .limit = 1}))[0].key, "other")
      << "a new value has a new meaning";
  EXPECT_EQ(this->put_refusal({"u"}, "k", {}, {.index = Items{"a["}}), base::Code::kInvalidInput);
}

TYPED_TEST_P(StoreContract, WithoutAnEmbedderAQueryIsRefused) {
  EXPECT_EQ(this->refusal(this->store->search({}, {.query = "cat"})), base::Code::kUnsupported);
}

TYPED_TEST_P(StoreContract, WhateverIsDoneItIsAsTheModelPredicts) {
  this->open({.time_to_live = 60s});
  int cases = 0;
  EXPECT_TRUE(rc::check("a store is a list of items", [&] {
    this->clock.advance(24h);
    this->wait(this->store->sweep());
    StoreModel model(fmt::format("case {}", ++cases), this->clock, 60s);
    const auto steps = *rc::gen::inRange(10, 50);
    for (int i = 0; i < steps; ++i) run(model.step(*this->store));
  }));
}

TYPED_TEST_P(StoreContract, ManyWritersAtOnceLoseNothing) {
  constexpr int kWriters = 64;
  constexpr int kPuts = 8;
  Loop loop;
  const auto write = [&](int writer) -> base::Task<int> {
    for (int i = 0; i < kPuts; ++i) {
      co_await this->store->put({"own", std::to_string(writer)}, std::to_string(i), {{"n", writer}});
      co_await this->store->put({"shared"}, std::to_string(i), {{"n", writer}});
      const auto item = co_await this->store->get({"own", std::to_string(writer)}, std::to_string(i));
      if (!item) co_return i;
    }
    co_return kPuts;
  };
  std::vector<std::shared_ptr<Started<int>>> writers;
  for (int i = 0; i < kWriters; ++i) writers.push_back(loop.start(write(i)));
  loop.finish();
  for (const auto& writer : writers) EXPECT_EQ(writer->take(), kPuts);
  EXPECT_EQ(this->keys({"own"}, {.limit = 0}).size(), std::size_t{kWriters * kPuts});
  EXPECT_EQ(this->keys({"shared"}, {.limit = 0}).size(), std::size_t{kPuts});
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, WhatWasNeverPutIsNotThere, AnItemIsGivenBackWhole,
                            AReplacedItemKeepsWhenItWasMadeAndItsPlace, ADeletedItemIsGoneAndNothingElse,
                            GivesBackEveryKindOfValueExactly, ListsNamespacesAsItsUsersKnowIt,
                            RefusesNamespacesThatBreakARule, RefusesWhatCouldNotBeReadBack,
                            FindsWhatLiesUnderThePrefixInTheOrderOfItsMaking,
                            FindsInPagesOfTenUnlessToldOtherwise, FiltersByFieldsAndOperators,
                            NamesInAFilterAreNamesAndNothingElse, WhatHasOutlivedItsTimeIsNeverSeen,
                            WhatIsPutAfterItsTimeIsNew, SweepingDeletesWhatHasOutlivedItsTime,
                            ReadingLetsAnItemLiveOn, ReadingLeavesTheTimeAloneWhereAsked,
                            RefusesATimeThatIsNone, FindsByMeaningTheNearestFirst,
                            FindsByMeaningWithinNamespaceFilterAndPage, OfSeveralTextsTheNearestCounts,
                            APutMaySayWhatIsToBeFoundOfIt, WithoutAnEmbedderAQueryIsRefused,
                            WhateverIsDoneItIsAsTheModelPredicts, ManyWritersAtOnceLoseNothing);

}  // namespace pharos::graph::testing_support
