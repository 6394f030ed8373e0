// Results that are given again instead of running their node.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;
using boost::json::serialize;

struct Cached {
  /// A graph whose node `a` writes y = 10 x, and counts its calls.
  template <class... Policy>
  Graph<Trail> graph(Policy... policy) {
    StateGraph<Trail> g{"g"};
    g.add_node("a", [this](const Trail& state) {
       ++calls;
       return update(&Trail::y, 10 * state.x);
     }).cache(policy...);
    g.add_edge(kStart, "a");
    return g.compile({.clock = &clock, .cache = cache});
  }

  base::ManualClock clock;
  std::shared_ptr<MemoryCache> cache = std::make_shared<MemoryCache>(clock);
  int calls = 0;
};

TEST(NodeCache, GivesTheResultAgainForTheSameInputOnly) {
  Cached cached;
  const auto graph = cached.graph();
  EXPECT_EQ(run(graph.invoke(Trail{.x = 1})).y, 10);
  EXPECT_EQ(run(graph.invoke(Trail{.x = 1})).y, 10);
  EXPECT_EQ(cached.calls, 1);
  EXPECT_EQ(run(graph.invoke(Trail{.x = 2})).y, 20);
  EXPECT_EQ(cached.calls, 2);
}

TEST(NodeCache, AHitIsFlaggedInTheStream) {
  Cached cached;
  const auto graph = cached.graph();
  run(graph.invoke(Trail{.x = 1}));
  Items told;
  CallbackSink sink([&](const StreamEvent& event) {
    json::value data = event.data;
    data.get_object().stable_erase("id");
    told.push_back(std::string(mode_name(event.mode)) + " " + serialize(data));
  });
  run(graph.stream(Trail{.x = 1}, StreamMode::kTasks | StreamMode::kUpdates, sink));
  EXPECT_EQ(told, (Items{R"(tasks {"name":"a","input":{"items":[],"x":1,"y":0},"triggers":["branch:to:a"]})",
                         R"(updates {"a":{"y":10},"__metadata__":{"cached":true}})"}));
}

TEST(NodeCache, ForgetsAfterTheTimeToLive) {
  Cached cached;
  const auto graph = cached.graph(base::Duration(1s));
  run(graph.invoke(Trail{}));
  cached.clock.advance(999ms);
  run(graph.invoke(Trail{}));
  EXPECT_EQ(cached.calls, 1);
  cached.clock.advance(1ms);
  run(graph.invoke(Trail{}));
  EXPECT_EQ(cached.calls, 2);
}

TEST(NodeCache, AKeyFunctionSaysWhichInputsAreTheSame) {
  Cached cached;
  const auto graph = cached.graph(std::nullopt, [](const Trail&) { return std::string("any"); });
  run(graph.invoke(Trail{.x = 1}));
  EXPECT_EQ(run(graph.invoke(Trail{.x = 5})).y, 10);
  EXPECT_EQ(cached.calls, 1);
}

TEST(NodeCache, ClearForgetsANodeOrAGraphOrEverything) {
  for (const char* what : {"g/a", "g/", ""}) {
    Cached cached;
    const auto graph = cached.graph();
    run(graph.invoke(Trail{}));
    run([](MemoryCache& cache, std::string prefix) -> base::Task<int> {
      co_await cache.clear("g/other");
      co_await cache.clear("other/");
      EXPECT_EQ(cache.size(), 1U);
      co_await cache.clear(std::move(prefix));
      co_return 0;
    }(*cached.cache, what));
    EXPECT_EQ(cached.cache->size(), 0U);
    run(graph.invoke(Trail{}));
    EXPECT_EQ(cached.calls, 2);
  }
}

TEST(NodeCache, WithoutACacheTheNodeAlwaysRuns) {
  Cached cached;
  cached.cache.reset();
  const auto graph = cached.graph();
  run(graph.invoke(Trail{}));
  run(graph.invoke(Trail{}));
  EXPECT_EQ(cached.calls, 2);
}

TEST(NodeCache, WhenItIsFullWhatWasNotAskedForTheLongestGoes) {
  Cached cached;
  cached.cache = std::make_shared<MemoryCache>(cached.clock, 2);
  const auto graph = cached.graph();
  for (const int x : {1, 2, 1, 3}) run(graph.invoke(Trail{.x = x}));
  EXPECT_EQ(cached.cache->size(), 2U);
  EXPECT_EQ(cached.calls, 3);
  run(graph.invoke(Trail{.x = 1}));
  EXPECT_EQ(cached.calls, 3) << "1 was asked for after 2";
  run(graph.invoke(Trail{.x = 2}));
  EXPECT_EQ(cached.calls, 4);
}

