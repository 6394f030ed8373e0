// Messages told piece by piece, checkpoints and debug events: their shape, their order, and slow readers.
#include <map>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/base/ids.h"
#include "core/graph/memory_saver.h"
#include "core/graph/messages.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;
using boost::json::serialize;

/// Says `hello big world` word by word.
base::Task<Update<Trail>> speak(const Trail&, Context& context) {
  MessageWriter answer = context.message_writer({{"model", "parrot"}});
  for (const char* token : {"hello", " ", "big", " ", "world"}) co_await answer.write(token);
  co_return update(&Trail::items, {context.node()});
}

/// Events with every identifier as `id-1`, `id-2`, … in order of appearance.
class Transcript final : public EventSink {
 public:
  void accept(StreamEvent event) override {
    lines.push_back(std::string(mode_name(event.mode)) + " " + named(serialize(event.data)));
  }

  Items lines;

 private:
  std::string named(std::string text) {
    for (std::size_t at = 0; at + 36 <= text.size(); ++at) {
      const std::string id = text.substr(at, 36);
      if (!base::is_uuid(id)) continue;
      const auto known = ids_.emplace(id, "id-" + std::to_string(ids_.size() + 1)).first;
      text.replace(at, 36, known->second);
    }
    return text;
  }

  std::map<std::string, std::string> ids_;
};

TEST(MessageStream, TellsEachTokenWithTheNodeThatMadeIt) {
  auto g = trail_graph();
  g.add_node("llm", speak).add_edge(kStart, "llm");
  Transcript transcript;
  run(g.compile().stream(Trail{}, StreamMode::kMessages, transcript));
  const std::string about =
      R"({"langgraph_step":1,"langgraph_node":"llm","langgraph_triggers":["branch:to:llm"],)"
      R"("langgraph_path":["__pregel_pull","llm"],"langgraph_checkpoint_ns":"llm:id-2",)"
      R"("checkpoint_ns":"llm:id-2","model":"parrot"})";
  Items expected;
  for (const char* token : {"hello", " ", "big", " ", "world"}) {
    expected.push_back(
        R"(messages [{"content":")" + std::string(token) +
        R"(","additional_kwargs":{},"response_metadata":{},"type":"AIMessageChunk","id":"id-1",)"
        R"("tool_calls":[],"invalid_tool_calls":[],"tool_call_chunks":[]},)" +
        about + "]");
  }
  EXPECT_EQ(transcript.lines, expected);
}

TEST(MessageStream, APieceMayBeMoreThanText) {
  auto g = trail_graph();
  g.add_node("llm", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    MessageWriter call = context.message_writer({}, "m1");
    EXPECT_TRUE(call.is_read());
    EXPECT_EQ(call.id(), "m1");
    co_await call.write_piece({{"tool_calls", json::array{"search"}}});
    co_return Update<Trail>();
  });
  g.add_edge(kStart, "llm");
  std::vector<json::value> told;
  CallbackSink sink([&](const StreamEvent& event) { told.push_back(event.data); });
  run(g.compile().stream(Trail{}, StreamMode::kMessages, sink));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at(0).at(0).at("id").as_string(), "m1");
  EXPECT_EQ(serialize(told.at(0).at(0).at("tool_calls")), R"(["search"])");
}

TEST(MessageStream, OfANodeStartedByASendSaysSo) {
  auto g = trail_graph();
  g.add_node("one", [](const int&, Context& context) -> base::Task<Update<Trail>> {
    MessageWriter answer = context.message_writer();
    co_await answer("token");
    co_return Update<Trail>();
  });
  g.add_conditional_edges(kStart, [](const Trail&) { return Send("one", 1); });
  std::vector<json::value> told;
  CallbackSink sink([&](const StreamEvent& event) { told.push_back(event.data); });
  run(g.compile().stream(Trail{}, StreamMode::kMessages, sink));
  EXPECT_EQ(serialize(told.at(0).at(1).at("langgraph_path")), R"(["__pregel_push",0,false])");
  EXPECT_EQ(serialize(told.at(0).at(1).at("langgraph_triggers")), R"(["__pregel_push"])");
}

