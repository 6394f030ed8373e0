// What clients of the protocol tell a thread to do, and what they are answered.
#include "apps/agent_server/protocol_commands.h"

#include <gmock/gmock.h>

#include "platform/runs/tests/support.h"

namespace pharos::agent_server {
namespace {

using namespace runs::testing_support;
using base::Code;
using runs::ThreadStatus;
using testing::HasSubstr;

constexpr const char* kAsk = R"(
name: ask
state:
  answer: any
nodes:
  ask: {kind: approve, ask: "go on?", answer: answer}
edges:
  - start -> ask -> end
)";

template <class Kind>
struct Commands : Service<Kind> {
  Commands() {
    this->graphs.add(kAsk);
    this->gates.open_all();
  }

  /// The whole answer.
  json::object answer(const std::string& method, json::object params, const std::string& thread = "t",
                      const Scope& scope = kNora) {
    return wait(
        commands.carry_out(scope, thread, {.id = ++last, .method = method, .params = {std::move(params)}}));
  }
  json::object result(const std::string& method, json::object params, const std::string& thread = "t") {
    const json::object said = answer(method, std::move(params), thread);
    EXPECT_EQ(said.at("type"), json::value("success")) << json::value(said);
    EXPECT_EQ(said.at("id"), json::value(last));
    EXPECT_EQ(said.at("meta").at("thread_id"), json::value(thread));
    return said.contains("result") ? said.at("result").as_object() : json::object();
  }
  /// `name: sentence`
  std::string refusal(const std::string& method, json::object params, const std::string& thread = "t") {
    const json::object said = answer(method, std::move(params), thread);
    EXPECT_EQ(said.at("type"), json::value("error")) << json::value(said);
    EXPECT_EQ(said.at("id"), json::value(last));
    return std::string(said.at("error").as_string()) + ": " + std::string(said.at("message").as_string());
  }
  /// Starts a run and waits for its end.
  runs::RunEnd run(json::object params, const std::string& method = "run.start") {
    const json::object made = result(method, std::move(params));
    return this->end_of(std::string(made.at("run_id").as_string())).value();
  }
  static json::object of(const std::string& graph, json::value input = json::object()) {
    return {{"assistant_id", graph}, {"input", std::move(input)}};
  }

  jobs::Background background;
  RunServices services{.runs = this->runs,
                       .threads = this->threads,
                       .assistants = this->assistants,
                       .jobs = this->queue,
                       .watch = this->watch,
                       .background = background,
                       .ids = this->ids,
                       .strand = [this] { return this->strand(); }};
  ProtocolCommands commands{services, *this->database};
  std::int64_t last = 0;
};
TYPED_TEST_SUITE(Commands, Kinds);

TYPED_TEST(Commands, StartARunOnAThreadThatIsMadeForIt) {
  const auto worker = this->make_worker();
  EXPECT_EQ(this->run(this->of("two_steps", json::object{{"tag", "1"}})).status, runs::RunStatus::kSuccess);
  const json::object state = this->result("state.get", {});
  EXPECT_EQ(state.at("values").at("items"), json::value(json::array({"a1", "b1"})));
  EXPECT_FALSE(state.at("checkpoint").at("id").as_string().empty());
  EXPECT_GT(this->answer("state.get", {}).at("meta").at("applied_through_seq").as_int64(), 0);
  const json::value tree = this->result("agent.getTree", {}).at("tree");
  EXPECT_EQ(tree.at("status"), json::value("completed"));
  EXPECT_EQ(tree.at("graph_name"), json::value("two_steps"));
}

TYPED_TEST(Commands, TellWhichGraphsAreInside) {
  this->graphs.add(R"(
name: nested
state: {said: string}
nodes:
  outer:
    kind: subgraph
    graph:
      state: {said: string}
      nodes:
        inner:
          kind: subgraph
          graph:
            state: {said: string}
            nodes: {say: {kind: set, write: {said: aye}}}
            edges: [start -> say -> end]
      edges: [start -> inner -> end]
edges: [start -> outer -> end]
)");
  const auto worker = this->make_worker();
  this->run(this->of("nested"));
  const json::value tree = this->result("agent.getTree", {}).at("tree");
  const auto only_child = [](const json::value& of) {
    EXPECT_EQ(of.at("children").as_array().size(), 1U);
    return of.at("children").at(0);
  };
  EXPECT_EQ(tree.at("graph_name"), json::value("nested"));
  const json::value outer = only_child(tree);
  EXPECT_EQ(outer.at("graph_name"), json::value("outer"));
  EXPECT_EQ(outer.at("status"), json::value("completed"));
  EXPECT_EQ(outer.at("namespace").as_array().size(), 1U);
  const json::value inner = only_child(outer);
  EXPECT_EQ(inner.at("graph_name"), json::value("inner"));
  EXPECT_EQ(inner.at("namespace").as_array().size(), 2U);
  EXPECT_FALSE(inner.as_object().contains("children"));
}

TYPED_TEST(Commands, AnswerWhatIsAsked) {
  const auto worker = this->make_worker();
  const json::value id = this->run(this->of("ask")).interrupts.at(0).at("id");
  EXPECT_EQ(this->result("agent.getTree", {}).at("tree").at("status"), json::value("interrupted"));
  EXPECT_THAT(this->refusal("input.respond", {{"interrupt_id", "other"}, {"response", 1}}),
              HasSubstr("no_such_interrupt: the thread asks nothing of id 'other'"));
  const auto end = this->run({{"interrupt_id", id}, {"response", "aye"}}, "input.respond");
  EXPECT_EQ(end.values.at("answer"), json::value("aye"));
  EXPECT_THAT(this->refusal("input.respond", {{"interrupt_id", id}, {"response", 1}}),
              HasSubstr("only be used while the run is interrupted"));

  // What is sent to a thread that asks is the answer; several are answered by their ids.
  this->run(this->of("ask"));
  EXPECT_EQ(this->run(this->of("ask", "yes")).values.at("answer"), json::value("yes"));
  const json::value again = this->run(this->of("ask")).interrupts.at(0).at("id");
  const json::array responses{json::object{{"interrupt_id", again}, {"response", "both"}}};
  EXPECT_EQ(this->run({{"responses", responses}}, "input.respond").values.at("answer"), json::value("both"));
}

TYPED_TEST(Commands, ListCheckpointsAndGoBackToThem) {
  const auto worker = this->make_worker();
  this->run(this->of("two_steps", json::object{{"tag", "1"}}));
  const json::array all = this->result("state.listCheckpoints", {}).at("checkpoints").as_array();
  ASSERT_EQ(all.size(), 5U);
  const json::array some =
      this->result("state.listCheckpoints", {{"limit", 2}, {"before", {{"checkpoint_id", all[0].at("id")}}}})
          .at("checkpoints")
          .as_array();
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0], all[1]);
  const json::object made = this->result("state.fork", {{"checkpoint_id", all[2].at("id")}});
  EXPECT_EQ(this->result("state.get", {}).at("checkpoint").at("id"), made.at("checkpoint_id"));
  EXPECT_EQ(this->items_of("t"), json::value(json::array{json::value("a1")}));
}

