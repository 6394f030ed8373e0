// What clients send, and what they are told when it is wrong.
#include <cmath>

#include <gmock/gmock.h>

#include "apps/agent_server/run_create.h"
#include "core/base/error.h"
#include "platform/http/input.h"

namespace pharos::agent_server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RunCreate body_of(const std::string& text) {
  http::FieldErrors errors;
  RunCreate body = http::read_input<RunCreate>(base::parse_json(text, "a test's body"), "body", errors);
  errors.throw_if_any();
  return body;
}
/// The run that a body asks for; `has_thread` as its route says.
runs::NewRun read(const std::string& body, bool has_thread = true) {
  return new_run_of(body_of(body), has_thread);
}
std::string refusal(const std::string& body) {
  try {
    read(body);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kInvalidInput) << body;
    return error.what();
  }
  return "nothing was refused";
}
/// With this member beside what there must be.
std::string refusal_of(const std::string& member) {
  return refusal(R"({"assistant_id":"a",)" + member + "}");
}

TEST(RunRequests, MeanWhatTheySay) {
  const runs::NewRun run = read(R"({
    "assistant_id": "a", "input": {"x": 1}, "metadata": {"m": 1}, "config": {"recursion_limit": 7},
    "context": {"c": 1}, "stream_mode": ["values", "messages-tuple"], "stream_subgraphs": true,
    "stream_resumable": true, "interrupt_before": "*", "interrupt_after": ["n"], "webhook": "https://hook.test/",
    "multitask_strategy": "rollback", "if_not_exists": "create", "durability": "exit", "after_seconds": 2.5,
    "checkpoint_id": "c1", "unknown": "overlooked"})");
  EXPECT_EQ(run.assistant_id, "a");
  EXPECT_EQ(run.metadata, (json::object{{"m", 1}}));
  EXPECT_EQ(run.multitask_strategy, runs::MultitaskStrategy::kRollback);
  EXPECT_TRUE(run.creates_thread);
  EXPECT_EQ(run.after_seconds, 2.5);
  const runs::RunRequest& request = run.request;
  EXPECT_EQ(request.input, (json::value{{"x", 1}}));
  EXPECT_EQ(request.config, (json::object{{"recursion_limit", 7}}));
  EXPECT_EQ(request.context, (json::object{{"c", 1}}));
  EXPECT_THAT(request.stream.modes, ElementsAre("values", "messages-tuple"));
  EXPECT_TRUE(request.stream.subgraphs);
  EXPECT_TRUE(request.is_resumable);
  EXPECT_THAT(request.interrupt_before, ElementsAre("*"));
  EXPECT_THAT(request.interrupt_after, ElementsAre("n"));
  EXPECT_EQ(request.webhook, "https://hook.test/");
  EXPECT_EQ(request.durability, "exit");
  EXPECT_EQ(request.checkpoint_id, "c1");
  EXPECT_FALSE(request.deletes_thread);
}

TEST(RunRequests, LeaveOutWhatTheyDoNotSay) {
  const runs::NewRun run = read(R"({"assistant_id":"a","config":null,"metadata":null,"stream_mode":null})");
  EXPECT_TRUE(run.request.input.is_null());
  EXPECT_FALSE(run.request.command.has_value());
  EXPECT_EQ(run.multitask_strategy, runs::MultitaskStrategy::kReject);
  EXPECT_FALSE(run.creates_thread);
  EXPECT_EQ(run.after_seconds, 0);
  EXPECT_THAT(run.request.stream.modes, ElementsAre("values"));
  EXPECT_EQ(run.request.durability, "async");
  EXPECT_THAT(run.request.interrupt_before, IsEmpty());
  EXPECT_EQ(run.request.checkpoint_id, "");
}

TEST(RunRequests, WithoutAThreadTakeTheirsWithThemUnlessItIsKept) {
  EXPECT_TRUE(read(R"({"assistant_id":"a"})", false).request.deletes_thread);
  EXPECT_TRUE(read(R"({"assistant_id":"a","on_completion":"delete"})", false).request.deletes_thread);
  EXPECT_FALSE(read(R"({"assistant_id":"a","on_completion":"keep"})", false).request.deletes_thread);
}

TEST(RunRequests, NameTheirCheckpointInEitherWay) {
  EXPECT_EQ(read(R"({"assistant_id":"a","checkpoint":{"checkpoint_id":"c2","checkpoint_ns":""}})")
                .request.checkpoint_id,
            "c2");
  EXPECT_EQ(read(R"({"assistant_id":"a","checkpoint":{"configurable":{}},"checkpoint_id":"c1"})")
                .request.checkpoint_id,
            "c1");
}

