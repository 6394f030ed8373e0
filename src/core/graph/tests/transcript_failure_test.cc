// Transcripts of nodes that fail, are tried again, or stand beside others that fail.
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

/// A failure by that sentence.
[[noreturn]] void fail(const std::string& why) {
  throw base::Error(base::Code::kInternal, why);
}

TRANSCRIPT(retry_stream_side_effects) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
     co_await context.write(json::string("attempt" + std::to_string(context.attempt() - 1)));
     if (context.attempt() == 1) throw base::Error(base::Code::kUnavailable, "not yet");
     co_return update(&Trail::x, 1);
   }).retry({.initial_wait = 0s});
  g.add_edge(kStart, "a");
  Events events(true);
  run(g.compile().stream(Trail{}, StreamMode::kCustom | StreamMode::kUpdates, events));
  return {{"events", events.all}};
}

TRANSCRIPT(parallel_failure_slow_sibling) {
  base::ManualClock clock;
  auto runs = std::make_shared<Items>();
  auto g = trail_graph();
  g.add_node("a", visit_noting("a", runs));
  g.add_node("b", [runs](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    const bool first = std::ranges::find(*runs, "b") == runs->end();
    runs->push_back("b");
    co_await context.clock().sleep_until(context.clock().now() + 50ms);
    if (first) fail("b failed");
    co_return update(&Trail::items, {"b"});
  });
  g.add_node("c", [runs](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    runs->push_back("c start");
    co_await context.clock().sleep_until(context.clock().now() + 300ms);
    runs->push_back("c end");
    co_return update(&Trail::items, {"c"});
  });
  g.add_node("d", visit("d"));
  g.fan_out(kStart, {"a", "b", "c"}).join({"a", "b", "c"}, "d");
  const auto saver = std::make_shared<MemorySaver>();
  const auto graph = g.compile({.clock = &clock, .saver = saver});
  const RunConfig config{.thread_id = "1"};
  Loop loop;
  json::object all;
  const auto start = clock.now();
  const auto first = loop.start(graph.invoke(Trail{}, config));
  for (int i = 0; i < 10 && !first->ended(); ++i) loop.advance(clock, 50ms);
  all["invoke"] = told([&] { return shown(first->take()); });
  all["returned_after_ms"] =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - start).count();
  all["runs"] = list(*runs);
  json::array pending;
  for (const TaskRecord& record : run(saver->get({.thread_id = "1", .path = {}}, {}))->records) {
    pending.push_back(
        json::array{record.node, record.finished ? json::value("finished") : json::value("failed")});
  }
  all["pending"] = std::move(pending);
  runs->assign({"b"});
  const auto second = loop.start(graph.invoke(Resume{}, config));
  for (int i = 0; i < 10 && !second->ended(); ++i) loop.advance(clock, 50ms);
  all["resume"] = told([&] { return shown(second->take()); });
  runs->erase(runs->begin());
  all["resume_runs"] = list(*runs);
  return all;
}

TRANSCRIPT(parallel_two_failures) {
  StateGraph<Trail> g{"g"};
  for (const std::string name : {"a", "b"}) {
    g.add_node(name, [name](const Trail&) -> Update<Trail> { fail("it is " + name); });
  }
  g.fan_out(kStart, {"a", "b"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  json::object all;
  all["invoke"] = told([&] { return shown(run(graph.invoke(Trail{}, {.thread_id = "1"}))); });
  all["state"] = state_of(graph, "1");
  return all;
}

/// a fails and has that handler, then b, which sets y to x + 1.
template <class Handler>
Graph<Trail> handled_by(Handler handler) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&) -> Update<Trail> { fail("boom"); }).on_error(std::move(handler));
  g.add_node("b", [](const Trail& state) { return update(&Trail::y, state.x + 1); });
  g.add_edge(kStart, "a").add_edge("a", "b");
  return g.compile();
}

