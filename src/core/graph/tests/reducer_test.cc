// What becomes of writes: reducers, overwrites, and the writes that are refused.
#include <gtest/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

struct Ledger {
  std::map<std::string, int> amounts;
  int total = 0;
  int largest = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Ledger, (), (amounts, total, largest, text))

TEST(Reducer, ComesReadyMadeOrAsAFunctionOfTwoValues) {
  StateGraph<Ledger> g{"ledger"};
  g.reduce(&Ledger::amounts, merge).reduce(&Ledger::total, add).reduce(&Ledger::text, append);
  g.reduce(&Ledger::largest, [](int a, int b) { return std::max(a, b); });
  const auto book = [](std::string name, int amount) {
    return [name, amount](const Ledger&) {
      return update(&Ledger::amounts, {{name, amount}})
          .set(&Ledger::total, amount)
          .set(&Ledger::largest, amount)
          .set(&Ledger::text, name);
    };
  };
  g.add_node("a", book("oil", 5)).add_node("b", book("wick", 9)).add_node("c", book("oil", 2));
  g.fan_out(kStart, {"a", "b", "c"});
  const Ledger end = run(g.compile().invoke(Ledger{.total = 100}));
  EXPECT_EQ(end.amounts, (std::map<std::string, int>{{"oil", 2}, {"wick", 9}}));
  EXPECT_EQ(end.total, 116);
  EXPECT_EQ(end.largest, 9);
  EXPECT_EQ(end.text, "oilwickoil");
}

TEST(Overwrite, ReplacesAReducedFieldAndIgnoresTheRestOfTheStep) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("c", visit("c")).add_node("later", visit("later"));
  g.add_node("b", [](const Trail&) { return Update<Trail>().overwrite(&Trail::items, {"B"}); });
  g.fan_out(kStart, {"a", "b", "c"}).join({"a", "b", "c"}, "later");
  EXPECT_EQ(run(g.compile().invoke(Trail{.items = {"in"}})).items, (Items{"B", "later"}));
}

TEST(Overwrite, TwiceInAStepIsAnError) {
  StateGraph<Trail> g{"twice"};
  g.reduce(&Trail::items, append);
  const auto overwrite = [](const Trail&) { return Update<Trail>().overwrite(&Trail::items, {"x"}); };
  g.add_node("a", overwrite).add_node("b", overwrite);
  g.fan_out(kStart, {"a", "b"});
  const auto graph = g.compile();
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{})); }),
            "graph 'twice': field 'items' was overwritten twice in super-step 1, by nodes 'a' and 'b'; only "
            "one overwrite "
            "is allowed");
}

TEST(Overwrite, OfAFieldWithoutReducerSetsIt) {
  StateGraph<Trail> g{"plain"};
  g.add_node("a", [](const Trail&) {
    Update<Trail> changes;
    changes.overwrite(&Trail::x, 3).set(&Trail::y, 4);
    return changes;
  });
  g.add_edge(kStart, "a");
  const Trail end = run(g.compile().invoke(Trail{}));
  EXPECT_EQ(end.x, 3);
  EXPECT_EQ(end.y, 4);
}

TEST(Update, WritingAPlainFieldTwiceInOneNodeIsAnErrorThatNamesIt) {
  StateGraph<Trail> g{"twice"};
  g.add_node("a", [](const Trail&) { return update(&Trail::x, 1).set(&Trail::x, 2); });
  g.add_edge(kStart, "a");
  const auto graph = g.compile();
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{})); }),
            "graph 'twice': field 'x' was written twice in super-step 1, by node 'a'; give it a reducer, or "
            "let one node "
            "write it");
}

TEST(Reducer, ThatRefusesAWriteNamesFieldAndNode) {
  StateGraph<Trail> g{"strict"};
  g.reduce(&Trail::x, [](int& current, int added) {
    if (added < 0) throw base::Error(base::Code::kInvalidInput, "no negative numbers");
    current += added;
  });
  g.add_node("a", [](const Trail&) { return update(&Trail::x, -1); });
  g.add_edge(kStart, "a");
  const auto graph = g.compile();
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{})); }),
            "graph 'strict': what 'a' wrote to field 'x' was refused: no negative numbers");
}

TEST(Input, GivenAsAnUpdateLeavesTheOtherFieldsAtTheirDefaults) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_edge(kStart, "a");
  const Trail end = run(g.compile().invoke(update(&Trail::x, 5)));
  EXPECT_EQ(end.x, 5);
  EXPECT_EQ(end.items, Items{"a"});
}

TEST(Input, IsTheFirstWriteToAReducer) {
  StateGraph<Trail> g{"doubling"};
  g.reduce(&Trail::x, [](int current, int added) { return current + 2 * added; });
  g.add_node("a", [](const Trail&) {});
  g.add_edge(kStart, "a");
  const auto graph = g.compile();
  EXPECT_EQ(run(graph.invoke(Trail{.x = 5})).x, 10);
  EXPECT_EQ(run(graph.invoke(update(&Trail::x, 5))).x, 10);
}

}  // namespace
}  // namespace pharos::graph
