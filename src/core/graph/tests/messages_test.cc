// A conversation as add_messages keeps it, and messages as they come from JSON.
#include "core/graph/messages.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/ids.h"
#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using testing_support::Items;
using testing_support::message_of;
using testing_support::run;

Messages folded(Messages current, Messages added) {
  add_messages(current, std::move(added));
  return current;
}

/// `id:text` of each message.
Items shown(const Messages& messages) {
  Items lines;
  for (const Message& each : messages) lines.push_back(each.id + ":" + text_of(each));
  return lines;
}

struct Chat {
  Messages messages;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (messages))

const Messages kTwo{human("one", "a"), ai("two", "b")};

TEST(AddMessages, AppendsWhatIsNewAndReplacesInPlaceWhatIsThere) {
  EXPECT_EQ(shown(folded(kTwo, {human("three", "c"), human("one!", "a")})),
            (Items{"a:one!", "b:two", "c:three"}));
  EXPECT_EQ(folded(kTwo, {human("two?", "b")})[1].type, MessageType::kHuman) << "all of it is replaced";
}

TEST(AddMessages, GivesAnIdToWhatHasNone) {
  const Messages talk = folded({}, {human("hi"), ai("hi"), human("hi")});
  ASSERT_EQ(talk.size(), 3U);
  for (const Message& each : talk) EXPECT_TRUE(base::is_uuid(each.id)) << each.id;
  EXPECT_NE(talk[0].id, talk[1].id);
  EXPECT_NE(talk[0].id, talk[2].id);
  EXPECT_EQ(folded({}, {human("hi"), ai("hi"), human("hi")}), talk) << "the same writes give the same state";
}

TEST(AddMessages, NeverGivesAnIdThatIsTaken) {
  const std::string first = folded({}, {human("hi")})[0].id;
  const Messages talk =
      folded({human("other", first), human("gone", "b")}, {remove_message("b"), human("hi")});
  EXPECT_NE(talk[0].id, talk[1].id);
}

TEST(AddMessages, OfTwoWithOneIdInAWriteTheLaterStays) {
  EXPECT_EQ(shown(folded({}, {human("1", "n"), human("2", "n")})), Items{"n:2"});
}

TEST(AddMessages, RemovesByIdAndRefusesToRemoveWhatIsNotThere) {
  EXPECT_EQ(shown(folded(kTwo, {remove_message("a")})), Items{"b:two"});
  EXPECT_EQ(shown(folded(kTwo, {human("three", "c"), remove_message("c")})), (Items{"a:one", "b:two"}));
  EXPECT_EQ(message_of<base::Error>([] { folded(kTwo, {remove_message("zz")}); }),
            "there is no message 'zz' that could be removed: give the id of one that is there, or "
            "__remove_all__ to remove all");
}

TEST(AddMessages, RemovedAndAddedAgainItKeepsItsPlace) {
  EXPECT_EQ(shown(folded(kTwo, {remove_message("a"), human("again", "a")})), (Items{"a:again", "b:two"}));
}

TEST(AddMessages, TheLastRemovalOfAllWins) {
  EXPECT_EQ(shown(folded(kTwo, {human("x", "x"), remove_all_messages(), human("k1", "k1"),
                                remove_all_messages(), human("k2", "k2")})),
            Items{"k2:k2"});
  EXPECT_TRUE(folded({}, {remove_all_messages()}).empty());
}

TEST(AddMessages, IsTheReducerOfAConversationThatEveryTurnGoesOnWith) {
  StateGraph<Chat> g{"chat"};
  g.reduce(&Chat::messages, add_messages);
  g.add_node("echo", [](const Chat& chat) {
    return update(&Chat::messages, {ai("you said: " + text_of(chat.messages.back()))});
  });
  g.add_edge(kStart, "echo");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const RunConfig config{.thread_id = "t"};
  run(graph.invoke(update(&Chat::messages, {human("hello")}), config));
  const Messages talk = run(graph.invoke(update(&Chat::messages, {human("bye")}), config)).messages;
  Items said;
  for (const Message& each : talk) said.push_back(base::to_name(each.type) + ": " + text_of(each));
  EXPECT_EQ(said, (Items{"human: hello", "ai: you said: hello", "human: bye", "ai: you said: bye"}));
  EXPECT_EQ(run(graph.get_state("t"))->values.messages, talk) << "as it is read, so it was returned";
}

