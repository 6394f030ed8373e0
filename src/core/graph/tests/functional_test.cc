// Tasks whose results are recorded, in workflows and in nodes.
#include "core/graph/functional.h"

#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

const RunConfig kThread{.thread_id = "t"};

CompileOptions with_memory() {
  return {.saver = std::make_shared<MemorySaver>()};
}

/// A task that counts its runs, and fails as long as `failures` is not used up.
struct Counting {
  int operator()(int number) const {
    ++*runs;
    if (*failures > 0) {
      --*failures;
      throw base::Error(base::Code::kUnavailable, "the lamp is out");
    }
    return number + 1;
  }

  std::shared_ptr<int> runs = std::make_shared<int>(0);
  std::shared_ptr<int> failures = std::make_shared<int>(0);
};

TEST(Task, IsNotRunAgainWhenItsWorkflowGoesOnAfterAFailure) {
  const Counting first;
  const Counting second;
  *second.failures = 1;
  const auto workflow = entrypoint(
      "w",
      [first, second](const int& input, Context& context) -> base::Task<int> {
        const int one = co_await task(context, "first", first, input);
        co_return co_await task(context, "second", second, one);
      },
      with_memory());
  EXPECT_THROW(run(workflow.invoke(1, kThread)), NodeError);
  EXPECT_EQ(run(workflow.invoke(Resume{}, kThread)), 3);
  EXPECT_EQ(*first.runs, 1);
  EXPECT_EQ(*second.runs, 2);
  EXPECT_EQ(run(workflow.invoke(1, kThread)), 3);
  EXPECT_EQ(*first.runs, 2) << "new input is a new run";
}

TEST(Task, IsKeptWhateverTheDurability) {
  for (const Durability durability : {Durability::kSync, Durability::kAsync, Durability::kExit}) {
    const Counting counting;
    const auto workflow = entrypoint(
        "w",
        [counting](const int& input, Context& context) -> base::Task<int> {
          const int one = co_await task(context, "count", counting, input);
          co_return one + static_cast<int>(context.interrupt("more?").as_int64());
        },
        with_memory());
    const RunConfig config{.thread_id = "t", .durability = durability};
    EXPECT_FALSE(run(workflow.run(1, config)).values.has_value());
    EXPECT_EQ(run(workflow.invoke(Resume{.answer = 40}, config)), 42);
    EXPECT_EQ(*counting.runs, 1);
  }
}

TEST(Task, IsTriedAgainAsItsOptionsSay) {
  const Counting counting;
  *counting.failures = 2;
  const auto workflow = entrypoint("w", [counting](const int& input, Context& context) -> base::Task<int> {
    co_return co_await task(context,
                            {.name = "count", .retry = RetryPolicy{.max_attempts = 3, .initial_wait = 0s}},
                            counting, input);
  });
  EXPECT_EQ(run(workflow.invoke(1)), 2);
  EXPECT_EQ(*counting.runs, 3);
}

TEST(Task, IsNotRunAgainByARetryOfItsNode) {
  const Counting first;
  const Counting second;
  *second.failures = 1;
  StateGraph<Trail> g{"g"};
  g.add_node("n", [first, second](const Trail& state, Context& context) -> base::Task<Update<Trail>> {
     const int one = co_await task(context, "first", first, state.x);
     co_return update(&Trail::x, co_await task(context, "second", second, one));
   }).retry({.initial_wait = 0s});
  g.add_edge(kStart, "n");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).x, 2);
  EXPECT_EQ(*first.runs, 1);
}

TEST(Task, RunsAgainInTheNextStep) {
  const Counting counting;
  StateGraph<Trail> g{"g"};
  g.add_node("n", [counting](const Trail& state, Context& context) -> base::Task<Update<Trail>> {
    co_return update(&Trail::x, co_await task(context, "count", counting, state.x));
  });
  g.add_edge(kStart, "n").add_conditional_edges("n", [](const Trail& state) {
    return state.x < 3 ? "n" : kEnd;
  });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).x, 3);
  EXPECT_EQ(*counting.runs, 3);
}