TEST(NodeCache, KeepsWhereANodeLeadsAndWhatItSends) {
  base::ManualClock clock;
  auto calls = std::make_shared<int>(0);
  auto g = trail_graph();
  g.add_node("a", [calls](const Trail&) {
     ++*calls;
     return Command<Trail>().set(&Trail::items, {"a"}).send("one", 7).go_to("b");
   }).cache();
  g.add_node("one", [](const int& number) { return update(&Trail::x, number); }).add_node("b", visit("b"));
  g.add_edge(kStart, "a");
  const auto graph = g.compile({.clock = &clock, .cache = std::make_shared<MemoryCache>(clock)});
  for (int i = 0; i < 2; ++i) {
    const Trail end = run(graph.invoke(Trail{}));
    EXPECT_EQ(end.items, (Items{"a", "b"}));
    EXPECT_EQ(end.x, 7);
  }
  EXPECT_EQ(*calls, 1);
}

TEST(NodeCache, KnowsTheArgumentsOfSends) {
  base::ManualClock clock;
  auto calls = std::make_shared<int>(0);
  StateGraph<Trail> g{"g"};
  g.reduce(&Trail::x, add);
  g.add_node("one", [calls](const int& number) {
     ++*calls;
     return update(&Trail::x, number);
   }).cache();
  g.add_conditional_edges(kStart, [](const Trail&) {
    Targets sends;
    for (int i = 0; i < 3; ++i) sends.push_back(Send("one", i));
    return sends;
  });
  const auto graph = g.compile({.clock = &clock, .cache = std::make_shared<MemoryCache>(clock)});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run(graph.invoke(Trail{})).x, 3);
  EXPECT_EQ(*calls, 3);
}

TEST(NodeCache, KeepsNoFailuresAndNothingThatAHandlerMade) {
  base::ManualClock clock;
  auto calls = std::make_shared<int>(0);
  auto g = trail_graph();
  g.add_node("a", fail_with(base::Code::kInternal, calls))
      .cache()
      .on_error([](const Trail&, const NodeError&) { return update(&Trail::x, 1); });
  g.add_edge(kStart, "a");
  const auto cache = std::make_shared<MemoryCache>(clock);
  const auto graph = g.compile({.clock = &clock, .cache = cache});
  run(graph.invoke(Trail{}));
  run(graph.invoke(Trail{}));
  EXPECT_EQ(*calls, 2);
  EXPECT_EQ(cache->size(), 0U);
}

TEST(NodeCache, KeepsNothingThatRestsOnAPersonsAnswer) {
  base::ManualClock clock;
  auto g = trail_graph();
  g.add_node("a", [](const Trail&, Context& context) {
     return update(&Trail::items, {serialize(context.interrupt("who?"))});
   }).cache();
  g.add_edge(kStart, "a");
  const auto graph = g.compile({.clock = &clock,
                                .saver = std::make_shared<MemorySaver>(),
                                .cache = std::make_shared<MemoryCache>(clock)});
  for (const char* who : {"Ann", "Bob"}) {
    EXPECT_FALSE(run(graph.run(Trail{}, {.thread_id = who})).ended());
    EXPECT_EQ(run(graph.invoke(Resume{.answer = who, .answers = {}}, {.thread_id = who})).items,
              Items{serialize(json::value(who))});
  }
}

/// A cache whose server is gone.
class LostCache final : public NodeCache {
 public:
  base::Task<std::optional<json::value>> get(CacheKey) override { throw_lost(); }
  base::Task<void> put(CacheKey, json::value, std::optional<base::Duration>) override { throw_lost(); }
  base::Task<void> clear(std::string) override { throw_lost(); }

 private:
  [[noreturn]] static void throw_lost() { throw base::Error(base::Code::kUnavailable, "no connection"); }
};

TEST(NodeCache, OneThatFailsIsAsGoodAsAnEmptyOne) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", [](const Trail&) { return update(&Trail::y, 10); }).cache().add_edge(kStart, "a");
  EXPECT_EQ(run(g.compile({.cache = std::make_shared<LostCache>()}).invoke(Trail{})).y, 10);
}

}  // namespace
}  // namespace pharos::graph
