// A run stops for a person's answer and goes where the answer leads.
#include "core/flow/tests/support.h"
#include "core/graph/memory_saver.h"
#include "core/graph/mermaid.h"

namespace pharos::flow {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kLetter = R"(
state: {draft: {default: "Dear keeper"}, verdict: string, outcome: string}
nodes:
  review: {kind: approve, ask: "Send '{state.draft}'?", answer: verdict, routes: {yes: send, no: keep}}
  send: {kind: set, write: {outcome: sent}}
  keep: {kind: set, write: {outcome: kept}}
edges:
  - start -> review
  - send, keep -> end
)";

/// A graph and a thread on which it runs until it ends or asks.
class Conversation {
 public:
  explicit Conversation(const std::string& text)
      : graph_(read(text).compile({.saver = std::make_shared<graph::MemorySaver>()})) {}

  DynamicOutcome start(json::object input = {}) {
    return run(graph_.run(std::move(input), {.thread_id = "t"}));
  }
  DynamicOutcome answer(json::value given) {
    return run(graph_.run(graph::Resume{.answer = std::move(given), .answers = {}}, {.thread_id = "t"}));
  }
  const DynamicGraph& graph() const { return graph_; }

 private:
  DynamicGraph graph_;
};

TEST(Approve, AsksAQuestionFromTheState) {
  Conversation letter(kLetter);
  const DynamicOutcome asked = letter.start({{"draft", "Hello"}});
  EXPECT_THAT(asked.next, ElementsAre("review"));
  ASSERT_EQ(asked.interrupts.size(), 1U);
  EXPECT_EQ(asked.interrupts[0].node, "review");
  EXPECT_EQ(asked.interrupts[0].value,
            base::parse_json(R"({"question": "Send 'Hello'?", "answers": ["yes", "no"]})", "expected"));
}

TEST(Approve, WritesTheAnswerAndFollowsIt) {
  for (const auto& [answer, outcome] : std::vector<std::pair<json::value, std::string>>{
           {"yes", "sent"}, {"no", "kept"}, {" yes ", "sent"}, {true, "sent"}}) {
    Conversation letter(kLetter);
    letter.start();
    const DynamicOutcome done = letter.answer(answer);
    EXPECT_TRUE(done.ended());
    EXPECT_EQ(done.values.at("outcome"), json::value(outcome)) << answer;
    EXPECT_EQ(done.values.at("verdict"), outcome == "sent" ? "yes" : "no");
  }
}

TEST(Approve, TrueIsYesAndFalseIsNo) {
  Conversation letter(R"(
state: {agreed: boolean, outcome: string}
nodes:
  review: {kind: approve, ask: "Send?", answer: agreed, routes: {yes: send, no: end}}
  send: {kind: set, write: {outcome: sent}}
edges: [start -> review]
)");
  letter.start();
  EXPECT_EQ(letter.answer(true).values, (json::object{{"agreed", true}, {"outcome", "sent"}}));
  letter.start();
  EXPECT_EQ(letter.answer(false).values.at("agreed"), false);
}

TEST(Approve, AnAnswerThatLeadsNowhereIsAskedForAgain) {
  Conversation letter(kLetter);
  letter.start();
  const DynamicOutcome again = letter.answer("perhaps");
  ASSERT_EQ(again.interrupts.size(), 1U);
  const json::object& question = again.interrupts[0].value.as_object();
  EXPECT_EQ(question.at("refused"), "perhaps");
  EXPECT_EQ(question.at("why"), "the answers are yes, no");
  EXPECT_EQ(again.values.at("verdict"), "");
  EXPECT_EQ(letter.answer("yes").values.at("outcome"), "sent");
}

TEST(Approve, AnAnswerThatItsFieldCannotHoldIsAskedForAgain) {
  Conversation count(R"(
state: {number: integer}
nodes: {ask: {kind: approve, ask: {text: "How many?"}, answer: number}}
edges: [start -> ask -> end]
)");
  EXPECT_EQ(count.start().interrupts[0].value,
            base::parse_json(R"({"question": {"text": "How many?"}})", "expected"));
  const DynamicOutcome again = count.answer("many");
  ASSERT_EQ(again.interrupts.size(), 1U);
  EXPECT_THAT(std::string(again.interrupts[0].value.at("why").as_string()),
              HasSubstr("field 'number' is of type integer"));
  EXPECT_EQ(count.answer(3).values.at("number"), 3);
}