TRANSCRIPT(node_error_handler) {
  auto seen = std::make_shared<json::array>();
  const auto looking = handled_by([seen](const Trail&, const NodeError& error) {
    seen->push_back(json::array{error.reason(), error.node()});
    return update(&Trail::x, 99);
  });
  const auto not_looking = handled_by([](const Trail&, const NodeError&) { return update(&Trail::x, 99); });
  const auto routing = handled_by(
      [](const Trail&, const NodeError&) { return Command<Trail>().set(&Trail::x, 7).go_to("b"); });
  json::object all;
  all["with_error_arg"] = shown(run(looking.invoke(Trail{})));
  all["seen"] = *seen;
  all["no_arg"] = shown(run(not_looking.invoke(Trail{})));
  Events events(true);
  run(not_looking.stream(Trail{}, StreamMode::kTasks | StreamMode::kUpdates, events));
  all["stream"] = plain(std::move(events.all));
  all["goto"] = shown(run(routing.invoke(Trail{})));
  return all;
}

/// a asks, b fails as long as `*broken`, c ends; then d.
struct AskingAndFailing {
  explicit AskingAndFailing() {
    auto g = trail_graph();
    g.add_node("a", [runs = runs](const Trail&, Context& context) {
      runs->push_back("a");
      return update(&Trail::items, {"a" + ask(context, "q")});
    });
    g.add_node("b", [runs = runs, broken = broken](const Trail&) {
      runs->push_back("b");
      if (*broken) fail("b");
      return update(&Trail::items, {"b"});
    });
    g.add_node("c", visit("c")).add_node("d", visit("d"));
    g.fan_out(kStart, {"a", "b", "c"}).join({"a", "b", "c"}, "d");
    graph.emplace(g.compile({.saver = std::make_shared<MemorySaver>()}));
  }

  std::shared_ptr<Items> runs = std::make_shared<Items>();
  std::shared_ptr<bool> broken = std::make_shared<bool>(true);
  std::optional<Graph<Trail>> graph;
};

TRANSCRIPT(parallel_interrupt_and_failure) {
  const AskingAndFailing test;
  const RunConfig config{.thread_id = "1"};
  json::object all;
  all["1"] = told([&] { return shown(run(test.graph->run(Trail{}, config))); });
  all["state1"] = state_of(*test.graph, "1");
  all["runs1"] = taken(test.runs);
  *test.broken = false;
  all["2_none"] = told([&] { return shown(run(test.graph->run(Resume{}, config))); });
  all["runs2"] = taken(test.runs);
  all["3_resume"] = told([&] { return shown(run(test.graph->run(Resume{.answer = "R"}, config))); });
  all["runs3"] = taken(test.runs);
  return all;
}

TRANSCRIPT(update_state_after_partial_failure) {
  auto runs = std::make_shared<Items>();
  auto g = trail_graph();
  g.add_node("a", visit_noting("a", runs)).add_node("b", [](const Trail&) -> Update<Trail> { fail("b"); });
  g.fan_out(kStart, {"a", "b"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const RunConfig config{.thread_id = "1"};
  EXPECT_THROW(run(graph.invoke(Trail{}, config)), NodeError);
  runs->clear();
  run(graph.update_state("1", update(&Trail::items, {"u"}), "b"));
  json::object all;
  all["state"] = state_of(graph, "1");
  all["run"] = told([&] { return shown(run(graph.invoke(Resume{}, config))); });
  all["runs"] = taken(runs);
  return all;
}

TRANSCRIPT(async_cancel) {
  base::ManualClock clock;
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("n", visit_after("n", 5s));
  g.add_edge(kStart, "a").add_edge("a", "n");
  const auto saver = std::make_shared<MemorySaver>();
  const auto graph = g.compile({.clock = &clock, .saver = saver});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, {.thread_id = "1"}));
  loop.advance(clock, 50ms);
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.settle();
  json::object all;
  try {
    started->take();
  } catch (const base::Error& error) {
    all["e"] = base::code_name(error.code());
  }
  all["state"] = state_of(graph, "1");
  all["pending"] = json::array();
  for (const TaskRecord& each : run(saver->get({.thread_id = "1", .path = {}}, {}))->records) {
    if (each.finished) all["pending"].get_array().emplace_back(each.node);
  }
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
