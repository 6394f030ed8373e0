// Transcripts of graphs that run inside nodes of other graphs.
#include <cctype>

#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

const RunConfig kThread{.thread_id = "1"};

CompileOptions with_memory() {
  return {.saver = std::make_shared<MemorySaver>()};
}

/// A node that runs `inner` on the whole state and writes all that came out of it.
auto run_within(Graph<Trail> inner) {
  return [inner](const Trail& state, Context& context) -> base::Task<Update<Trail>> {
    Trail ended = co_await inner.invoke_within(context, state);
    co_return update(&Trail::items, std::move(ended.items));
  };
}

/// p, then a graph of s1 and s2, which asks, then q.
Graph<Trail> nested() {
  auto sub = trail_graph("sub");
  sub.add_node("s1", visit("s1")).add_node("s2", [](const Trail&, Context& context) {
    return update(&Trail::items, {"s2:" + ask(context, "qs")});
  });
  sub.add_edge(kStart, "s1").add_edge("s1", "s2");
  auto g = trail_graph("outer");
  g.add_node("p", visit("p")).add_node("sub", run_within(sub.compile())).add_node("q", visit("q"));
  g.add_edge(kStart, "p").add_edge("p", "sub").add_edge("sub", "q");
  return g.compile(with_memory());
}

/// Events as `[path, mode, data]`, states without first values.
class Nested final : public EventSink {
 public:
  void accept(StreamEvent event) override {
    const bool state =
        event.mode == StreamMode::kValues && !event.data.get_object().contains("__interrupt__");
    if (event.mode == StreamMode::kValues && !state) return;
    json::value data = state ? shown(base::from_json<Trail>(event.data)) : std::move(event.data);
    all.push_back(json::array{list(event.path), mode_name(event.mode), std::move(data)});
  }
  json::array all;
};

TRANSCRIPT(subgraph_stream) {
  const auto graph = nested();
  const RunConfig config{.thread_id = "1", .stream_subgraphs = true};
  json::object all;
  Events first(false, true);
  run(graph.run(Trail{.items = {"in"}}, config, StreamMode::kUpdates, &first));
  all["1"] = first.all;
  Nested second;
  run(graph.run(Resume{.answer = "R"}, config, StreamMode::kUpdates | StreamMode::kValues, &second));
  all["2"] = second.all;
  all["without"] = events_of(nested(), Trail{.items = {"in"}}, StreamMode::kUpdates, kThread);
  return all;
}

Graph<Trail> one_that_asks(const std::string& name = "sub") {
  auto g = trail_graph(name);
  g.add_node("ask", [](const Trail& state, Context& context) {
    const std::string subject = state.items.empty() ? "" : state.items.back();
    return update(&Trail::items, {ask(context, "q" + subject)});
  });
  g.add_edge(kStart, "ask");
  return g.compile();
}

TRANSCRIPT(subgraph_twice_in_function) {
  auto g = trail_graph("outer");
  g.add_node("n", [sub = one_that_asks()](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    const Trail first = co_await sub.invoke_within(context, Trail{});
    const Trail second = co_await sub.invoke_within(context, Trail{});
    co_return update(&Trail::items, {first.items.back(), second.items.back()});
  });
  g.add_edge(kStart, "n");
  const auto graph = g.compile(with_memory());
  return {{"1", shown(run(graph.run(Trail{}, kThread)))},
          {"2", shown(run(graph.run(Resume{.answer = "A"}, kThread)))},
          {"3", shown(run(graph.run(Resume{.answer = "B"}, kThread)))}};
}

TRANSCRIPT(send_subgraph_interrupts) {
  auto g = trail_graph("outer");
  g.add_node(
      "sub",
      [sub = one_that_asks()](const std::string& subject, Context& context) -> base::Task<Update<Trail>> {
        const Trail ended = co_await sub.invoke_within(context, Trail{.items = {subject}});
        co_return update(&Trail::items, {subject + ended.items.back()});
      });
  g.add_conditional_edges(kStart, [](const Trail&) {
    return several<Target>(Send("sub", std::string("c")), Send("sub", std::string("a")),
                           Send("sub", std::string("b")));
  });
  const auto graph = g.compile(with_memory());
  const auto stopped = run(graph.run(Trail{}, kThread));
  json::object all;
  json::array questions;
  std::map<std::string, json::value> answers;
  for (const Interrupt& each : stopped.interrupts) {
    questions.push_back(each.value);
    answers[each.id] = std::string("Q") + static_cast<char>(std::toupper(each.value.as_string().back()));
  }
  all["1"] = std::move(questions);
  all["state"] = state_of(graph, "1");
  all["2"] = shown(run(graph.run(Resume{.answers = std::move(answers)}, kThread)));
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
