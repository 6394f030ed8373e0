// What clients of the protocol are told of a run, event by event.
#include "apps/agent_server/protocol_events.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "core/base/error.h"
#include "core/base/tests/support.h"

namespace pharos::agent_server {
namespace {

using base::testing_support::code_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json::value value(const std::string& text) {
  return base::parse_json(text, "a test's text");
}

/// `method [space] data`.
std::string line(const ProtocolEvent& event) {
  std::string text = event.method;
  for (const std::string& part : event.space) text += " " + part;
  if (!event.node.empty()) text += " @" + event.node;
  return text + " " + json::serialize(event.data);
}

class Protocol : public testing::Test {
 protected:
  std::vector<ProtocolEvent> events(const std::string& name, const std::string& data) {
    return teller_.tell({.id = next_++, .event = {.name = name, .data = value(data)}}, 1234);
  }
  std::vector<std::string> tell(const std::string& name, const std::string& data) {
    return lines(events(name, data));
  }
  std::vector<std::string> end(const std::optional<runs::RunEnd>& how) {
    return lines(teller_.end(how, 1234));
  }
  static std::vector<std::string> lines(const std::vector<ProtocolEvent>& events) {
    std::vector<std::string> lines;
    for (const ProtocolEvent& each : events) lines.push_back(line(each));
    return lines;
  }

  std::int64_t next_ = 0;
  ProtocolTeller teller_{{.run_id = "r", .graph_id = "g", .first_number = 100}};
};

TEST_F(Protocol, BeginsAndEndsALife) {
  EXPECT_THAT(tell("metadata", R"({"run_id":"r"})"),
              ElementsAre(R"(lifecycle {"event":"running","graph_name":"g"})"));
  EXPECT_THAT(tell("metadata", R"({"run_id":"r","attempt":2})"), IsEmpty()) << "it begins once";
  EXPECT_THAT(tell("error", R"({"error":"E"})"), IsEmpty()) << "its end tells that";
  EXPECT_THAT(end(runs::RunEnd{}), ElementsAre(R"(lifecycle {"event":"completed","graph_name":"g"})"));
}

TEST_F(Protocol, EndsAsTheRunHasEnded) {
  EXPECT_THAT(end(std::nullopt), ElementsAre(HasSubstr(R"("interrupted")")));
  EXPECT_THAT(end(runs::RunEnd{.status = runs::RunStatus::kInterrupted, .error_name = "UserInterrupt"}),
              ElementsAre(R"(lifecycle {"event":"interrupted","graph_name":"g"})"));
  EXPECT_THAT(end(runs::RunEnd{.interrupts = {json::value("?")}}),
              ElementsAre(HasSubstr(R"("interrupted")")));
  EXPECT_THAT(end(runs::RunEnd{.status = runs::RunStatus::kError, .error_name = "E", .error = "why"}),
              ElementsAre(R"(lifecycle {"event":"failed","graph_name":"g","error":"why"})"));
}

TEST_F(Protocol, NumbersWhatItTells) {
  tell("metadata", "{}");
  const auto two = events("updates", R"({"a":{"x":1},"b":null,"__metadata__":{}})");
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].seq, 100 + runs::kNumbersOfAnEvent);
  EXPECT_EQ(two[1].seq, two[0].seq + 1);
  EXPECT_EQ(two[0].id, "r-1-0");
  EXPECT_EQ(two[1].id, "r-1-1");
  EXPECT_EQ(json::value(two[0].to_json()),
            value(R"({"type":"event","event_id":"r-1-0","seq":116,"method":"updates",
      "params":{"namespace":[],"timestamp":1234,"node":"a","data":{"x":1}}})"));
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += (i > 0 ? ",\"n" : "\"n") + std::to_string(i) + "\":null";
  const auto all = events("updates", many + "}");
  ASSERT_EQ(all.size(), 40U);
  for (const ProtocolEvent& each : all) EXPECT_LT(each.seq, 100 + 3 * runs::kNumbersOfAnEvent) << "its own";
  EXPECT_EQ(teller_.end(runs::RunEnd{}, 1).at(0).seq, 100 + 3 * runs::kNumbersOfAnEvent);
}

