// A graph whose state is declared by data runs on the same engine, with the same rules.
#include "core/flow/dynamic_graph.h"

#include <gtest/gtest.h>

#include "core/flow/tests/support.h"
#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::flow {
namespace {

using graph::testing_support::message_of;
using graph::testing_support::run;

/// Writes what it was made with.
class Writer final : public graph::NodeBody {
 public:
  explicit Writer(json::object values) : values_(std::move(values)) {}
  base::Task<void> run(const void* input, graph::Context&, graph::NodeOutput& output) const override {
    output.writes = static_cast<const DynamicState*>(input)->fields().writes(values_);
    co_return;
  }

 private:
  json::object values_;
};

struct Story {
  std::shared_ptr<const Fields> fields = std::make_shared<const Fields>(
      std::vector<Field>{{.name = "topic", .type = FieldType::kString, .initial = "boats"},
                         {.name = "notes",
                          .type = FieldType::kArray,
                          .initial = {},
                          .reducer = FieldReducer::kAppend,
                          .about = {}}});
  graph::GraphDefinition definition{.name = "story", .schema = schema_of(fields)};

  Story& node(std::string name, json::object values) {
    definition.edges.push_back({std::string(graph::kStart), name});
    definition.nodes.push_back(
        {.name = std::move(name), .body = std::make_shared<Writer>(std::move(values))});
    return *this;
  }
  DynamicGraph compile(graph::CompileOptions options = {}) const {
    return DynamicGraph(definition, fields, std::move(options));
  }
};

TEST(DynamicGraph, RunsNodesSideBySideAndFoldsTheirWritesByName) {
  const DynamicGraph story =
      Story().node("b", {{"notes", "second"}}).node("a", {{"notes", "first"}}).compile();
  EXPECT_EQ(run(story.invoke({{"topic", "light"}})),
            (json::object{{"topic", "light"}, {"notes", {"first", "second"}}}));
}

TEST(DynamicGraph, FieldsTheInputLeavesOutStartFromTheirDefaults) {
  EXPECT_EQ(run(Story().node("a", {}).compile().invoke({}))["topic"], json::value("boats"));
}

TEST(DynamicGraph, TwoWritesToAPlainFieldAreAnErrorThatNamesBothNodes) {
  const DynamicGraph story = Story().node("a", {{"topic", "x"}}).node("b", {{"topic", "y"}}).compile();
  const std::string message = message_of<graph::GraphError>([&] { run(story.invoke({})); });
  EXPECT_NE(message.find("field 'topic' was written twice"), std::string::npos) << message;
  EXPECT_NE(message.find("nodes 'a' and 'b'"), std::string::npos) << message;
}

TEST(DynamicGraph, AnInputOfTheWrongTypeNamesTheField) {
  const DynamicGraph story = Story().node("a", {}).compile();
  EXPECT_EQ(message_of<graph::GraphError>([&] { run(story.invoke({{"topic", 3}})); }),
            "field 'topic' is of type string and takes text, not a whole number: 3");
}

TEST(DynamicGraph, AThreadGoesOnWhereItStands) {
  const DynamicGraph story =
      Story().node("a", {{"notes", "again"}}).compile({.saver = std::make_shared<graph::MemorySaver>()});
  run(story.invoke({{"topic", "light"}}, {.thread_id = "t"}));
  const json::object second = run(story.invoke({}, {.thread_id = "t"}));
  EXPECT_EQ(second, (json::object{{"topic", "light"}, {"notes", {"again", "again"}}}));
  const auto state = run(story.get_state("t"));
  ASSERT_TRUE(state);
  EXPECT_EQ(state->values, second);
  const auto history = run(story.get_state_history("t"));
  ASSERT_GE(history.size(), 4U);
  EXPECT_EQ(history.front().values, second);
}

TEST(DynamicGraph, StreamsTheStateAsJson) {
  json::array seen;
  graph::CallbackSink sink([&](const graph::StreamEvent& event) { seen.push_back(event.data); });
  run(Story().node("a", {{"notes", "one"}}).compile().stream({}, graph::StreamMode::kUpdates, sink));
  EXPECT_EQ(seen, (json::array{json::object{{"a", json::object{{"notes", {"one"}}}}}}));
}

TEST(DynamicGraph, AMessageThatANodeWritesIsToldAsAWholeUnderItsIdInTheState) {
  const Flow flow = testing_support::read(R"(
name: talk
state:
  messages: {type: array, reducer: messages}
nodes:
  answer: {kind: set, write: {messages: [{role: assistant, content: "You said {state.messages[-1].content}."}]}}
edges:
  - start -> answer -> end
)");
  std::vector<json::value> told;
  graph::CallbackSink sink([&](const graph::StreamEvent& event) { told.push_back(event.data); });
  const json::object input{{"messages", json::array{{{"role", "user"}, {"content", "hi"}}}}};
  const json::object end = run(flow.compile().stream(input, graph::StreamMode::kMessages, sink));
  ASSERT_EQ(told.size(), 1U) << "not the message that was there before";
  EXPECT_EQ(told[0].at(0), end.at("messages").at(1));
  EXPECT_EQ(told[0].at(0).at("type").as_string(), "ai");
  EXPECT_EQ(told[0].at(0).at("content").as_string(), "You said hi.");
  EXPECT_EQ(told[0].at(1).at("langgraph_node").as_string(), "answer");
}

TEST(DynamicGraph, WhatIsNoMessageIsRefusedWhetherOrNotSomebodyReads) {
  const Flow flow = testing_support::read(R"(
name: talk
state:
  messages: {type: array, reducer: messages}
nodes:
  answer: {kind: set, write: {messages: [{id: 7, content: hi}]}}
edges:
  - start -> answer -> end
)");
  graph::CallbackSink sink([](const graph::StreamEvent&) {});
  EXPECT_NE(message_of<graph::GraphError>([&] {
              run(flow.compile().stream({}, graph::StreamMode::kMessages, sink));
            }).find("the id of a message is text"),
            std::string::npos);
}

}  // namespace
}  // namespace pharos::flow
