// Transcripts of what readers of a run's events see.
#include <fmt/format.h>

#include "core/graph/messages.h"
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

struct Talk {
  Messages messages;
};
BOOST_DESCRIBE_STRUCT(Talk, (), (messages))

/// A chain n0, n1, … of nodes that write messages.
template <class... Nodes>
Graph<Talk> talk_of(Nodes... nodes) {
  StateGraph<Talk> g{"talk"};
  g.reduce(&Talk::messages, add_messages);
  std::string last(kStart);
  int number = 0;
  const auto add = [&](auto node) {
    const std::string name = fmt::format("n{}", number++);
    g.add_node(name, std::move(node));
    g.add_edge(last, name);
    last = name;
  };
  (add(std::move(nodes)), ...);
  return g.compile({.saver = std::make_shared<MemorySaver>()});
}

auto say(Messages messages) {
  return [messages](const Talk&) { return update(&Talk::messages, messages); };
}

/// [mode, node, content and id of a message]; only that of `values`.
json::array told_by(const Graph<Talk>& graph, Messages asked = {human("q", "h")}, bool with_subgraphs = false,
                    StreamModes more = {}) {
  json::array told;
  CallbackSink sink([&](const StreamEvent& event) {
    json::array line{mode_name(event.mode)};
    if (!event.node.empty()) line.push_back(json::value(event.node));
    if (event.mode == StreamMode::kMessages) {
      line.push_back(event.data.at(0).at("content"));
      line.push_back(event.data.at(0).at("id"));
      EXPECT_EQ(event.data.at(1).at("langgraph_node").as_string(), event.node);
    }
    told.push_back(std::move(line));
  });
  run(graph.stream(update(&Talk::messages, std::move(asked)),
                   StreamMode::kMessages | StreamMode::kUpdates | more, sink,
                   {.thread_id = "1", .stream_subgraphs = with_subgraphs}));
  return told;
}

auto asks_within(const Graph<Talk>& inner) {
  return [inner](const Talk&, Context& context) -> base::Task<Update<Talk>> {
    Talk talk{.messages = {human("fresh", "f")}};
    talk = co_await inner.invoke_within(context, std::move(talk));
    co_return update(&Talk::messages, std::move(talk.messages));
  };
}

Graph<Talk> talk_sent_to(Messages sent, Messages said) {
  StateGraph<Talk> g{"talk"};
  g.reduce(&Talk::messages, add_messages);
  g.add_node("n0", [said](const Talk& argument) {
    Messages all = said;
    all.push_back(argument.messages.at(0));
    return update(&Talk::messages, std::move(all));
  });
  g.add_conditional_edges(kStart, [sent](const Talk&) { return Send("n0", Talk{.messages = sent}); });
  return g.compile({.saver = std::make_shared<MemorySaver>()});
}

TRANSCRIPT(stream_whole_messages) {
  json::object all;
  all["answer"] = told_by(talk_of(say({ai("hi", "x")})));
  all["with_what_was_there"] = told_by(talk_of([](const Talk& talk) {
    Messages whole = talk.messages;
    whole.push_back(ai("hi", "x"));
    return update(&Talk::messages, std::move(whole));
  }));
  all["replaced"] = told_by(talk_of(say({ai("hi", "x")}), say({ai("changed", "x")})));
  all["removed"] = told_by(talk_of(say({remove_message("h")}), say({remove_all_messages(), ai("k", "k")})));
  all["command"] = told_by(talk_of([](const Talk&) {
    return Command<Talk>(update(&Talk::messages, {ai("c", "c"), tool_result("1", "t", "t")}));
  }));
  const Graph<Talk> inner = talk_of(say({ai("inner", "i")}));
  all["inner_unseen"] = told_by(talk_of(asks_within(inner)));
  all["inner_seen"] = told_by(talk_of(asks_within(inner)), {human("q", "h")}, true);
  all["sent"] = told_by(talk_sent_to({human("arg", "arg")}, {ai("w", "w")}));
  const Graph<Talk> again = talk_of(say({ai("hi", "x")}));
  told_by(again);
  all["second_turn"] = told_by(again, {human("q2", "h2")});
  all["with_tasks"] =
      told_by(talk_of(say({ai("hi", "x")})), {}, false, StreamMode::kTasks | StreamMode::kValues);
  return all;
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