TEST_F(Protocol, TellsUpdatesValuesAndQuestions) {
  EXPECT_THAT(tell("updates", R"({"n":{"x":1}})"), ElementsAre(R"(updates @n {"x":1})"));
  EXPECT_THAT(tell("updates", R"({"__interrupt__":[{"id":"i","value":"ok?"},{"id":"j","value":2}]})"),
              ElementsAre(R"(input.requested {"interrupt_id":"i","payload":"ok?"})",
                          R"(input.requested {"interrupt_id":"j","payload":2})"));
  EXPECT_THAT(tell("values", R"({"x":1})"), ElementsAre(R"(values {"x":1})"));
  EXPECT_THAT(tell("values", R"({"x":1,"__interrupt__":[]})"), IsEmpty()) << "the question was told";
  EXPECT_THAT(tell("custom", R"("half")"), ElementsAre(R"(custom {"payload":"half"})"));
}

TEST_F(Protocol, GrowsAMessageInABlock) {
  const std::string about = R"(,{"langgraph_checkpoint_ns":"n:1"}])";
  EXPECT_THAT(
      tell("messages", R"([{"type":"AIMessageChunk","id":"m","content":"good "})" + about),
      ElementsAre(
          R"(lifecycle n:1 {"event":"started","graph_name":"n"})",
          R"(messages n:1 {"event":"message-start","id":"m","role":"ai","run_id":"r"})",
          R"(messages n:1 {"event":"content-block-start","index":0,"content":{"type":"text","text":""},"run_id":"r"})",
          R"(messages n:1 {"event":"content-block-delta","index":0,"delta":{"type":"text-delta","text":"good "},"run_id":"r"})"));
  EXPECT_EQ(tell("messages", R"([{"type":"AIMessageChunk","id":"m","content":"evening"})" + about).size(),
            1U);
  EXPECT_THAT(tell("messages", R"([{"type":"AIMessageChunk","id":"m","content":""})" + about), IsEmpty());
  // Whoever made it gives it back whole: then it has ended, once.
  const auto finished = tell("updates", R"({"n":{"messages":[{"id":"other"},"text",{"id":"m"}],"x":1}})");
  EXPECT_THAT(
      finished,
      ElementsAre(
          R"(messages n:1 {"event":"content-block-finish","index":0,"content":{"type":"text","text":"good evening"},"run_id":"r"})",
          R"(messages n:1 {"event":"message-finish","reason":"stop","run_id":"r"})",
          testing::StartsWith("updates @n")));
  EXPECT_EQ(tell("updates", R"({"n":{"messages":[{"id":"m"}]}})").size(), 1U);
  EXPECT_THAT(tell("messages", R"([{"type":"AIMessageChunk","id":"m","content":"late"})" + about), IsEmpty());
}

TEST_F(Protocol, TellsAWholeMessageAtOnceAndNoneOfPeople) {
  EXPECT_EQ(tell("messages", R"([{"type":"ai","id":"w","content":"whole"},{}])").size(), 5U);
  EXPECT_THAT(tell("messages", R"([{"type":"human","id":"h","content":"hi"},{}])"), IsEmpty());
}

TEST_F(Protocol, EndsMessagesThatARunLeavesOpen) {
  tell("messages", R"([{"type":"AIMessageChunk","id":"m","content":"good "},{}])");
  const auto told = end(std::nullopt);
  EXPECT_THAT(told, ElementsAre(HasSubstr("content-block-finish"), HasSubstr("message-finish"),
                                HasSubstr("lifecycle")));
}

TEST_F(Protocol, EntersAndLeavesGraphsInside) {
  EXPECT_THAT(tell("updates|inner:1|deep:2", R"({"n":null})"),
              ElementsAre(R"(lifecycle inner:1 deep:2 {"event":"started","graph_name":"deep"})",
                          R"(updates inner:1 deep:2 @n {})"));
  EXPECT_THAT(tell("values|inner:1", "{}"), ElementsAre(HasSubstr("started"), "values inner:1 {}"));
  EXPECT_THAT(tell("values|inner:1", "{}"), ElementsAre("values inner:1 {}")) << "entered once";
  EXPECT_THAT(tell("tasks", R"({"id":"1","name":"inner","triggers":[]})").size(), 1U) << "it begins";
  const auto left = [&](const std::string& result) {
    return tell("tasks", R"({"id":"1","name":"inner",)" + result + "}").back();
  };
  EXPECT_EQ(left(R"("result":{},"error":null,"interrupts":[])"),
            R"(lifecycle inner:1 {"event":"completed","graph_name":"inner"})");
  tell("values|inner:1", "{}");
  EXPECT_THAT(left(R"("result":{},"error":"why","interrupts":[])"), HasSubstr(R"("failed")"));
  tell("values|inner:1", "{}");
  EXPECT_THAT(left(R"("result":{},"error":null,"interrupts":[{"id":"i"}])"), HasSubstr(R"("interrupted")"));
  EXPECT_THAT(left(R"("result":{})"), testing::StartsWith("tasks")) << "nobody was inside";
}