/// A wrong type in each member: the answer names it.
TEST(RunRequests, AreRefusedWithThePlaceOfTheMistake) {
  EXPECT_THAT(refusal("[]"), HasSubstr("body"));
  EXPECT_THAT(refusal("{}"), HasSubstr("assistant_id"));
  EXPECT_THAT(refusal(R"({"assistant_id":""})"), HasSubstr("assistant_id"));
  EXPECT_THAT(refusal(R"({"assistant_id":7})"), HasSubstr("assistant_id"));
  for (const char* member :
       {"config", "context", "metadata", "command", "stream_subgraphs", "stream_resumable", "webhook",
        "on_disconnect", "on_completion", "multitask_strategy", "if_not_exists", "durability",
        "checkpoint_id", "checkpoint"}) {
    EXPECT_THAT(refusal_of("\"" + std::string(member) + "\": 7"), HasSubstr(member));
  }
  for (const char* member : {"stream_mode", "interrupt_before", "interrupt_after"}) {
    EXPECT_THAT(refusal_of("\"" + std::string(member) + "\": 7"),
                HasSubstr(std::string(member) + ": must be a text, or a list of texts"));
    EXPECT_THAT(refusal_of("\"" + std::string(member) + "\": [7]"), HasSubstr(member));
  }
  EXPECT_THAT(refusal_of(R"("after_seconds":"soon")"), HasSubstr("after_seconds"));
  EXPECT_THAT(refusal_of(R"("after_seconds":-1)"), HasSubstr("after_seconds: must be 0 or more"));
  EXPECT_THAT(refusal_of(R"("after_seconds":1e300)"), HasSubstr("at most a year"));
  EXPECT_THAT(refusal_of(R"("multitask_strategy":"wait")"), HasSubstr("multitask_strategy"));
  EXPECT_THAT(refusal_of(R"("stream_mode":["values","smoke"])"), HasSubstr("there is no 'smoke'"));
  EXPECT_THAT(refusal_of(R"("durability":"never")"), HasSubstr("durability"));
}

TEST(RunRequests, NeedNoRowWhenNobodyElseCanWantThem) {
  const auto alone = [](const std::string& member) {
    return is_for_caller_alone(body_of(R"({"assistant_id":"a")" + member + "}"));
  };
  EXPECT_TRUE(alone(""));
  EXPECT_TRUE(alone(R"(,"on_disconnect":"cancel","on_completion":"delete","after_seconds":0)"));
  EXPECT_FALSE(alone(R"(,"webhook":"https://hook.test/")"));
  EXPECT_FALSE(alone(R"(,"after_seconds":1)"));
  EXPECT_FALSE(alone(R"(,"on_completion":"keep")"));
  EXPECT_FALSE(alone(R"(,"stream_resumable":true)"));
  EXPECT_FALSE(alone(R"(,"on_disconnect":"continue")"));
}

TEST(Wire, ReadsHowDeepToLook) {
  const auto depth = [](const json::value& said) { return Depth::from_json(said, "xray").value; };
  EXPECT_EQ(depth(true), 100);
  EXPECT_EQ(depth("true"), 100);
  EXPECT_EQ(depth(false), 0);
  EXPECT_EQ(depth("false"), 0);
  EXPECT_EQ(depth(3), 3);
  EXPECT_EQ(depth("9"), 9);
  for (const json::value& wrong : {json::value("10"), json::value("x"), json::value(-1), json::value(101),
                                   json::value(1.5), json::value(nullptr), json::value(json::array())}) {
    try {
      depth(wrong);
      ADD_FAILURE() << wrong;
    } catch (const base::Error& error) {
      EXPECT_STREQ(error.what(), "xray: must be true, false or a number from 0 to 9");
    }
  }
  EXPECT_EQ((Depth{3}).to_json(), json::value(3));
  EXPECT_TRUE(Depth::schema().contains("enum"));
}

TEST(Wire, ReadsFieldsAndLists) {
  EXPECT_TRUE(Fields::from_json(nullptr, "metadata").value.empty());
  EXPECT_EQ((Fields{{{"x", 1}}}).to_json(), (json::value{{"x", 1}}));
  EXPECT_THROW(Fields::from_json("text", "metadata"), base::Error);
  EXPECT_TRUE(Fields::schema().contains("type"));
  EXPECT_THAT(TextOrList::from_json("one", "m").values, ElementsAre("one"));
  EXPECT_EQ(TextOrList::from_json(json::array{"a", "b"}, "m").to_json(),
            (json::value(json::array{"a", "b"})));
  EXPECT_TRUE(TextOrList::schema().contains("anyOf"));
}

TEST(Wire, ReadsHowLongSomethingIsToLive) {
  EXPECT_EQ(duration_of({.ttl = 1.5}), std::chrono::seconds(90));
  for (const double wrong : {0.0, -1.0, 1e300, std::nan("")}) {
    try {
      duration_of({.ttl = wrong});
      ADD_FAILURE() << wrong;
    } catch (const base::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("a number of minutes above 0"));
    }
  }
}

TEST(Wire, SelectsMembers) {
  const TimeToLive ttl{.ttl = 2};
  EXPECT_EQ(selected(ttl, {}), (json::object{{"ttl", 2.0}, {"strategy", "delete"}}));
  EXPECT_EQ(selected(ttl, {"strategy", "unknown"}), (json::object{{"strategy", "delete"}}));
}

}  // namespace
}  // namespace pharos::agent_server
