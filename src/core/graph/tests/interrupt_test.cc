// Questions and breakpoints: where a run stops, what it keeps meanwhile, and how it goes on.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;
using boost::json::serialize;

/// Asks `question` and writes the answer to `items`.
auto ask(std::string question, std::shared_ptr<int> calls = std::make_shared<int>()) {
  return [question, calls](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    ++*calls;
    const json::value answer = context.interrupt(json::value(question));
    co_return update(&Trail::items, {question + serialize(answer)});
  };
}

Graph<Trail> asking(std::shared_ptr<int> calls = std::make_shared<int>()) {
  auto g = trail_graph("asking");
  g.add_node("ask", ask("sure?", std::move(calls))).add_node("after", visit("after"));
  g.add_edge(kStart, "ask").add_edge("ask", "after");
  return g.compile({.saver = std::make_shared<MemorySaver>()});
}

TEST(Interrupt, StopsAndGoesOnWithTheAnswer) {
  const auto calls = std::make_shared<int>(0);
  const auto graph = asking(calls);
  const auto stopped = run(graph.run(Trail{.items = {"in"}}, {.thread_id = "t"}));
  ASSERT_EQ(stopped.interrupts.size(), 1U);
  EXPECT_EQ(stopped.interrupts[0].value, json::value("sure?"));
  EXPECT_EQ(stopped.interrupts[0].node, "ask");
  EXPECT_EQ(stopped.next, Items{"ask"});
  EXPECT_EQ(stopped.values.items, Items{"in"});

  const auto ended = run(graph.run(Resume{.answer = json::value("yes")}, {.thread_id = "t"}));
  EXPECT_TRUE(ended.ended());
  EXPECT_EQ(ended.values.items, (Items{"in", "sure?\"yes\"", "after"}));
  EXPECT_EQ(*calls, 2) << "the node runs again from its top";
}

TEST(Interrupt, IsSeenInTheThreadsState) {
  const auto graph = asking();
  run(graph.run(Trail{}, {.thread_id = "t"}));
  const auto state = run(graph.get_state("t"));
  ASSERT_EQ(state->interrupts.size(), 1U);
  EXPECT_EQ(state->tasks.at(0).interrupts, state->interrupts);
  EXPECT_EQ(state->next, Items{"ask"});
  EXPECT_FALSE(state->tasks.at(0).error.has_value());
}

TEST(Interrupt, NullIsAnAnswer) {
  const auto graph = asking();
  run(graph.run(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value(nullptr)}, {.thread_id = "t"})).items,
            (Items{"sure?null", "after"}));
}

TEST(Interrupt, InvokeSaysThatTheRunWaits) {
  const auto graph = asking();
  const std::string message = message_of<GraphError>([&] { run(graph.invoke(Trail{}, {.thread_id = "t"})); });
  EXPECT_NE(message.find("stopped before 'ask'"), std::string::npos) << message;
}

TEST(Interrupt, NeedsAThread) {
  auto g = trail_graph();
  g.add_node("ask", ask("sure?")).add_edge(kStart, "ask");
  const std::string message = message_of<NodeError>([&] { run(g.compile().invoke(Trail{})); });
  EXPECT_NE(message.find("no thread to wait in"), std::string::npos) << message;
}

TEST(Interrupt, SeveralQuestionsOfOneNodeAreAnsweredInTheOrderOfAsking) {
  auto g = trail_graph();
  g.add_node("ask", [](const Trail&, Context& context) {
    const auto name = context.interrupt("name?");
    const auto age = context.interrupt("colour?");
    return update(&Trail::items, {serialize(name), serialize(age)});
  });
  g.add_edge(kStart, "ask");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const auto first = run(graph.run(Trail{}, {.thread_id = "t"}));
  const auto second = run(graph.run(Resume{.answer = json::value("Ada")}, {.thread_id = "t"}));
  ASSERT_EQ(second.interrupts.size(), 1U);
  EXPECT_EQ(second.interrupts[0].value, json::value("colour?"));
  EXPECT_NE(second.interrupts[0].id, first.interrupts[0].id);
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value("red")}, {.thread_id = "t"})).items,
            (Items{"\"Ada\"", "\"red\""}));
}

Graph<Trail> two_ask_one_works(const std::shared_ptr<int>& works) {
  auto g = trail_graph();
  g.add_node("a", ask("a?")).add_node("b", ask("b?"));
  g.add_node("work", [works](const Trail&) {
    ++*works;
    return update(&Trail::items, {"work"});
  });
  g.fan_out(kStart, {"a", "b", "work"});
  return g.compile({.saver = std::make_shared<MemorySaver>()});
}

TEST(Interrupt, SiblingsFinishAndAreNotRunAgain) {
  const auto works = std::make_shared<int>(0);
  const auto graph = two_ask_one_works(works);
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(stopped.values.items, Items{"work"}) << "the result has what finished";
  ASSERT_EQ(stopped.interrupts.size(), 2U) << "all questions of a super-step are reported together";
  EXPECT_EQ(run(graph.get_state("t"))->values.items, Items{"work"});

  const auto end = run(graph.invoke(Resume{.answers = {{stopped.interrupts[0].id, json::value(1)},
                                                       {stopped.interrupts[1].id, json::value(2)}}},
                                    {.thread_id = "t"}));
  EXPECT_EQ(end.items, (Items{"a?1", "b?2", "work"}));
  EXPECT_EQ(*works, 1);
}

TEST(Interrupt, AnswersMayComeOneByOne) {
  const auto graph = two_ask_one_works(std::make_shared<int>(0));
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}));
  const auto half =
      run(graph.run(Resume{.answers = {{stopped.interrupts[1].id, json::value(2)}}}, {.thread_id = "t"}));
  ASSERT_EQ(half.interrupts.size(), 1U);
  EXPECT_EQ(half.interrupts[0], stopped.interrupts[0]);
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value(1)}, {.thread_id = "t"})).items,
            (Items{"a?1", "b?2", "work"}));
}

