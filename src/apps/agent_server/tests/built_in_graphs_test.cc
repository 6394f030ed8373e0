// The graphs that clients can be tried with.
#include "apps/agent_server/built_in_graphs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::agent_server {
namespace {

namespace json = boost::json;
using graph::testing_support::run;
using testing::HasSubstr;

/// What a graph on one thread says to each of these, and what its readers are told meanwhile.
class Talk {
 public:
  explicit Talk(runs::ServedGraph graph) : graph_(std::move(graph)) {}

  json::value say(const std::string& text) {
    graph::JsonStart start;
    start.values = {{"messages", json::array{{{"role", "user"}, {"content", text}}}}};
    return go(std::move(start));
  }
  json::value go(graph::JsonStart start) {
    told.clear();
    graph::CallbackSink sink([this](const graph::StreamEvent& event) { told.push_back(event.data); });
    graph::RunConfig config = graph_.config;
    config.thread_id = "t";
    config.saver = saver_;
    return run(graph_.graph.run(std::move(start), config, graph::StreamMode::kMessages, &sink))
        .values.at("messages")
        .as_array()
        .back();
  }

  std::vector<json::value> told;

 private:
  runs::ServedGraph graph_;
  std::shared_ptr<graph::MemorySaver> saver_ = std::make_shared<graph::MemorySaver>();
};

std::string content(const json::value& message) {
  return std::string(message.at("content").as_string());
}

TEST(Echo, SaysAgainWhatWasSaidLast) {
  base::ManualClock clock;
  Talk talk(echo_graph(clock));
  talk.say("one");
  const json::value answer = talk.say("größer als zwei");
  EXPECT_EQ(content(answer), "größer als zwei");
  EXPECT_EQ(answer.at("type").as_string(), "ai");
  EXPECT_EQ(answer.at("response_metadata").at("engine").as_string(), "scripted");
  ASSERT_EQ(talk.told.size(), 1U) << "as a whole";
  EXPECT_EQ(talk.told[0].at(0), answer);
  EXPECT_EQ(content(Talk(echo_graph(clock)).go({})), "");
}

TEST(Echo, TakesAMessageInAnyOfTheWaysInWhichOneIsWritten) {
  base::ManualClock clock;
  for (const json::value& written :
       {json::value("hi"), json::value{{"role", "user"}, {"content", "hi"}},
        json::value(json::array{json::array{"human", "hi"}}), json::value(json::array{"hi"})}) {
    graph::JsonStart start;
    start.values = {{"messages", written}};
    EXPECT_EQ(content(Talk(echo_graph(clock)).go(std::move(start))), "hi") << written;
  }
}

TEST(Chat, SaysWhatItIsAndIsToldWordByWord) {
  base::ManualClock clock;
  Talk talk(chat_graph(clock));
  const json::value answer = talk.say("Is it raining?");
  EXPECT_THAT(content(answer), HasSubstr("a script without a language model"));
  EXPECT_THAT(content(answer), HasSubstr("“Is it raining?”"));
  EXPECT_EQ(answer.at("response_metadata").at("engine").as_string(), "scripted");
  std::string pieces;
  for (const json::value& each : talk.told) {
    EXPECT_EQ(each.at(0).at("type").as_string(), "AIMessageChunk");
    EXPECT_EQ(each.at(0).at("id"), answer.at("id"));
    EXPECT_EQ(each.at(1).at("langgraph_node").as_string(), "model");
    pieces += content(each.at(0));
  }
  EXPECT_EQ(pieces, content(answer)) << "nothing is told twice, nothing is left out";
  EXPECT_GT(talk.told.size(), 20U);
}

TEST(Chat, RemembersItsThreadAndAnswersTheSameToTheSame) {
  base::ManualClock clock;
  Talk talk(chat_graph(clock));
  talk.say("I like boats");
  const std::string second = content(talk.say("What do I like?"));
  EXPECT_THAT(second, HasSubstr("Before that you said “I like boats”"));
  EXPECT_THAT(second, HasSubstr("2 times"));
  Talk other(chat_graph(clock));
  other.say("I like boats");
  EXPECT_EQ(content(other.say("What do I like?")), second);
  EXPECT_THAT(content(Talk(chat_graph(clock)).go({})), HasSubstr("Say something"));
  EXPECT_LT(content(talk.say(std::string(5000, 'x'))).size(), 1000U) << "long texts are cut";
}

TEST(BuiltInGraphs, AreDescribed) {
  base::ManualClock clock;
  for (const runs::ServedGraph& graph : {echo_graph(clock), chat_graph(clock)}) {
    EXPECT_TRUE(graph.input_schema.at("properties").as_object().contains("messages")) << graph.id;
    EXPECT_EQ(graph.drawing(0).at("nodes").as_array().size(), 3U) << graph.id;
    EXPECT_FALSE(graph.about.empty());
  }
}

}  // namespace
}  // namespace pharos::agent_server
