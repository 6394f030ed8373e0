// Nodes that do nothing: what is left is the engine itself.
#include <fmt/format.h>

#include "core/graph/bench/resident.h"
#include "core/graph/bench/shapes.h"

namespace pharos::graph::bench {
namespace {

struct Chat {
  std::vector<std::string> messages;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (messages))

struct Count {
  int steps = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (steps))

base::Task<Update<Chat>> do_nothing(const Chat&, Context&) {
  co_return Update<Chat>();
}

StateGraph<Chat> sequential(int length) {
  StateGraph<Chat> g{fmt::format("seq-{}", length)};
  g.reduce(&Chat::messages, append);
  std::string previous(kStart);
  for (int i = 0; i < length; ++i) {
    const std::string name = fmt::format("node{}", i);
    g.add_node(name, do_nothing);
    g.add_edge(previous, name);
    previous = name;
  }
  return g.add_edge(previous, kEnd);
}

StateGraph<Chat> parallel(int width) {
  StateGraph<Chat> g{fmt::format("par-{}", width)};
  g.reduce(&Chat::messages, append);
  std::vector<std::string> names;
  for (int i = 0; i < width; ++i) names.push_back(fmt::format("node{}", i));
  for (const std::string& name : names) g.add_node(name, do_nothing);
  g.add_node("last", do_nothing);
  return g.fan_out(kStart, names).join(names, "last").add_edge("last", kEnd);
}

base::Task<void> compile_once(std::shared_ptr<const StateGraph<Chat>> g) {
  g->compile();
  co_return;
}

base::Task<void> run_loop(Graph<Count> graph, int steps) {
  co_await graph.invoke(Count{}, {.recursion_limit = steps + 1});
}

/// Takes resident memory when a tenth of the steps is over.
struct CountUp {
  int steps;
  std::shared_ptr<double> warm_mb;

  base::Task<Update<Count>> operator()(const Count& state, Context&) const {
    if (state.steps == steps / 10) *warm_mb = resident_mb();
    co_return update(&Count::steps, state.steps + 1);
  }
};

base::Task<void> take_growth(std::shared_ptr<double> warm_mb, std::shared_ptr<std::optional<double>> growth) {
  *growth = resident_mb() - *warm_mb;
  co_return;
}

}  // namespace

Prepared chain(int length, Keep keep) {
  return invocation(sequential(length), Chat{.messages = {"hello"}}, keep);
}

Prepared side_by_side(int width, Keep keep) {
  return invocation(parallel(width), Chat{.messages = {"hello"}}, keep);
}

Prepared compiling(int length) {
  auto g = std::make_shared<const StateGraph<Chat>>(sequential(length));
  return {.once = [g] { return compile_once(g); }};
}

Prepared loop(int steps) {
  auto warm_mb = std::make_shared<double>(0);
  auto growth = std::make_shared<std::optional<double>>();
  StateGraph<Count> g{"loop"};
  g.add_node("count", CountUp{.steps = steps, .warm_mb = warm_mb});
  g.add_edge(kStart, "count");
  g.add_conditional_edges(
      "count", [steps](const Count& state) { return std::string(state.steps < steps ? "count" : kEnd); },
      {{"count", "count"}, {std::string(kEnd), std::string(kEnd)}});
  return {.once = [graph = g.compile(), steps] { return run_loop(graph, steps); },
          .after = [warm_mb, growth] { return take_growth(warm_mb, growth); },
          .memory_mb = growth};
}

}  // namespace pharos::graph::bench