TEST_F(Protocol, HasAPlaceOfTheirOwnForEveryChannel) {
  const runs::StreamWish wish = protocol_streams();
  EXPECT_TRUE(wish.subgraphs);
  EXPECT_NO_THROW(runs::modes_of(wish));
}

ProtocolFilter filter(const std::string& said) {
  return filter_of(value(said).as_object());
}

TEST(ProtocolFilters, TakeWhatTheirChannelsSay) {
  const ProtocolFilter some = filter(R"({"channels":["values","input","custom:mine"]})");
  EXPECT_TRUE(some.takes({.method = "values", .space = {"a:1", "b:2"}}));
  EXPECT_TRUE(some.takes({.method = "input.requested"}));
  EXPECT_TRUE(some.takes({.method = "custom"}));
  EXPECT_FALSE(some.takes({.method = "updates"}));
}

TEST(ProtocolFilters, TakeWhatIsNearTheirNamespaces) {
  const ProtocolFilter named = filter(R"({"channels":["values"],"namespaces":[["inner"],["x:1","y"]]})");
  EXPECT_TRUE(named.takes({.method = "values", .space = {"inner:7"}}));
  EXPECT_TRUE(named.takes({.method = "values", .space = {"inner:7", "deep:1"}}));
  EXPECT_TRUE(named.takes({.method = "values", .space = {"x:1", "y:2"}}));
  EXPECT_FALSE(named.takes({.method = "values", .space = {"x:2", "y:2"}}));
  EXPECT_FALSE(named.takes({.method = "values", .space = {"inn:7"}}));
  EXPECT_FALSE(named.takes({.method = "values"}));
  const ProtocolFilter near = filter(R"({"channels":["values"],"depth":1})");
  EXPECT_TRUE(near.takes({.method = "values"}));
  EXPECT_TRUE(near.takes({.method = "values", .space = {"a:1"}}));
  EXPECT_FALSE(near.takes({.method = "values", .space = {"a:1", "b:2"}}));
  const ProtocolFilter below = filter(R"({"channels":["values"],"namespaces":[["a:1"]],"depth":0})");
  EXPECT_TRUE(below.takes({.method = "values", .space = {"a:1"}}));
  EXPECT_FALSE(below.takes({.method = "values", .space = {"a:1", "b:2"}}));
  EXPECT_TRUE(
      filter(R"({"channels":["values"],"namespaces":null,"depth":null})").takes({.method = "values"}));
}

TEST(ProtocolFilters, SayWhatIsWrongWithThem) {
  const auto refusal = [](const std::string& said) -> std::string {
    try {
      filter(said);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kInvalidInput);
      return error.what();
    }
    return "nothing was refused";
  };
  EXPECT_THAT(refusal("{}"), HasSubstr("channels: say which"));
  EXPECT_THAT(refusal(R"({"channels":1})"), HasSubstr("channels"));
  EXPECT_THAT(refusal(R"({"channels":["sound"]})"), HasSubstr("there is no 'sound': say lifecycle, values"));
  EXPECT_THAT(refusal(R"({"channels":[],"namespaces":{}})"),
              HasSubstr("namespaces: must be a list of lists"));
  EXPECT_THAT(refusal(R"({"channels":[],"namespaces":["a"]})"), HasSubstr("namespaces"));
  EXPECT_THAT(refusal(R"({"channels":[],"depth":"deep"})"), HasSubstr("depth"));
}

}  // namespace
}  // namespace pharos::agent_server