TEST(Approve, OtherAnswersGoOtherwise) {
  const std::string text = R"(
state: {said: any, outcome: string}
nodes:
  ask: {kind: approve, ask: "Go on?", answer: said, routes: {yes: end}, otherwise: note}
  note: {kind: set, write: {outcome: "{state.said}"}}
edges: [start -> ask]
)";
  Conversation ask(text);
  ask.start();
  EXPECT_EQ(ask.answer("not today").values.at("outcome"), "not today");
}

TEST(Approve, EachItemOfAMapIsAskedAboutByItself) {
  Conversation ask(R"(
state: {items: {default: [oil, wick]}, said: {type: array, reducer: append}}
nodes:
  each: {kind: map, over: "{state.items}", to: ask}
  ask: {kind: approve, ask: "Buy {item}?", answer: said}
edges: [start -> each]
)");
  const DynamicOutcome asked = ask.start();
  ASSERT_EQ(asked.interrupts.size(), 2U);
  graph::Resume resume;
  for (const graph::Interrupt& each : asked.interrupts) {
    resume.answers[each.id] = "about " + std::string(each.value.at("question").as_string());
  }
  const DynamicOutcome done = run(ask.graph().run(resume, {.thread_id = "t"}));
  EXPECT_EQ(done.values.at("said"), (json::array{"about Buy oil?", "about Buy wick?"}));
}

TEST(Approve, APictureNamesTheAnswers) {
  const std::string drawn = graph::to_mermaid(read(kLetter).definition);
  EXPECT_THAT(drawn, HasSubstr("\treview -. &nbsp;yes&nbsp; .-> send;\n"));
  EXPECT_THAT(drawn, HasSubstr("\treview -. &nbsp;no&nbsp; .-> keep;\n"));
}

TEST(Approve, MistakesAreToldWithTheirPlaces) {
  EXPECT_THAT(
      problems(R"(state: {verdict: string}
nodes:
  a: {kind: approve, answer: verdit, otherwise: end}
  b: {kind: approve, ask: "{state.x}", routes: {yes: bb}}
edges: [start -> a -> b]
)"),
      ElementsAre("3:6: node 'a' has no key 'ask': say what to ask, such as \"Send '{state.draft}'?\"",
                  "3:30: the state has no field 'verdit' (did you mean 'verdict'?)",
                  "3:49: 'otherwise' is for answers that 'routes' does not name",
                  "4:27: the state has no field 'x' (there are verdict)",
                  "4:54: there is no node 'bb' (did you mean 'b'?)"));
}

TEST(TimeTravel, AThreadThatWasForkedAsksAgain) {
  Conversation letter(kLetter);
  const DynamicOutcome asked = letter.start();
  letter.answer("no");
  std::string asking;
  for (const DynamicSnapshot& each : run(letter.graph().get_state_history("t"))) {
    if (each.next == asked.next) asking = each.checkpoint_id;
  }
  run(letter.graph().fork({.thread_id = "t", .checkpoint_id = asking, .metadata = {{"why", "test"}}}));
  const auto forked = run(letter.graph().get_state("t"));
  EXPECT_THAT(forked->next, ElementsAre("review"));
  EXPECT_EQ(forked->parent_id, asking);
  EXPECT_EQ(forked->source, graph::Source::kFork);
  EXPECT_EQ(forked->metadata, (json::object{{"why", "test"}}));
  run(letter.graph().run(graph::Resume{}, {.thread_id = "t"}));
  EXPECT_EQ(letter.answer("yes").values.at("outcome"), "sent");
  EXPECT_THROW(run(letter.graph().fork({.thread_id = "t", .checkpoint_id = "none"})), base::Error);
}

TEST(TimeTravel, AnUpdateIsWrittenAsTheNodeThatIsNamed) {
  Conversation letter(kLetter);
  letter.start();
  run(letter.graph().update_state({{"verdict", "sent by hand"}}, "send", {.thread_id = "t"}));
  const auto updated = run(letter.graph().get_state("t"));
  EXPECT_EQ(updated->values.at("verdict"), "sent by hand");
  EXPECT_TRUE(updated->next.empty());
  EXPECT_THROW(run(letter.graph().update_state({{"verdit", 1}}, "send", {.thread_id = "t"})),
               graph::GraphError);
}

}  // namespace
}  // namespace pharos::flow