TEST(MessageStream, OfASubgraphCarriesItsNamespaceAndIsLeftOutUnlessAskedFor) {
  auto inner = trail_graph("inner");
  inner.add_node("llm", speak).add_edge(kStart, "llm");
  auto g = trail_graph();
  g.add_node("sub", [graph = inner.compile()](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await graph.invoke_within(context, Trail{});
    co_return Update<Trail>();
  });
  g.add_edge(kStart, "sub");
  const auto graph = g.compile();
  std::vector<std::string> spaces;
  CallbackSink sink([&](const StreamEvent& event) {
    spaces.emplace_back(event.data.at(1).at("langgraph_checkpoint_ns").as_string());
    EXPECT_EQ(event.path.size(), 1U);
  });
  run(graph.stream(Trail{}, StreamMode::kMessages, sink, {.stream_subgraphs = true}));
  ASSERT_EQ(spaces.size(), 5U);
  EXPECT_TRUE(spaces[0].starts_with("sub:") && spaces[0].find("|llm:") != std::string::npos) << spaces[0];
  run(graph.stream(Trail{}, StreamMode::kMessages, sink));
  EXPECT_EQ(spaces.size(), 5U);
}

struct Talk {
  Messages messages;
};
BOOST_DESCRIBE_STRUCT(Talk, (), (messages))

/// What readers of `graph`, started with a human's `hello`, are told of messages.
std::vector<json::value> told_messages(const Graph<Talk>& graph, Talk& end, RunConfig config = {}) {
  std::vector<json::value> told;
  CallbackSink sink([&](const StreamEvent& event) { told.push_back(event.data); });
  end = run(
      graph.stream(Talk{.messages = {human("hello", "h")}}, StreamMode::kMessages, sink, std::move(config)));
  return told;
}

TEST(MessageStream, AMessageThatANodeGivesBackIsToldAsAWholeUnderTheIdItHasInTheState) {
  StateGraph<Talk> g{"talk"};
  g.reduce(&Talk::messages, add_messages);
  g.add_node("answer", [](const Talk&) { return update(&Talk::messages, {ai("hi"), ai("hi")}); });
  g.add_edge(kStart, "answer");
  Talk end;
  const auto told = told_messages(g.compile(), end, {.metadata = {{"assistant_id", "a1"}}});
  ASSERT_EQ(told.size(), 2U);
  ASSERT_EQ(end.messages.size(), 3U);
  EXPECT_EQ(told[0].at(0), base::to_json(end.messages[1]));
  EXPECT_EQ(told[1].at(0), base::to_json(end.messages[2]));
  EXPECT_TRUE(base::is_uuid(end.messages[1].id));
  EXPECT_EQ(told[0].at(1).at("langgraph_node").as_string(), "answer");
  EXPECT_EQ(told[0].at(1).at("assistant_id").as_string(), "a1") << "what is known of the run is told";
}

TEST(MessageStream, AMessageThatWasToldInPiecesIsNotToldAgain) {
  StateGraph<Talk> g{"talk"};
  g.reduce(&Talk::messages, add_messages);
  g.add_node("answer", [](const Talk&, Context& context) -> base::Task<Update<Talk>> {
    MessageWriter writer = context.message_writer();
    co_await writer.write("good ");
    co_await writer.write("day");
    co_return update(&Talk::messages, {ai("good day", writer.id()), ai("never written", "n")});
  });
  g.add_edge(kStart, "answer");
  Talk end;
  const auto told = told_messages(g.compile(), end);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[2].at(0).at("id").as_string(), "n");
}

TEST(MessageStream, OfANodeThatFailsNothingIsToldAsAWhole) {
  StateGraph<Talk> g{"talk"};
  g.reduce(&Talk::messages, add_messages);
  g.add_node("answer", [](const Talk&) -> Update<Talk> {
     throw std::runtime_error("no");
   }).on_error([](const Talk&, const NodeError&) { return update(&Talk::messages, {ai("sorry", "s")}); });
  g.add_edge(kStart, "answer");
  Talk end;
  const auto told = told_messages(g.compile(), end);
  ASSERT_EQ(told.size(), 1U) << "only what stands in for it";
  EXPECT_EQ(told[0].at(0).at("content").as_string(), "sorry");
}

