// Transcripts of what readers of a run's events see.
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

/// a, b and a model side by side, ending after 120, 40 and 200 ms; then the end. Told: the events of `modes`.
json::array events_of_side_by_side(StreamModes modes, bool with_modes,
                                   std::shared_ptr<Saver> saver = nullptr) {
  base::ManualClock clock;
  auto g = trail_graph();
  const auto talking = [](std::string name, base::Duration wait) {
    return [name, wait](const Trail&, Context& context) -> base::Task<Update<Trail>> {
      co_await context.write({{"from", name}});
      co_await context.clock().sleep_until(context.clock().now() + wait);
      co_return update(&Trail::items, {name});
    };
  };
  g.add_node("a", talking("a", 120ms)).add_node("b", talking("b", 40ms));
  g.add_node("llm", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    MessageWriter answer = context.message_writer({}, "m1");
    for (const char* token : {"hello", " ", "big", " ", "world"}) co_await answer.write(token);
    co_await context.clock().sleep_until(context.clock().now() + 200ms);
    co_return update(&Trail::items, {"llm:hello big world"});
  });
  g.add_node("end", visit("end"));
  g.fan_out(kStart, {"a", "b", "llm"}).join({"a", "b", "llm"}, "end");
  RunConfig config;
  if (saver) config.thread_id = "1";
  const auto graph = g.compile({.clock = &clock, .saver = std::move(saver)});
  Events events(with_modes);
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{.items = {"in"}}, modes, events, config));
  for (int i = 0; i < 10; ++i) loop.advance(clock, 40ms);
  started->take();
  return std::move(events.all);
}

TRANSCRIPT(stream_updates) {
  return {{"events", events_of_side_by_side(StreamMode::kUpdates, false)}};
}

TRANSCRIPT(stream_messages) {
  json::array pieces;
  json::value about;
  for (const json::value& event :
       events_of_side_by_side(StreamMode::kMessages, false, std::make_shared<MemorySaver>())) {
    const json::object& piece = event.at(0).as_object();
    pieces.push_back({{"content", piece.at("content")}, {"id", piece.at("id")}});
    if (about.is_null()) about = event.at(1);
    EXPECT_EQ(event.at(1), about);
  }
  return {{"pieces", std::move(pieces)}, {"about", std::move(about)}};
}

TRANSCRIPT(stream_checkpoints) {
  const auto saver = std::make_shared<MemorySaver>();
  return {{"events", plain(events_of_side_by_side(StreamMode::kCheckpoints, true, saver))}};
}

TRANSCRIPT(stream_multi) {
  const StreamModes all = StreamMode::kValues | StreamMode::kUpdates | StreamMode::kCustom |
                          StreamMode::kMessages | StreamMode::kTasks | StreamMode::kCheckpoints;
  return {{"events", plain(events_of_side_by_side(all, true, std::make_shared<MemorySaver>()))}};
}

TRANSCRIPT(stream_corner_cases) {
  const auto graph_of = [](auto node) {
    auto g = trail_graph();
    g.add_node("a", std::move(node)).add_edge(kStart, "a");
    return g.compile();
  };
  const auto states = [](const json::array& values) {
    json::array all;
    for (const json::value& each : values) all.push_back(shown(base::from_json<Trail>(each)));
    return all;
  };
  json::object all;
  all["none"] = events_of(graph_of([](const Trail&) {}), Trail{}, StreamMode::kUpdates);
  all["empty"] =
      events_of(graph_of([](const Trail&) { return Update<Trail>(); }), Trail{}, StreamMode::kUpdates);
  const auto same = graph_of([](const Trail& state) { return update(&Trail::x, state.x); });
  all["same"] = states(events_of(same, Trail{.x = 1}, StreamMode::kValues));
  auto sub = trail_graph("sub");
  sub.add_node("s", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await context.write("from inside");
    co_return update(&Trail::items, {"s"});
  });
  sub.add_edge(kStart, "s");
  auto g = trail_graph("outer");
  g.add_node("sub", [inner = sub.compile()](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    Trail ended = co_await inner.invoke_within(context, Trail{});
    co_return update(&Trail::items, std::move(ended.items));
  });
  g.add_edge(kStart, "sub");
  all["custom_in_sub"] = events_of(g.compile(), Trail{}, StreamMode::kUpdates | StreamMode::kCustom);
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