TEST(Task, SeveralRunSideBySide) {
  base::ManualClock clock;
  const auto workflow =
      entrypoint("w",
                 [](const int& input, Context& context) -> base::Task<std::string> {
                   const auto wait = [](int seconds, Context& own) -> base::Task<int> {
                     co_await own.clock().sleep_until(own.clock().now() + std::chrono::seconds(seconds));
                     co_return seconds;
                   };
                   std::vector<base::Task<int>> all;
                   for (int i = 1; i <= input; ++i) all.push_back(task(context, "wait", wait, i));
                   const std::vector<int> waited = co_await together(std::move(all));
                   auto [text, number] = co_await together(
                       task(context, "text", [] { return std::string("s"); }), task(context, "one", wait, 1));
                   std::string told = text + std::to_string(number);
                   for (const int each : waited) told += std::to_string(each);
                   co_return told;
                 },
                 {.clock = &clock});
  Loop loop;
  const auto started = loop.start(workflow.invoke(3));
  loop.advance(clock, 3s);
  loop.advance(clock, 1s);
  EXPECT_EQ(started->take(), "s1123") << "in 3 + 1 seconds, and in order";
}

TEST(Task, ThatFailsCancelsThoseBesideItAndWhatHasFinishedIsKept) {
  base::ManualClock clock;
  const Counting quick;
  const auto slow_runs = std::make_shared<int>(0);
  const auto broken = std::make_shared<bool>(true);
  const auto workflow = entrypoint("w",
                                   [=](const int& input, Context& context) -> base::Task<int> {
                                     const auto slow = [slow_runs](Context& own) -> base::Task<int> {
                                       ++*slow_runs;
                                       co_await own.clock().sleep_until(own.clock().now() + 1h);
                                       co_return 1;
                                     };
                                     const auto fails = [broken](Context& own) -> base::Task<int> {
                                       co_await own.clock().sleep_until(own.clock().now() + 1s);
                                       if (*broken) throw base::Error(base::Code::kUnavailable, "not yet");
                                       co_return 1;
                                     };
                                     auto [a, b, c] = co_await together(task(context, "quick", quick, input),
                                                                        task(context, "slow", slow),
                                                                        task(context, "fails", fails));
                                     co_return a + b + c;
                                   },
                                   {.clock = &clock, .saver = std::make_shared<MemorySaver>()});
  Loop loop;
  const auto first = loop.start(workflow.invoke(1, kThread));
  loop.advance(clock, 1s);
  EXPECT_THROW(first->take(), NodeError);
  *broken = false;
  const auto second = loop.start(workflow.invoke(Resume{}, kThread));
  loop.advance(clock, 1h);
  EXPECT_EQ(second->take(), 4);
  EXPECT_EQ(*quick.runs, 1);
  EXPECT_EQ(*slow_runs, 2);
}

/// Asks twice and gives back both answers.
std::string ask_twice(const std::string& about, Context& context) {
  const std::string first(context.interrupt(json::string(about + "1")).as_string());
  return first + std::string(context.interrupt(json::string(about + "2")).as_string());
}

TEST(Task, MayAskAndTheQuestionsOfItsWorkflowStayApart) {
  const auto workflow = entrypoint(
      "w",
      [](const std::string& about, Context& context) -> base::Task<std::string> {
        const std::string own(context.interrupt("own").as_string());
        const std::string asked = co_await task(context, "ask", ask_twice, about);
        co_return own + asked + std::string(context.interrupt("last").as_string());
      },
      with_memory());
  Items questions;
  auto outcome = run(workflow.run("q", kThread));
  for (const char* answer : {"a", "b", "c", "d"}) {
    ASSERT_EQ(outcome.interrupts.size(), 1U);
    questions.emplace_back(outcome.interrupts[0].value.as_string());
    outcome = run(workflow.run(Resume{.answer = answer}, kThread));
  }
  EXPECT_EQ(questions, (Items{"own", "q1", "q2", "last"}));
  EXPECT_EQ(outcome.values, "abcd");
}