TEST(MessageStream, ASlowReaderHoldsTheTokensBack) {
  int written = 0;
  auto g = trail_graph();
  g.add_node("llm", [&](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    MessageWriter answer = context.message_writer();
    for (; written < 1000; ++written) co_await answer.write("token");
    co_return Update<Trail>();
  });
  g.add_edge(kStart, "llm");
  const auto graph = g.compile();
  EventQueue queue(4);
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kMessages, queue));
  std::size_t most = 0;
  for (int read = 0; read < 1000; ++read) {
    loop.settle();
    most = std::max(most, queue.size());
    loop.start(queue.next());
  }
  loop.settle();
  EXPECT_TRUE(started->ended());
  EXPECT_EQ(written, 1000);
  EXPECT_EQ(most, 5U) << "the limit, and the one whose writer waits";
}

TEST(MessageStream, ManyWritersAndASlowReaderHoldOneEventEach) {
  Items names;
  auto g = trail_graph();
  for (int i = 0; i < 20; ++i) names.push_back("n" + std::to_string(i));
  for (const std::string& name : names) {
    g.add_node(name, [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
      MessageWriter answer = context.message_writer();
      for (int i = 0; i < 50; ++i) co_await answer.write("token");
      co_return Update<Trail>();
    });
  }
  g.fan_out(kStart, names);
  const auto graph = g.compile();
  EventQueue queue(4);
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kMessages, queue));
  std::size_t most = 0;
  for (int read = 0; read < 1000; ++read) {
    loop.settle();
    most = std::max(most, queue.size());
    loop.start(queue.next());
  }
  loop.settle();
  EXPECT_TRUE(started->ended());
  EXPECT_LE(most, 4U + 20U);
}

Graph<Trail> two_steps(base::Clock& clock) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_node("end", visit("end"));
  g.fan_out(kStart, {"a", "b"}).join({"a", "b"}, "end");
  return g.compile({.clock = &clock, .saver = std::make_shared<MemorySaver>()});
}

TEST(CheckpointStream, TellsEachCheckpointInOrder) {
  base::ManualClock clock;
  Transcript transcript;
  run(two_steps(clock).stream(Trail{.x = 1}, StreamMode::kCheckpoints, transcript, {.thread_id = "t"}));
  const std::string config = R"({"configurable":{"thread_id":"t","checkpoint_ns":"","checkpoint_id":)";
  EXPECT_EQ(
      transcript.lines,
      (Items{
          R"(checkpoints {"config":)" + config +
              R"("id-1"}},"parent_config":null,"values":{"items":[],"x":0,"y":0},)" +
              R"("metadata":{"source":"input","step":-1,"parents":{}},"next":["__start__"],)" +
              R"("tasks":[{"id":"id-2","name":"__start__","interrupts":[],"state":null}]})",
          R"(checkpoints {"config":)" + config + R"("id-3"}},"parent_config":)" + config +
              R"("id-1"}},"values":{"items":[],"x":1,"y":0},"metadata":{"source":"loop","step":0,"parents":{}},)" +
              R"("next":["a","b"],"tasks":[{"id":"id-4","name":"a","interrupts":[],"state":null},)" +
              R"({"id":"id-5","name":"b","interrupts":[],"state":null}]})",
          R"(checkpoints {"config":)" + config + R"("id-6"}},"parent_config":)" + config +
              R"("id-3"}},"values":{"items":["a","b"],"x":1,"y":0},"metadata":{"source":"loop","step":1,"parents":{}},)" +
              R"("next":["end"],"tasks":[{"id":"id-7","name":"end","interrupts":[],"state":null}]})",
          R"(checkpoints {"config":)" + config + R"("id-8"}},"parent_config":)" + config +
              R"("id-6"}},"values":{"items":["a","b","end"],"x":1,"y":0},"metadata":{"source":"loop","step":2,"parents":{}},)" +
              R"("next":[],"tasks":[]})"}));
}

