// Events of the runtime in the words of clients, and what is told of a run that is begun anew.
#include "platform/runs/told.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "core/base/tests/support.h"
#include "platform/runs/run_journal.h"

namespace pharos::runs {
namespace {

using base::testing_support::code_of;
using graph::StreamMode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json::value value(const std::string& text) {
  return base::parse_json(text, "a test's text");
}

/// Tells everything to a client that asked for these streams.
class Tellers : public testing::Test {
 protected:
  void ask_for(std::vector<std::string> modes) {
    teller_.emplace(StreamWish{.modes = std::move(modes), .subgraphs = true},
                    json::object{{"run_id", "r"}, {"run_attempt", 1}});
  }
  /// `name data` of each.
  std::vector<std::string> tell(StreamMode mode, const std::string& data,
                                std::vector<std::string> path = {}) {
    std::vector<std::string> lines;
    for (const ToldEvent& each :
         teller_->tell({.mode = mode, .path = std::move(path), .node = "n", .data = value(data)})) {
      lines.push_back(each.name + " " + json::serialize(each.data));
    }
    return lines;
  }

  std::optional<Teller> teller_;
};

TEST_F(Tellers, HasTheNamesOfStreamsAndOfTheGraphsInside) {
  ask_for({"values", "updates", "custom", "tasks"});
  EXPECT_THAT(tell(StreamMode::kUpdates, R"({"n":{"x":1}})"), ElementsAre(R"(updates {"n":{"x":1}})"));
  EXPECT_THAT(tell(StreamMode::kUpdates, R"({"n":null})", {"outer:1", "inner:2"}),
              ElementsAre(R"(updates|outer:1|inner:2 {"n":null})"));
  EXPECT_THAT(tell(StreamMode::kCustom, R"("hello")"), ElementsAre(R"(custom "hello")"));
  EXPECT_THAT(tell(StreamMode::kTasks, R"({"id":"t"})", {"outer:1"}),
              ElementsAre(R"(tasks|outer:1 {"id":"t"})"));
}

TEST_F(Tellers, HasAQuestionBesideTheValuesItWasAskedAt) {
  ask_for({"values"});
  tell(StreamMode::kValues, R"({"x":1})");
  tell(StreamMode::kValues, R"({"y":2})", {"inner:1"});
  EXPECT_THAT(tell(StreamMode::kValues, R"({"__interrupt__":[{"id":"i","value":"ok?"}]})"),
              ElementsAre(R"(values {"x":1,"__interrupt__":[{"id":"i","value":"ok?"}]})"));
  EXPECT_THAT(tell(StreamMode::kValues, R"({"__interrupt__":[]})", {"inner:1"}),
              ElementsAre(R"(values|inner:1 {"y":2,"__interrupt__":[]})"));
}

constexpr const char* kGood =
    R"([{"type":"AIMessageChunk","id":"m","content":"good "},{"langgraph_node":"n"}])";
constexpr const char* kEvening =
    R"([{"type":"AIMessageChunk","id":"m","content":"evening","tool_calls":[1]},{"langgraph_node":"n"}])";

TEST_F(Tellers, GrowsMessagesPieceByPiece) {
  ask_for({"messages"});
  EXPECT_THAT(
      tell(StreamMode::kMessages, kGood),
      ElementsAre(
          R"(messages/metadata {"m":{"metadata":{"langgraph_node":"n","run_id":"r","run_attempt":1}}})",
          R"(messages/partial [{"type":"ai","id":"m","content":"good "}])"));
  EXPECT_THAT(
      tell(StreamMode::kMessages, kEvening),
      ElementsAre(R"(messages/partial [{"type":"ai","id":"m","content":"good evening","tool_calls":[1]}])"));
  // Whole, with the values, and once.
  const std::string values =
      R"({"messages":[{"type":"human","id":"h","content":"hi"},{"type":"ai","id":"m","content":"good evening"},"text"]})";
  EXPECT_THAT(tell(StreamMode::kValues, values),
              ElementsAre(R"(messages/complete [{"type":"human","id":"h","content":"hi"}])",
                          R"(messages/complete [{"type":"ai","id":"m","content":"good evening"}])"));
  EXPECT_THAT(tell(StreamMode::kValues, values), IsEmpty());
  EXPECT_THAT(tell(StreamMode::kValues, R"({"messages":"none"})"), IsEmpty());
  EXPECT_THAT(tell(StreamMode::kMessages, R"([{"type":"ai","id":"w","content":"whole"},{}])"), IsEmpty())
      << "a whole one comes with the values";
}

TEST_F(Tellers, GivesPiecesAsTheyAre) {
  ask_for({"messages-tuple"});
  EXPECT_THAT(
      tell(StreamMode::kMessages, kGood, {"inner:1"}),
      ElementsAre(
          R"(messages|inner:1 [{"type":"AIMessageChunk","id":"m","content":"good "},{"langgraph_node":"n","run_id":"r","run_attempt":1}])"));
  EXPECT_THAT(tell(StreamMode::kValues, R"({"messages":[{"id":"m"}]})"), IsEmpty());
}

TEST_F(Tellers, DoesBothWhenBothAreAskedFor) {
  ask_for({"messages", "values"});
  EXPECT_THAT(tell(StreamMode::kValues, R"({"messages":[{"id":"h"}]})"),
              ElementsAre(R"(messages/complete [{"id":"h"}])", R"(values {"messages":[{"id":"h"}]})"));
}

TEST(Streams, AreCalledAsClientsKnowThem) {
  for (const std::string& name : stream_names()) EXPECT_NO_THROW(modes_of({.modes = {name}}));
  EXPECT_TRUE(modes_of({.modes = {"messages"}}).has(StreamMode::kValues))
      << "messages are whole in the values";
  try {
    modes_of({.modes = {"values", "everything"}});
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no 'everything'"));
    EXPECT_THAT(error.what(), HasSubstr("messages-tuple"));
  }
}

/// A batch of a journal as a job's event.
jobs::JobEvent batch(std::int64_t first, const std::string& told, const std::string& checkpoint = {}) {
  json::object data{{"first", first}, {"told", value(told)}};
  if (!checkpoint.empty()) data["checkpoint"] = checkpoint;
  return {.name = "progress", .data = std::move(data)};
}

TEST(Batches, AreOfAJournalOrOfNobody) {
  EXPECT_FALSE(batch_of({.name = "started", .data = nullptr}).has_value());
  EXPECT_FALSE(batch_of({.name = "progress", .data = "half"}).has_value());
  EXPECT_FALSE(batch_of({.name = "progress", .data = json::object{{"first", 1}}}).has_value());
  const auto read = batch_of(batch(7, R"([["values",{"x":1}],["updates",2]])", "c"));
  EXPECT_EQ(read->first_id, 7);
  EXPECT_EQ(read->checkpoint, "c");
  EXPECT_THAT(read->events, ElementsAre(ToldEvent{"values", value(R"({"x":1})")}, ToldEvent{"updates", 2}));
}

TEST(WhatWasTold, IsUnsettledSinceTheCheckpoint) {
  const std::vector<jobs::JobEvent> events{{.name = "started", .data = nullptr},
                                           batch(0, R"([["metadata",{}],["values",1]])", "c1"),
                                           batch(2, R"([["updates",2]])"),
                                           batch(3, R"([["values",3]])", "c2"),
                                           batch(4, R"([["updates",5],["metadata",{}]])"),
                                           batch(6, "[]", "never kept")};
  // From the last one: what was told after it, and the values it begins with.
  const Told since = told_before(events, "c2");
  EXPECT_EQ(since.next_id, 6);
  EXPECT_THAT(since.unsettled, ElementsAre(ToldEvent{"values", 3}, ToldEvent{"updates", 5}));
  EXPECT_THAT(told_before(events, "c1").unsettled,
              ElementsAre(ToldEvent{"values", 1}, ToldEvent{"updates", 2}, ToldEvent{"values", 3},
                          ToldEvent{"updates", 5}));
  // From the beginning: everything.
  EXPECT_EQ(told_before(events, {}).unsettled.size(), 4U);
  EXPECT_THAT(told_before(events, "of another run").unsettled, IsEmpty());
  EXPECT_EQ(told_before({}, {}).next_id, 0);
}

}  // namespace
}  // namespace pharos::runs
