// One very wide super-step: a Send for each number, all to a node that appends one item.
#include <fmt/format.h>

#include "core/graph/bench/shapes.h"

namespace pharos::graph::bench {
namespace {

struct Numbers {
  int count = 0;
  std::vector<int> squares;
};
BOOST_DESCRIBE_STRUCT(Numbers, (), (count, squares))

/// The input of one Send.
struct Number {
  int value = 0;
};
BOOST_DESCRIBE_STRUCT(Number, (), (value))

base::Task<Update<Numbers>> square(const Number& number, Context&) {
  co_return update(&Numbers::squares, {number.value * number.value});
}

Targets send_each(const Numbers& state) {
  Targets sends;
  for (int i = 0; i < state.count; ++i) sends.push_back(Send("square", Number{i}));
  return sends;
}

}  // namespace

Prepared sends(int width, Keep keep) {
  StateGraph<Numbers> g{fmt::format("sends-{}", width)};
  g.reduce(&Numbers::squares, append);
  g.add_node("square", square).add_edge("square", kEnd);
  g.add_conditional_edges(kStart, send_each, {{"square", "square"}});
  return invocation(g, Numbers{.count = width}, keep);
}

}  // namespace pharos::graph::bench