TEST(CheckpointStream, OfASubgraphNamesTheCheckpointAroundIt) {
  auto inner = trail_graph("inner");
  inner.add_node("deep", visit("deep")).add_edge(kStart, "deep");
  auto g = trail_graph();
  g.add_node("sub", [graph = inner.compile()](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await graph.invoke_within(context, Trail{});
    co_return Update<Trail>();
  });
  g.add_edge(kStart, "sub");
  std::vector<StreamEvent> told;
  CallbackSink sink([&](const StreamEvent& event) { told.push_back(event); });
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.stream(Trail{}, StreamMode::kCheckpoints, sink, {.thread_id = "t", .stream_subgraphs = true}));
  const auto first_inner =
      std::ranges::find_if(told, [](const StreamEvent& event) { return !event.path.empty(); });
  ASSERT_NE(first_inner, told.end());
  EXPECT_EQ(first_inner->data.at("config").at("configurable").at("checkpoint_ns").as_string(),
            first_inner->path.at(0));
  EXPECT_EQ(first_inner->data.at("metadata").at("parents").at(""),
            (first_inner - 1)->data.at("config").at("configurable").at("checkpoint_id"));
}

TEST(CheckpointStream, IsSilentWhereNothingIsKept) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_edge(kStart, "a");
  Transcript transcript;
  run(g.compile().stream(Trail{}, StreamMode::kCheckpoints, transcript));
  EXPECT_EQ(transcript.lines, Items());
}

TEST(Stream, ModesTogetherComeInTheOrderOfWhatHappens) {
  base::ManualClock clock;
  auto g = trail_graph();
  g.add_node("a", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await context.write({{"from", "a"}});
    MessageWriter answer = context.message_writer();
    co_await answer.write("hi");
    co_return update(&Trail::items, {"a"});
  });
  g.add_edge(kStart, "a");
  Items modes;
  CallbackSink sink([&](const StreamEvent& event) { modes.emplace_back(mode_name(event.mode)); });
  StreamModes all;
  for (const StreamMode mode : kStreamModes) {
    if (mode != StreamMode::kDebug) all = all | mode;
  }
  const auto graph = g.compile({.clock = &clock, .saver = std::make_shared<MemorySaver>()});
  run(graph.stream(Trail{}, all, sink, {.thread_id = "t"}));
  EXPECT_EQ(modes, (Items{"checkpoints", "values", "checkpoints", "tasks", "custom", "messages", "updates",
                          "tasks", "values", "checkpoints"}));
}

TEST(DebugStream, TellsCheckpointsAndTasksWithTheirTime) {
  base::ManualClock clock;
  std::vector<json::value> told;
  CallbackSink sink([&](const StreamEvent& event) { told.push_back(event.data); });
  run(two_steps(clock).stream(Trail{}, StreamMode::kDebug, sink, {.thread_id = "t"}));
  Items kinds;
  for (const json::value& each : told) {
    kinds.push_back(serialize(each.at("step")) + " " + std::string(each.at("type").as_string()));
    EXPECT_EQ(each.at("timestamp").as_string(), "1970-01-01T00:00:00.000Z");
  }
  EXPECT_EQ(kinds, (Items{"-1 checkpoint", "0 checkpoint", "1 task", "1 task", "1 task_result",
                          "1 task_result", "1 checkpoint", "2 task", "2 task_result", "2 checkpoint"}));
  EXPECT_EQ(told.at(2).at("payload").at("name").as_string(), "a");
  EXPECT_EQ(serialize(told.at(7).at("payload").at("triggers")), R"(["branch:to:end","join:a+b:end"])");
  EXPECT_EQ(serialize(told.at(6).at("payload").at("next")), R"(["end"])");
}

}  // namespace
}  // namespace pharos::graph
