// What a node does once it has failed, said in the file.
#include "core/flow/tests/support.h"

namespace pharos::flow {
namespace {

using namespace testing_support;
using testing::ElementsAre;

constexpr const char* kPrice = R"(
state: {order: any, price: any, note: string}
nodes:
  price:
    kind: set
    write: {price: "{state.order.price}"}
    on_error: {write: {price: 0, note: "{error.node} failed ({error.code}): {error.message}"}, to: tell}
  tell: {kind: set, write: {price: -1}}
edges: [start -> price]
)";

TEST(OnError, WritesAndGoesElsewhere) {
  const json::object done = outcome(kPrice, {{"order", json::object()}});
  EXPECT_EQ(done.at("note"), "price failed (not_found): there is nothing at '{state.order.price}'");
  EXPECT_EQ(done.at("price"), -1);
}

TEST(OnError, DoesNothingWhenAllIsWell) {
  EXPECT_EQ(outcome(kPrice, {{"order", json::object{{"price", 5}}}}),
            (json::object{{"order", json::object{{"price", 5}}}, {"price", 5}, {"note", ""}}));
}

TEST(OnError, ANodeThatAMapStartsHasItsItem) {
  EXPECT_EQ(outcome(R"(
state: {items: {default: [{n: 1}, {}]}, all: {type: array, reducer: append}}
nodes:
  each: {kind: map, over: "{state.items}", to: one}
  one: {kind: set, write: {all: "{item.n}"}, on_error: {write: {all: "no n in {item}"}}}
edges: [start -> each]
)")
                .at("all"),
            (json::array{1, "no n in {}"}));
}

TEST(OnError, OfTheGraphIsForNodesThatSayNothingThemselves) {
  const std::string text = R"(
state: {order: any, log: {type: array, reducer: append}}
on_error: {write: {log: "{error.node} failed"}, to: last}
nodes:
  own: {kind: set, write: {log: "{state.order.x}"}, on_error: {write: {log: mended}}}
  none: {kind: set, write: {log: "{state.order.y}"}}
  after: {kind: set, write: {log: after}}
  last: {kind: set, write: {log: last}}
edges: [start -> own -> none, after -> end, {from: none, when: [{if: {empty: "{state.order}"}, to: end}], otherwise: after}]
)";
  EXPECT_EQ(outcome(text).at("log"), (json::array{"mended", "none failed", "last"}));
  EXPECT_EQ(outcome(text, {{"order", json::object{{"x", 1}, {"y", 2}}}}).at("log"),
            (json::array{1, 2, "after"}));
}

TEST(OnError, OfTheGraphDoesNotLeadANodeBackToItself) {
  const std::string message = message_of<graph::NodeError>([] {
    outcome(R"(
state: {order: any, a: any}
on_error: last
nodes: {first: {kind: set, write: {a: "{state.order.x}"}}, last: {kind: set, write: {a: "{state.order.y}"}}}
edges: [start -> first]
)");
  });
  EXPECT_THAT(message,
              testing::HasSubstr("node 'last' failed: there is nothing at '{state.order.y}' (and its "
                                 "error handler failed: it leads to the node that failed)"));
}

TEST(OnError, MistakesAreTold) {
  EXPECT_THAT(problems(R"(state: {a: string}
nodes:
  a: {kind: set, write: {a: "{error.message}"}, on_error: {}}
  b: {kind: wait, seconds: 1, on_error: c}
  c: {kind: wait, seconds: 1, on_error: {write: {b: 1}, too: end}}
edges: [start -> a -> b -> c]
)"),
              ElementsAre("3:29: only what a node's 'on_error' writes has an {error}",
                          "3:59: on_error must say what to write, or where to go: {write, to}",
                          "5:50: the state has no field 'b' (did you mean 'a'?)",
                          "5:57: on_error has an unknown key 'too' (did you mean 'to'?)"));
}

}  // namespace
}  // namespace pharos::flow
