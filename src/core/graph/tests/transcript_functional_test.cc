// Transcripts of workflows whose tasks are recorded.
#include "core/graph/functional.h"
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

const RunConfig kThread{.thread_id = "1"};

CompileOptions with_memory() {
  return {.saver = std::make_shared<MemorySaver>()};
}

template <class Flow>
json::object state_of_flow(const Flow& flow) {
  const auto snapshot = run(flow.graph().get_state("1"));
  return {{"values", base::to_json(snapshot->values.value)},
          {"next", list(snapshot->next)},
          {"step", snapshot->step},
          {"source", base::to_name(snapshot->source)}};
}

template <class Flow, class Input>
json::array updates_of(const Flow& flow, Input input, RunConfig config = kThread) {
  Events events;
  run(flow.run(std::move(input), std::move(config), StreamMode::kUpdates, &events));
  return std::move(events.all);
}

/// Notes that it ran, and appends its name to a text.
auto appending(std::string name, std::shared_ptr<Items> runs) {
  return [name, runs](const std::string& text) {
    runs->push_back(name);
    return text + name;
  };
}

TRANSCRIPT(functional_replay) {
  auto runs = std::make_shared<Items>();
  const auto flow = entrypoint(
      "wf",
      [runs](const std::string& input, Context& context) -> base::Task<std::string> {
        runs->push_back("wf");
        std::string text = co_await task(context, "t1", appending("t1", runs), input);
        text = co_await task(context, "t2", appending("t2", runs), text);
        text += ask(context, "q");
        co_return co_await task(context, "t3", appending("t3", runs), text);
      },
      with_memory());
  json::object all;
  all["1"] = updates_of(flow, std::string("i"));
  all["runs1"] = taken(runs);
  all["state"] = state_of_flow(flow);
  all["2"] = updates_of(flow, Resume{.answer = "R"});
  all["runs2"] = taken(runs);
  all["state2"] = state_of_flow(flow);
  json::array history;
  for (const auto& each : run(flow.graph().get_state_history("1"))) {
    history.push_back(json::array{each.step, base::to_name(each.source), base::to_json(each.values.value)});
  }
  all["history"] = std::move(history);
  return all;
}

TRANSCRIPT(functional_previous) {
  const auto sum = entrypoint(
      "wf",
      [](const int& n, const std::optional<int>& previous, Context&) { return n + previous.value_or(0); },
      with_memory());
  const auto last = entrypoint(
      "wf",
      [](const int& n, const std::optional<int>& previous, Context&) {
        return Final<std::optional<int>, int>{.value = previous, .save = n + previous.value_or(0)};
      },
      with_memory());
  json::array returned;
  json::array finals;
  for (int i = 0; i < 3; ++i) {
    returned.push_back(run(sum.invoke(1, kThread)));
    finals.push_back(base::to_json(run(last.invoke(1, kThread))));
  }
  return {{"return", returned}, {"final", finals}, {"state", state_of_flow(last)}};
}

TRANSCRIPT(functional_misc) {
  const auto inner = [](int n) { return n + 1; };
  const auto nested = entrypoint("wf", [inner](const int& n, Context& context) -> base::Task<int> {
    const auto outer = [inner](int number, Context& own) -> base::Task<int> {
      co_return 2 * co_await task(own, "inner", inner, number);
    };
    co_return co_await task(context, "outer", outer, n);
  });
  auto g = trail_graph();
  g.add_node("a", [inner](const Trail& state, Context& context) -> base::Task<Update<Trail>> {
    co_return update(&Trail::x, co_await task(context, "inner", inner, state.x));
  });
  g.add_edge(kStart, "a");
  Events updates;
  json::object all;
  all["nested"] = run(nested.invoke(1));
  all["in_node"] = shown(run(g.compile().stream(Trail{.x = 1}, StreamMode::kUpdates, updates)));
  all["in_node_updates"] = updates.all;
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
