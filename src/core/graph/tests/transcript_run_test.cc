// Transcripts of what surrounds a run: what its nodes are given, results from a cache, a request to stop.
#include "core/graph/memory_store.h"
#include "core/graph/node_cache.h"
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

/// y = 10 x with a cache; told: how often the node ran.
struct Cached {
  template <class... Policy>
  Graph<Trail> graph(Policy... policy) {
    auto g = trail_graph();
    g.add_node("a", [runs = runs](const Trail& state) {
       runs->push_back(state.x);
       return update(&Trail::y, 10 * state.x);
     }).cache(policy...);
    g.add_edge(kStart, "a");
    return g.compile({.clock = &clock, .cache = cache});
  }
  json::array taken_runs() { return std::exchange(*runs, {}); }

  base::ManualClock clock;
  std::shared_ptr<MemoryCache> cache = std::make_shared<MemoryCache>(clock);
  std::shared_ptr<json::array> runs = std::make_shared<json::array>();
};

/// `tasks` and `updates` of a run.
json::array told_by_run(const Graph<Trail>& graph, Trail input) {
  Events events(true);
  run(graph.stream(std::move(input), StreamMode::kTasks | StreamMode::kUpdates, events));
  return plain(events.all);
}

base::Task<int> clear(std::shared_ptr<MemoryCache> cache) {
  co_await cache->clear("");
  co_return 0;
}

TRANSCRIPT(node_cache) {
  Cached with;
  const auto graph = with.graph();
  json::object all;
  json::array events;
  for (const int x : {1, 1, 2}) events.push_back(told_by_run(graph, {.x = x}));
  all["r"] = std::move(events);
  all["runs"] = with.taken_runs();
  run(clear(with.cache));
  run(graph.invoke(Trail{.x = 1}));
  all["after_clear_runs"] = with.taken_runs();
  const auto short_lived = with.graph(base::Duration(1s));
  run(clear(with.cache));
  for (int i = 0; i < 2; ++i) {
    run(short_lived.invoke(Trail{.x = 1}));
    with.clock.advance(1200ms);
  }
  all["ttl_runs"] = with.taken_runs();
  run(clear(with.cache));
  const auto const_key = with.graph(std::nullopt, [](const Trail&) { return std::string("same"); });
  run(const_key.invoke(Trail{.x = 1}));
  all["const_key"] = shown(run(const_key.invoke(Trail{.x = 5})));
  all["const_runs"] = with.taken_runs();
  with.cache.reset();
  const auto without = with.graph();
  for (int i = 0; i < 2; ++i) run(without.invoke(Trail{.x = 1}));
  all["policy_without_cache_runs"] = with.taken_runs();
  return all;
}

TRANSCRIPT(run_control_drain) {
  const auto control = std::make_shared<RunControl>();
  auto g = trail_graph("chain");
  g.add_node("a", [control](const Trail&) {
    control->request_drain("shutdown");
    return update(&Trail::items, {"a"});
  });
  g.add_node("b", visit("b")).add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  json::object all;
  all["r"] = told([&] { return shown(run(graph.invoke(Trail{}, {.thread_id = "1", .control = control}))); });
  all["reason"] = control->drain_reason();
  all["state"] = state_of(graph, "1");
  all["resume"] = shown(run(graph.invoke(Resume{}, {.thread_id = "1"})));
  return all;
}

/// What its caller hands to a run.
struct Caller {
  std::string user;
};
BOOST_DESCRIBE_STRUCT(Caller, (), (user))
struct Job {
  int x = 0;
  Caller caller;
};
BOOST_DESCRIBE_STRUCT(Job, (), (x, caller))

/// Keeps something for other runs, and counts x up.
base::Task<Update<Job>> remember(const Job& job, Context& context) {
  co_await context.store().put({"people"}, "last", {{"v", 1}});
  co_return update(&Job::x, job.x + 1);
}

TRANSCRIPT(runtime_context) {
  StateGraph<Job> g{"job"};
  g.untracked(&Job::caller);
  auto seen = std::make_shared<json::object>();
  g.add_node("a", remember);
  g.add_node("b", [seen](const Job& job, Context& context) {
    (*seen)["ctx"] = base::to_json(job.caller);
    (*seen)["step"] = context.step();
    (*seen)["node"] = context.node();
    (*seen)["thread_id"] = context.thread_id();
    return update(&Job::x, job.x + 1);
  });
  g.add_node("c", [seen](const Job& job, Context& context) -> base::Task<Update<Job>> {
    const auto kept = co_await context.store().get({"people"}, "last");
    (*seen)["store"] = kept ? json::value(kept->value) : json::value(nullptr);
    co_return update(&Job::x, job.x + 1);
  });
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c");
  const auto saver = std::make_shared<MemorySaver>();
  const auto graph = g.compile({.saver = saver, .store = std::make_shared<MemoryStore>()});
  json::object all;
  all["r"] = {{"x", run(graph.invoke(Job{.caller = {"bob"}}, {.thread_id = "1"})).x}};
  all["seen"] = *seen;
  all["kept"] = base::to_json(run(graph.get_state("1"))->values.caller);
  run(graph.invoke(Job{}, {.thread_id = "2"}));
  all["no_context"] = seen->at("ctx");
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
