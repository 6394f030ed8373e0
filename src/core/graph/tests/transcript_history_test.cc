// Transcripts of what a thread keeps, how it is read and edited, and how a run goes on from an old
// checkpoint.
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

const RunConfig kThread{.thread_id = "1"};

/// The chain a → b → c, run to its end on thread 1.
Graph<Trail> finished_chain(std::shared_ptr<Items> runs = std::make_shared<Items>()) {
  const auto graph = chain_abc(runs);
  run(graph.invoke(Trail{}, kThread));
  runs->clear();
  return graph;
}

TRANSCRIPT(checkpoint_list_chain) {
  const auto graph = chain_abc();
  run(graph.invoke(Trail{.items = {"in"}}, kThread));
  return {{"history", history_of(graph, "1")}};
}

TRANSCRIPT(invoke_none_on_finished) {
  const auto graph = finished_chain();
  json::object all;
  all["none"] = told([&] { return shown(run(graph.invoke(Resume{}, kThread))); });
  json::array values;
  for (const json::value& each : events_of(graph, Resume{}, StreamMode::kValues, kThread)) {
    values.push_back(shown(base::from_json<Trail>(each)));
  }
  all["stream_none"] = std::move(values);
  all["n_checkpoints"] = history_of(graph, "1").size();
  return all;
}

TRANSCRIPT(update_state_after_finish) {
  const auto graph = finished_chain();
  json::object all;
  run(graph.update_state("1", update(&Trail::items, {"u"})));
  all["no_as_node"] = state_of(graph, "1");
  run(graph.update_state("1", update(&Trail::items, {"v"}), "a"));
  all["as_a"] = state_of(graph, "1");
  all["run"] = shown(run(graph.invoke(Resume{}, kThread)));
  all["history"] = history_of(graph, "1");
  return all;
}

/// How a new thread stands after an update of `items` by "u".
json::value updated_anew(const Graph<Trail>& graph, const std::string& thread, const std::string& as_node) {
  return told([&] {
    run(graph.update_state(thread, update(&Trail::items, {"u"}), as_node));
    return state_of(graph, thread);
  });
}

TRANSCRIPT(update_state_ambiguous) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).fan_out(kStart, {"a", "b"});
  const auto pair = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(pair.invoke(Trail{}, kThread));
  json::object all;
  const auto values_after = [&](const std::string& as_node) {
    run(pair.update_state("1", update(&Trail::items, {"u"}), as_node));
    return shown(run(pair.get_state("1"))->values);
  };
  all["ambiguous"] = told([&] { return values_after(""); });
  all["values"] = told([&] { return values_after("a"); });
  all["unknown"] = told([&] { return values_after("zz"); });
  auto alone = trail_graph();
  alone.add_node("a", visit("a")).add_edge(kStart, "a");
  all["empty_one_node"] = updated_anew(alone.compile({.saver = std::make_shared<MemorySaver>()}), "1", "");
  const auto chain = chain_abc();
  all["empty_3"] = updated_anew(chain, "3", "");
  all["empty_as_a"] = updated_anew(chain, "a", "a");
  all["empty_as_start"] = updated_anew(chain, "start", std::string(kStart));
  run(chain.invoke(Trail{}, {.thread_id = "none"}));
  run(chain.update_state("none", Update<Trail>()));
  all["none_values"] = state_of(chain, "none");
  run(chain.run(Trail{}, {.thread_id = "end", .interrupt_before = {"b"}}));
  run(chain.update_state("end", Update<Trail>(), std::string(kEnd)));
  all["as_end_clears"] = json::array{state_of(chain, "end"), history_of(chain, "end")};
  return all;
}

TRANSCRIPT(time_travel_fork) {
  const auto runs = std::make_shared<Items>();
  const auto graph = finished_chain(runs);
  json::object all;
  const std::string old = checkpoint_before(graph, "1", {"b"});
  const std::string forked = run(graph.update_state("1", update(&Trail::items, {"FORK"}), {}, old));
  all["after_update"] = state_of(graph, "1", forked);
  all["run"] = shown(run(graph.invoke(Resume{}, {.thread_id = "1", .checkpoint_id = forked})));
  all["runs"] = taken(runs);
  all["latest"] = state_of(graph, "1");
  all["history"] = history_of(graph, "1");
  return all;
}

TRANSCRIPT(update_state_invalid_and_bulk) {
  const auto graph = chain_abc();
  run(graph.update_state("1", update(&Trail::x, 1), "a"));
  run(graph.update_state("1", update(&Trail::x, 2), "b"));
  return {{"bulk_hist", history_of(graph, "1")}};
}

TRANSCRIPT(time_travel_copy) {
  const auto graph = finished_chain();
  const std::string old = checkpoint_before(graph, "1", {"b"});
  run(graph.update_state("1", Update<Trail>(), std::string(kCopy), old));
  return {{"history", history_of(graph, "1")}};
}

/// a ends; b asks or fails.
Graph<Trail> pair_of_which_b(bool asks) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", [asks](const Trail&, Context& context) {
    if (!asks) throw base::Error(base::Code::kInternal, "b");
    return update(&Trail::items, {ask(context, "q")});
  });
  g.fan_out(kStart, {"a", "b"});
  return g.compile({.saver = std::make_shared<MemorySaver>()});
}

json::object head_and_by_id(const Graph<Trail>& graph) {
  told([&] { return shown(run(graph.run(Trail{.items = {"in"}}, kThread))); });
  const std::string id = run(graph.get_state("1"))->checkpoint_id;
  return {{"head", state_of(graph, "1")}, {"by_id", state_of(graph, "1", id)}};
}

TRANSCRIPT(get_state_vs_checkpoint_id) {
  const auto graph = pair_of_which_b(true);
  return {{"interrupt", head_and_by_id(graph)},
          {"error", head_and_by_id(pair_of_which_b(false))},
          {"empty_thread", state_of(graph, "nobody")},
          {"unknown_id", told([&] { return state_of(graph, "1", "no such id"); })}};
}

TRANSCRIPT(checkpoint_metadata) {
  const auto graph = chain_abc();
  run(graph.invoke(Trail{}, {.thread_id = "1", .metadata = {{"m", 1}, {"user", "u"}}}));
  const auto last = run(graph.get_state("1"));
  json::object all{{"source", base::to_name(last->source)}, {"step", last->step}};
  for (const auto& [name, value] : last->metadata) all[name] = value;
  return all;
}

base::Task<bool> forget(std::shared_ptr<Saver> saver, std::string thread) {
  co_await saver->delete_thread(std::move(thread));
  co_return true;
}

TRANSCRIPT(threads_misc) {
  const auto saver = std::make_shared<MemorySaver>();
  const auto chain = chain_abc(std::make_shared<Items>(), saver);
  run(chain.invoke(Trail{.items = {"i"}}, kThread));
  auto g = trail_graph("other");
  g.add_node("q", visit("q")).add_edge(kStart, "q");
  const auto other = g.compile({.saver = saver});
  json::object all;
  all["other_graph"] = shown(run(other.invoke(update(&Trail::items, {"j"}), kThread)));
  run(forget(saver, "1"));
  all["after_delete"] = state_of(chain, "1");
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