TEST(Interrupt, AWrongAnswerIsAnErrorThatHelps) {
  const auto graph = two_ask_one_works(std::make_shared<int>(0));
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}));
  const auto refused = [&](Resume resume, std::string thread) {
    return message_of<GraphError>(
        [&] { run(graph.run(std::move(resume), {.thread_id = std::move(thread)})); });
  };
  const std::string several = refused(Resume{.answer = json::value(1)}, "t");
  EXPECT_NE(several.find("waits for 2 answers"), std::string::npos) << several;
  EXPECT_NE(several.find(stopped.interrupts[0].id), std::string::npos) << several;
  const std::string unknown = refused(Resume{.answers = {{"no such id", json::value(1)}}}, "t");
  EXPECT_NE(unknown.find("no such question"), std::string::npos) << unknown;
  EXPECT_NE(refused(Resume{}, "never begun").find("has not begun"), std::string::npos);
  run(graph.run(Resume{.answers = {{stopped.interrupts[0].id, json::value(1)},
                                   {stopped.interrupts[1].id, json::value(2)}}},
                {.thread_id = "t"}));
  const std::string nothing = refused(Resume{.answer = json::value(1)}, "t");
  EXPECT_NE(nothing.find("waits for no answer"), std::string::npos) << nothing;
}

TEST(Interrupt, ResumedWithoutAnAnswerItAsksTheSameAgain) {
  const auto graph = asking();
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.run(Resume{}, {.thread_id = "t"})).interrupts, stopped.interrupts);
}

TEST(Interrupt, NewInputLeavesTheQuestionBehind) {
  const auto graph = asking();
  run(graph.run(Trail{.items = {"one"}}, {.thread_id = "t"}));
  const auto again = run(graph.run(update(&Trail::items, {"two"}), {.thread_id = "t"}));
  EXPECT_EQ(again.values.items, (Items{"one", "two"}));
  EXPECT_EQ(again.interrupts.size(), 1U);
}

TEST(Interrupt, IsNeitherRetriedNorHandledAsAnError) {
  auto g = trail_graph();
  g.add_node("ask", ask("sure?")).retry(3).on_error([](const Trail&, const NodeError&) {
    return update(&Trail::items, {"handled"});
  });
  g.add_edge(kStart, "ask");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_EQ(run(graph.run(Trail{}, {.thread_id = "t"})).interrupts.size(), 1U);
}

TEST(Interrupt, WorksInANodeWithATimeLimitAndInASend) {
  auto g = trail_graph();
  g.add_node("ask", [](const std::string& about, Context& context) -> base::Task<Update<Trail>> {
     co_return update(&Trail::items, {about + serialize(context.interrupt(json::value(about)))});
   }).timeout(1h);
  g.add_conditional_edges(kStart, [](const Trail&) {
    Targets targets;
    for (const char* about : {"x", "y"}) targets.emplace_back(Send("ask", std::string(about)));
    return targets;
  });
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}));
  ASSERT_EQ(stopped.interrupts.size(), 2U);
  EXPECT_NE(stopped.interrupts[0].id, stopped.interrupts[1].id);
  EXPECT_EQ(run(graph.invoke(Resume{.answers = {{stopped.interrupts[0].id, json::value(1)},
                                                {stopped.interrupts[1].id, json::value(2)}}},
                             {.thread_id = "t"}))
                .items,
            (Items{"x1", "y2"}));
}

TEST(Interrupt, IsToldInTheStreams) {
  const auto graph = asking();
  std::vector<std::string> told;
  CallbackSink sink([&](const StreamEvent& event) { told.push_back(serialize(event.data)); });
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}, StreamMode::kUpdates, &sink));
  EXPECT_EQ(told,
            Items{R"({"__interrupt__":[{"value":"sure?","id":")" + stopped.interrupts[0].id + R"("}]})"});
}

Graph<Trail> chain() {
  auto g = trail_graph("chain");
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c");
  return g.compile({.saver = std::make_shared<MemorySaver>()});
}

TEST(Breakpoint, StopsBeforeANodeAndPassesItWhenResumed) {
  const auto graph = chain();
  const RunConfig config{.thread_id = "t", .interrupt_before = {"b"}};
  const auto stopped = run(graph.run(Trail{}, config));
  EXPECT_EQ(stopped.values.items, Items{"a"});
  EXPECT_EQ(stopped.next, Items{"b"});
  EXPECT_TRUE(stopped.interrupts.empty());
  EXPECT_EQ(run(graph.invoke(Resume{}, config)).items, (Items{"a", "b", "c"}));
}

TEST(Breakpoint, StopsAfterANode) {
  const auto graph = chain();
  const RunConfig config{.thread_id = "t", .interrupt_after = {"a", "c"}};
  EXPECT_EQ(run(graph.run(Trail{}, config)).next, Items{"b"});
  EXPECT_EQ(run(graph.invoke(Resume{}, config)).items, (Items{"a", "b", "c"})) << "the end is no breakpoint";
}

TEST(Breakpoint, AStarStopsAtEveryStep) {
  const auto graph = chain();
  const RunConfig config{.thread_id = "t", .interrupt_before = {"*"}};
  EXPECT_EQ(run(graph.run(Trail{}, config)).next, Items{"a"});
  EXPECT_EQ(run(graph.run(Resume{}, config)).next, Items{"b"});
  EXPECT_EQ(run(graph.run(Resume{}, config)).next, Items{"c"});
  EXPECT_TRUE(run(graph.run(Resume{}, config)).ended());
}

}  // namespace
}  // namespace pharos::graph