TYPED_TEST(Commands, AreRefusedWithASentence) {
  EXPECT_THAT(this->refusal("sing", {}), HasSubstr("unknown_command: Unknown protocol command: sing"));
  EXPECT_THAT(this->refusal("subscription.subscribe", {}), HasSubstr("not_supported: subscriptions are for"));
  EXPECT_THAT(this->refusal("run.start", {}), HasSubstr("invalid_argument: run.start needs an assistant_id"));
  EXPECT_THAT(this->refusal("run.start", {{"assistant_id", 7}}), HasSubstr("assistant_id"));
  EXPECT_THAT(this->refusal("run.start", this->of("nowhere")), HasSubstr("there is no assistant 'nowhere'"));
  EXPECT_THAT(this->refusal("run.start", this->of("two_steps", json::object{{"unknown", 1}})),
              HasSubstr("unknown"));
  for (const auto& [name, wrong] :
       {std::pair("config", json::value(7)), std::pair("metadata", json::value("x")),
        std::pair("multitask_strategy", json::value("wait")),
        std::pair("multitaskStrategy", json::value(json::array()))}) {
    json::object params = this->of("two_steps");
    params[name] = wrong;
    EXPECT_THAT(this->refusal("run.start", params), HasSubstr("invalid_argument: "));
    EXPECT_THAT(this->refusal("run.start", params), HasSubstr(name));
  }
  EXPECT_THAT(this->refusal("input.respond", {}), HasSubstr("only be used while"));
  EXPECT_THAT(this->refusal("state.fork", {}), HasSubstr("state.fork needs a checkpoint_id"));
  EXPECT_THAT(this->refusal("state.get", {}), HasSubstr("there is no thread 't'"));
  EXPECT_THAT(this->refusal("agent.getTree", {}), HasSubstr("there is no thread 't'"));
  this->make_thread({.id = "t"});
  EXPECT_TRUE(this->result("state.get", {}).at("checkpoint").is_null());
  EXPECT_THAT(this->refusal("state.listCheckpoints", {{"limit", "all"}}), HasSubstr("limit"));
  EXPECT_THAT(this->refusal("state.fork", {{"checkpoint_id", "x"}}), HasSubstr("has no graph yet"));
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 0);
}

TYPED_TEST(Commands, SayNothingOfAnothersThread) {
  this->make_thread({.id = "t"}, kSam);
  for (const char* method : {"run.start", "state.get", "sing"}) {
    EXPECT_EQ(code_of([&] { this->answer(method, this->of("two_steps")); }), Code::kNotFound);
  }
}

TEST(ProtocolErrors, HaveTheProtocolsForm) {
  EXPECT_EQ(json::value(protocol_error(7, "invalid_argument", "why")),
            (json::value{{"type", "error"}, {"id", 7}, {"error", "invalid_argument"}, {"message", "why"}}));
}

}  // namespace
}  // namespace pharos::agent_server