RC_GTEST_PROP(AddMessages, LongWritesAreFoldedAsShortOnes,
              (const std::vector<std::pair<bool, int>>& writes)) {
  Messages one_by_one;
  Messages write;
  for (const auto& [removes, number] : writes) {
    const std::string id = std::to_string(number % 7);
    const bool is_there = std::ranges::find(one_by_one, id, &Message::id) != one_by_one.end();
    if (removes && !is_there) continue;
    write.push_back(removes ? remove_message(id) : human(std::to_string(write.size()), id));
    add_messages(one_by_one, {write.back()});
  }
  // Places differ, since a removal in the same write keeps the place of what comes again; the rest does not.
  Items short_ones = shown(one_by_one);
  Items long_one = shown(folded({}, write));
  std::ranges::sort(short_ones);
  std::ranges::sort(long_one);
  RC_ASSERT(short_ones == long_one);
}

TEST(Message, IsReadFromTheWaysItIsWritten) {
  EXPECT_EQ(to_message("plain"), human("plain"));
  EXPECT_EQ(to_message(json::parse(R"(["ai", "pair"])")), ai("pair"));
  EXPECT_EQ(to_message(json::parse(R"({"role": "assistant", "content": "d", "id": "dd"})")), ai("d", "dd"));
  EXPECT_EQ(to_message(json::parse(R"({"type": "remove", "id": "a"})")), remove_message("a"));
  const Message asks = to_message(json::parse(
      R"({"type":"ai","tool_calls":[{"name":"add","args":{"a":1},"id":"c1","type":"tool_call"}],"usage":3})"));
  EXPECT_EQ(asks.tool_calls, (std::vector<ToolCall>{{.id = "c1", .name = "add", .args = {{"a", 1}}}}));
  EXPECT_EQ(asks.metadata, (json::object{{"usage", 3}}));
  EXPECT_EQ(shown(to_messages(json::parse(R"(["one", {"role": "user", "content": "two"}])"))),
            (Items{":one", ":two"}));
}

TEST(Message, SurvivesJson) {
  Message message = ai("text", {{.id = "c", .name = "add", .args = {{"a", 1}}}}, "m");
  message.metadata["model"] = "small";
  EXPECT_EQ(base::from_json<Message>(base::to_json(message)), message);
  EXPECT_EQ(to_message(base::to_json(message)), message);
  const Message result = tool_result("c", "3", "r");
  EXPECT_EQ(to_message(base::to_json(result)), result);
}

TEST(Message, IsWrittenAsClientsOfLangGraphReadIt) {
  Message asks = ai("text", {{.id = "c", .name = "add", .args = {{"a", 1}}}}, "m");
  asks.metadata["usage_metadata"] = {{"total_tokens", 3}};
  asks.metadata["response_metadata"] = {{"model_name", "small"}};
  EXPECT_EQ(
      json::serialize(base::to_json(asks)),
      R"({"content":"text","additional_kwargs":{},"response_metadata":{"model_name":"small"},"type":"ai",)"
      R"("id":"m","tool_calls":[{"name":"add","args":{"a":1},"id":"c","type":"tool_call"}],)"
      R"("invalid_tool_calls":[],)"
      R"("usage_metadata":{"total_tokens":3}})");
  EXPECT_EQ(json::serialize(base::to_json(tool_result("c", "3", "r"))),
            R"({"content":"3","additional_kwargs":{},"response_metadata":{},"type":"tool","id":"r",)"
            R"("tool_call_id":"c"})");
  EXPECT_EQ(json::serialize(base::to_json(human("hi"))),
            R"({"content":"hi","additional_kwargs":{},"response_metadata":{},"type":"human"})")
      << "nothing is null";
}

TEST(Message, OfAnEarlierCheckpointIsReadToo) {
  EXPECT_EQ(base::from_json<Message>(json::parse(
                R"({"type":"ai","content":"hi","id":"m","name":null,"tool_calls":[],"tool_call_id":null,)"
                R"("metadata":{}})")),
            ai("hi", "m"));
}

TEST(Message, ThatIsNoneSaysWhatOneIs) {
  EXPECT_EQ(message_of<base::Error>([] { to_messages(json::parse(R"([{"foo": 1}])")); }),
            "messages[0]: a message is text, [\"role\", \"text\"], or an object with a role (or type) and "
            "content, not {\"foo\":1}");
  EXPECT_THROW(to_message(3), base::Error);
  EXPECT_THROW(to_message(json::parse(R"({"role": "robot", "content": ""})")), base::Error);
}

TEST(Message, HasATextWhenItsContentIsAList) {
  const Message parts = to_message(
      json::parse(R"({"role":"user","content":[{"type":"text","text":"see "},{"type":"image"},"this"]})"));
  EXPECT_EQ(text_of(parts), "see this");
}

}  // namespace
}  // namespace pharos::graph