TEST(Task, SeveralMayAskAtOnce) {
  const auto workflow = entrypoint(
      "w",
      [](const std::string&, Context& context) -> base::Task<std::string> {
        auto [a, b] = co_await together(task(context, "a", ask_twice, std::string("a")),
                                        task(context, "b", ask_twice, std::string("b")));
        co_return a + b;
      },
      with_memory());
  auto outcome = run(workflow.run("", kThread));
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(outcome.interrupts.size(), 2U) << round;
    std::map<std::string, json::value> answers;
    for (const Interrupt& each : outcome.interrupts) answers[each.id] = each.node + std::to_string(round);
    outcome = run(workflow.run(Resume{.answers = answers}, kThread));
  }
  EXPECT_EQ(outcome.values, "a0a1b0b1");
}

TEST(Task, MayCallTasks) {
  const Counting counting;
  const auto workflow = entrypoint(
      "w",
      [counting](const int& input, Context& context) -> base::Task<int> {
        const auto outer = [counting](int number, Context& own) -> base::Task<int> {
          const int once = co_await task(own, "inner", counting, number);
          co_return co_await task(own, "inner", counting, once);
        };
        const int result = co_await task(context, "outer", outer, input);
        context.interrupt("go on?");
        co_return result;
      },
      with_memory());
  run(workflow.run(2, kThread));
  EXPECT_EQ(run(workflow.invoke(Resume{.answer = nullptr}, kThread)), 4);
  EXPECT_EQ(*counting.runs, 2);
}

TEST(Task, RunsAgainAtAForkOfItsCheckpoint) {
  const Counting counting;
  const auto workflow = entrypoint(
      "w",
      [counting](const int& input, Context& context) -> base::Task<int> {
        co_return co_await task(context, "count", counting, input);
      },
      with_memory());
  run(workflow.invoke(1, kThread));
  std::string start;
  for (const auto& each : run(workflow.graph().get_state_history("t"))) {
    if (each.next == Items{"w"}) start = each.checkpoint_id;
  }
  EXPECT_EQ(run(workflow.invoke(Resume{}, {.thread_id = "t", .checkpoint_id = start})), 2);
  EXPECT_EQ(*counting.runs, 2);
}

TEST(Workflow, FindsWhatItsLastRunLeft) {
  const auto sum = entrypoint(
      "sum",
      [](const int& input, const std::optional<int>& previous, Context&) {
        return input + previous.value_or(0);
      },
      with_memory());
  EXPECT_EQ(run(sum.invoke(1, kThread)), 1);
  EXPECT_EQ(run(sum.invoke(1, kThread)), 2);
  EXPECT_EQ(run(sum.invoke(1, {.thread_id = "other"})), 1);
}

TEST(Workflow, MayLeaveSomethingElseThanItGivesBack) {
  const auto last = entrypoint(
      "last",
      [](const std::string& input, const std::optional<int>& previous,
         Context&) -> base::Task<Final<std::string, int>> {
        const int number = previous.value_or(0) + 1;
        co_return Final<std::string, int>{.value = input + std::to_string(number), .save = number};
      },
      with_memory());
  EXPECT_EQ(run(last.invoke("a", kThread)), "a1");
  EXPECT_EQ(run(last.invoke("b", kThread)), "b2");
}

TEST(Workflow, WithoutASaverRunsInOneGo) {
  const Counting counting;
  const auto workflow = entrypoint("w", [counting](const int& input, Context& context) -> base::Task<int> {
    co_return co_await task(context, "count", counting, input);
  });
  EXPECT_EQ(run(workflow.invoke(1)), 2);
  EXPECT_THROW(run(workflow.invoke(Resume{})), GraphError);
}

}  // namespace
}  // namespace pharos::graph
