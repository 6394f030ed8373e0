// Runs one by one: how they are asked for, how they end, what their threads are like then.
#include "platform/runs/runs.h"

#include <gmock/gmock.h>

#include "platform/jobs/queue.h"
#include "platform/runs/direct_run.h"
#include "platform/runs/local_end.h"
#include "platform/runs/tests/support.h"

namespace pharos::runs {
namespace {

using namespace testing_support;
using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kAsk = R"(
name: ask
state:
  answer: any
  said: {type: array, reducer: append}
nodes:
  before: {kind: set, write: {said: before}}
  ask: {kind: approve, ask: "go on?", answer: answer}
  after: {kind: set, write: {said: "{state.answer}"}}
edges:
  - start -> before -> ask -> after -> end
)";
constexpr const char* kFails = R"(
name: fails
state:
  said: {type: array, reducer: append}
nodes:
  before: {kind: set, write: {said: before}}
  fail: {kind: fail}
edges:
  - start -> before -> fail -> end
)";

template <class Kind>
struct RunsOf : Service<Kind> {
  RunsOf() {
    this->graphs.add(kAsk);
    this->graphs.add(kFails);
  }
  std::string add_thread() { return this->make_thread().thread_id; }
  static NewRun of(const std::string& graph, json::value input = json::object()) {
    NewRun wanted{.assistant_id = graph};
    wanted.request.input = std::move(input);
    return wanted;
  }
  static NewRun command(const std::string& graph, json::object said) {
    NewRun wanted{.assistant_id = graph};
    wanted.request.command = std::move(said);
    return wanted;
  }
  RunEnd done(const std::string& thread, const NewRun& wanted) {
    return this->end_of(this->start(thread, wanted).run_id).value();
  }
  ThreadStatus status(const std::string& thread) { return wait(this->threads.get(kNora, thread)).status; }
  std::string refusal(const NewRun& wanted) {
    try {
      this->start(add_thread(), wanted);
    } catch (const base::Error& error) {
      EXPECT_TRUE(base::is_users_mistake(error.code()));
      return error.what();
    }
    return "nothing was refused";
  }
};
TYPED_TEST_SUITE(RunsOf, Kinds);

TYPED_TEST(RunsOf, AskAndAreAnswered) {
  const auto worker = this->make_worker();
  const std::string thread = this->add_thread();
  const RunEnd asked = this->done(thread, this->of("ask"));
  EXPECT_EQ(asked.status, RunStatus::kSuccess);
  ASSERT_EQ(asked.interrupts.size(), 1U);
  EXPECT_EQ(answer_of(asked).at("__interrupt__").at(0), asked.interrupts[0]);
  EXPECT_EQ(this->status(thread), ThreadStatus::kInterrupted);
  const json::object open = wait(this->threads.get(kNora, thread)).interrupts;
  EXPECT_EQ(open.begin()->value().at(0), asked.interrupts[0]);

  // One that comes later, and is stopped before its time, takes no question away.
  NewRun later = this->of("ask");
  later.after_seconds = 60;
  const std::string stopped = this->start(thread, later).run_id;
  EXPECT_TRUE(wait(this->runs.cancel(kNora, thread, stopped, Ending::kInterrupt)));
  EXPECT_EQ(this->status(thread), ThreadStatus::kInterrupted);

  const RunEnd answered = this->done(thread, this->command("ask", {{"resume", "yes"}}));
  EXPECT_EQ(answered.values.at("answer"), json::value("yes"));
  EXPECT_EQ(this->status(thread), ThreadStatus::kIdle);
  EXPECT_TRUE(wait(this->threads.get(kNora, thread)).interrupts.empty());

  // By the question's id.
  const std::string other = this->add_thread();
  const json::value id = this->done(other, this->of("ask")).interrupts.at(0).at("id");
  const RunEnd by_id =
      this->done(other, this->command("ask", {{"resume", json::object{{id.as_string(), "aye"}}}}));
  EXPECT_EQ(by_id.values.at("answer"), json::value("aye"));
}

TYPED_TEST(RunsOf, StopWhereTheyAreToldTo) {
  const auto worker = this->make_worker();
  this->gates.open_all();
  const std::string thread = this->add_thread();
  NewRun wanted = this->tagged("1");
  wanted.request.interrupt_before = {"b"};
  const RunEnd end = this->done(thread, wanted);
  EXPECT_EQ(end.values.at("items"), json::value(json::array({"a1"})));
  EXPECT_EQ(this->status(thread), ThreadStatus::kInterrupted);
  NewRun on;
  on.request.input = nullptr;
  on.assistant_id = "two_steps";
  EXPECT_EQ(this->done(thread, on).values.at("items"), json::value(json::array({"a1", "b1"})));
  // Back to an earlier checkpoint, and another way from there.
  const auto history = wait(this->threads.history(kNora, thread, {}));
  NewRun fork = this->command("two_steps", {{"update", {{"tag", "2"}}}, {"goto", "b"}});
  fork.request.checkpoint_id = history.at(2).snapshot->checkpoint_id;
  const RunEnd forked = this->done(thread, fork);
  EXPECT_EQ(forked.status, RunStatus::kSuccess) << forked.error;
  EXPECT_EQ(forked.values.at("tag"), json::value("2"));
}

TYPED_TEST(RunsOf, FailAndSayWhy) {
  const auto worker = this->make_worker();
  const std::string thread = this->add_thread();
  NewRun wanted = this->of("fails");
  wanted.request.webhook = "http://hook.test/";
  const RunEnd end = this->done(thread, wanted);
  EXPECT_EQ(end.status, RunStatus::kError);
  EXPECT_EQ(end.error_name, "NodeError");
  EXPECT_THAT(end.error, HasSubstr("the lamp is out"));
  EXPECT_EQ(answer_of(end).at("__error__").at("error"), json::value("NodeError"));
  const Thread left = wait(this->threads.get(kNora, thread));
  EXPECT_EQ(left.status, ThreadStatus::kError);
  EXPECT_EQ(left.error, end.error);
  EXPECT_EQ(left.values->at("said"), json::value(json::array({"before"})));
  ASSERT_EQ(this->told.size(), 1U);
  EXPECT_EQ(this->told[0].first, "http://hook.test/");
  EXPECT_EQ(this->told[0].second.at("status"), json::value("error"));

  NewRun short_one = this->tagged("1");
  short_one.request.config["recursion_limit"] = 1;
  EXPECT_EQ(this->done(this->add_thread(), short_one).error_name, "GraphRecursionError");
}

constexpr const char* kTells = R"(
name: tells
context: {tone: {type: string, default: friendly}, name: string}
state: {said: string}
nodes:
  say: {kind: set, write: {said: "{context.tone} {context.name}"}}
edges:
  - start -> say -> end
)";

TYPED_TEST(RunsOf, TellTheirNodesWhatTheyAreToldThemselves) {
  this->graphs.add(kTells);
  const auto worker = this->make_worker();
  NewAssistant wanted{.graph_id = "tells"};
  wanted.config["configurable"] = json::object{{"name", "Ann"}, {"thread_id", "t"}};
  wanted.context["tone"] = "stern";
  const std::string assistant = wait(this->assistants.create(kNora, wanted)).assistant_id;
  const auto said = [&](const std::string& by, json::object context, json::object configurable) {
    NewRun run{.assistant_id = by};
    run.request.input = json::object();
    run.request.context = std::move(context);
    if (!configurable.empty()) run.request.config["configurable"] = std::move(configurable);
    return this->done(this->add_thread(), run).values.at("said");
  };
  EXPECT_EQ(said("tells", {}, {}), "friendly ");
  EXPECT_EQ(said(assistant, {}, {}), "stern Ann");
  EXPECT_EQ(said(assistant, {{"tone", "mild"}}, {}), "mild Ann");
  EXPECT_EQ(said(assistant, {}, {{"name", "Bo"}, {"more", 1}}), "stern Bo") << "as older clients say it";
  EXPECT_EQ(code_of([&] { said("tells", {{"tone", 5}}, {}); }), Code::kInvalidInput);
}

TYPED_TEST(RunsOf, TakeNoLongerThanTheyMay) {
  const auto worker = this->make_worker(10, 1min);
  const std::string thread = this->add_thread();
  const std::string run = this->start(thread, this->tagged("1")).run_id;
  this->gates.await(run);
  this->pass(2min);
  EXPECT_EQ(this->end_of(run)->status, RunStatus::kTimeout);
  EXPECT_EQ(this->status_of(thread, run), RunStatus::kTimeout);
  EXPECT_EQ(this->status(thread), ThreadStatus::kError);
}

TYPED_TEST(RunsOf, AreRefusedWithASentence) {
  EXPECT_THAT(this->refusal(this->of("nowhere")), HasSubstr("there is no assistant 'nowhere'"));
  EXPECT_THAT(this->refusal(this->of("two_steps", "text")), HasSubstr("input: must be an object"));
  EXPECT_THAT(this->refusal(this->of("two_steps", json::object{{"unknown", 1}})), HasSubstr("unknown"));
  EXPECT_THAT(this->refusal(this->of("two_steps", json::object{{"tag", 1}})), HasSubstr("tag"));
  const auto refused = [&](json::object said) { return this->refusal(this->command("two_steps", said)); };
  EXPECT_THAT(refused({{"jump", 1}}), HasSubstr("command.jump: must be left out"));
  EXPECT_THAT(refused({{"goto", 1}}), HasSubstr("command.goto: must be the name of a node"));
  EXPECT_THAT(refused({{"goto", json::array{json::value("a"), json::value(2)}}}),
              HasSubstr("command.goto[1]"));
  EXPECT_THAT(refused({{"goto", json::object{{"node", 2}}}}),
              HasSubstr("command.goto: must be the name of a node"));
  EXPECT_THAT(refused({{"update", 1}}), HasSubstr("command.update: must be an object"));
  EXPECT_THAT(refused({{"update", json::array{json::value(1)}}}), HasSubstr("command.update"));
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 0);
  EXPECT_EQ(code_of([&] { this->start("nowhere", this->tagged("1")); }), Code::kNotFound);
  NewRun makes = this->tagged("1");
  makes.creates_thread = true;
  this->start("new one", makes);
  EXPECT_EQ(this->status("new one"), ThreadStatus::kBusy);
}

TYPED_TEST(RunsOf, AreListedStoppedAndRemoved) {
  const auto worker = this->make_worker();
  const std::string thread = this->add_thread();
  std::vector<std::string> ids;
  for (const char* tag : {"1", "2", "3", "4"}) {
    ids.push_back(this->start(thread, this->tagged(tag)).run_id);
    this->clock.advance(1s);
  }
  this->gates.await(ids[0]);
  const auto list = [&](RunQuery query) {
    std::vector<std::string> found;
    for (const auto& run : wait(this->runs.list(kNora, thread, query))) found.push_back(run.run_id);
    return found;
  };
  EXPECT_THAT(list({}), ElementsAre(ids[3], ids[2], ids[1], ids[0])) << "the newest first";
  EXPECT_THAT(list({.status = RunStatus::kRunning}), ElementsAre(ids[0]));
  EXPECT_THAT(list({.limit = 2, .offset = 1}), ElementsAre(ids[2], ids[1]));
  EXPECT_EQ(code_of([&] { wait(this->runs.get(kNora, "other", ids[0])); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->runs.cancel(kSam, thread, ids[0], Ending::kInterrupt)); }),
            Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->runs.remove(kNora, thread, ids[1])); }), Code::kConflict);
  EXPECT_EQ(wait(this->runs.cancel_all(kNora, thread, {ids[2]}, {}, Ending::kRollback)), 1);
  EXPECT_EQ(wait(this->runs.cancel_all(kNora, thread, {}, RunStatus::kPending, Ending::kInterrupt)), 2);
  EXPECT_EQ(wait(this->runs.cancel_all(kSam, {}, {}, {}, Ending::kInterrupt)), 0);
  EXPECT_EQ(wait(this->runs.cancel_all(kNora, {}, {}, {}, Ending::kInterrupt)), 1);
  this->end_of(ids[0]);
  EXPECT_THAT(list({.status = RunStatus::kInterrupted}), ElementsAre(ids[3], ids[1], ids[0]));
  wait(this->runs.remove(kNora, thread, ids[1]));
  EXPECT_EQ(list({}).size(), 2U);
  EXPECT_EQ(this->status(thread), ThreadStatus::kIdle);
  const RunEnd end = *this->end_of(ids[0]);
  EXPECT_EQ(end.error_name, "UserInterrupt");
}

/// Those without a thread go with it as they end, between being looked for and being cancelled.
TYPED_TEST(RunsOf, AreCancelledTogetherAsTheyEnd) {
  const auto worker = this->make_worker();
  this->gates.open_all();
  NewRun wanted = this->tagged("1");
  wanted.request.deletes_thread = true;
  for (int round = 0; round < 20; ++round) {
    const std::vector<Run> made = wait(this->runs.create_all(kNora, {wanted, wanted, wanted}));
    EXPECT_LE(wait(this->runs.cancel_all(kNora, {}, {}, {}, Ending::kInterrupt)), 3);
    for (const Run& each : made) this->end_of(each.run_id);
  }
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 0);
}

/// Whoever makes a run hears of its end from the program that does it, else from the database.
TYPED_TEST(RunsOf, TellTheirEndWithinTheProgram) {
  this->gates.open_all();
  const auto made = [this](const std::string& thread) {
    NewRun wanted = this->tagged("1");
    wanted.local_end = std::make_shared<LocalEnd>();
    const std::string id = this->start(thread, wanted).run_id;
    return std::pair(id, wanted.local_end);
  };
  const auto values_of = [this](const std::string& id, const std::shared_ptr<LocalEnd>& local_end) {
    EndWatch end(this->queue, kNora, id, local_end);
    wait(end.is_over());
    return end.end().value().values;
  };
  const json::object expected{{"tag", "1"}, {"items", {"a1", "b1"}}};
  const auto [queued, unheard] = made(this->add_thread());
  EXPECT_FALSE(unheard->has_begun) << "nobody is there to begin it";
  const auto worker = this->make_worker();
  EXPECT_EQ(values_of(queued, unheard), expected);
  EXPECT_FALSE(unheard->get());
  auto [begun, heard] = made(this->add_thread());
  // The worker begins nothing by itself before it has found that nobody waits.
  while (!heard->has_begun) std::tie(begun, heard) = made(this->add_thread());
  EXPECT_EQ(values_of(begun, heard), expected);
  EXPECT_EQ(heard->get().value().values, expected);
}

TYPED_TEST(RunsOf, AreMadeAllOrNone) {
  NewRun wanted = this->tagged("1");
  EXPECT_EQ(wait(this->runs.create_all(kNora, {wanted, wanted})).size(), 2U);
  EXPECT_EQ(code_of([&] { wait(this->runs.create_all(kNora, {wanted, this->of("nowhere")})); }),
            Code::kNotFound);
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 2);
}

/// Somebody has ended the job, not the run.
TYPED_TEST(RunsOf, EndWithTheirJobs) {
  const std::string thread = this->add_thread();
  const std::string first = this->start(thread, this->tagged("1")).run_id;
  const std::string second = this->start(thread, this->tagged("2")).run_id;
  wait(this->queue.cancel(kNora, first));
  wait(this->runs.sweep());
  EXPECT_EQ(this->status_of(thread, first), RunStatus::kPending) << "it may be on its way";
  this->clock.advance(11s);
  wait(this->runs.sweep());
  EXPECT_EQ(this->status_of(thread, first), RunStatus::kInterrupted);
  const auto worker = this->make_worker();
  this->gates.open_all();
  this->end_of(second);
  EXPECT_EQ(this->status_of(thread, second), RunStatus::kSuccess) << "the thread goes on";
}

TYPED_TEST(RunsOf, GoOnThoughTheirAssistantWasDeleted) {
  const Assistant made = wait(this->assistants.create(kNora, {.graph_id = "two_steps"}));
  const std::string thread = this->add_thread();
  NewRun wanted = this->tagged("1");
  wanted.assistant_id = made.assistant_id;
  const std::string run = this->start(thread, wanted).run_id;
  wait(this->assistants.remove(kNora, made.assistant_id));
  this->gates.open_all();
  const auto worker = this->make_worker();
  EXPECT_EQ(this->end_of(run)->status, RunStatus::kSuccess);
  // Nor is there anything to do when the graph itself is gone.
  const std::string late = this->start(thread, this->of("ask")).run_id;
  EXPECT_EQ(this->end_of(late)->status, RunStatus::kSuccess);
}

struct DirectRuns : Service<Sqlite> {
  DirectRuns() {
    graphs.add(kAsk);
    graphs.add(kFails);
    gates.open_all();
  }
  DirectRun of(const std::string& graph, json::value input = json::object()) {
    DirectRun run{
        .assistant = wait(assistants.get(kNora, graph)), .graph = graphs.find(graph), .run_id = "r1"};
    run.request.input = std::move(input);
    return run;
  }
  std::vector<std::string> names(DirectRun run) {
    std::vector<std::string> names;
    const auto note = [&names](std::vector<ToldEvent> events) -> base::Task<void> {
      for (const ToldEvent& each : events) names.push_back(each.name);
      co_return;
    };
    wait(follow(std::move(run), strand(), note));
    return names;
  }
};

TEST_F(DirectRuns, GiveTheirEndAndKeepNothing) {
  const RunEnd end = wait(finish(of("two_steps", json::object{{"tag", "1"}})));
  EXPECT_EQ(end.values.at("items"), json::value(json::array({"a1", "b1"})));
  EXPECT_EQ(wait(finish(of("two_steps", nullptr))).status, RunStatus::kSuccess);
  EXPECT_EQ(wait(finish(of("fails"))).error_name, "NodeError");
  EXPECT_EQ(count("SELECT count(*) FROM runs"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM threads"), 0);
}

TEST_F(DirectRuns, TellWhatHappens) {
  DirectRun run = of("two_steps", json::object{{"tag", "1"}});
  run.request.stream.modes = {"updates"};
  EXPECT_THAT(names(run), ElementsAre("metadata", "updates", "updates", "updates"));
  DirectRun fails = of("fails");
  fails.request.stream.modes = {"values"};
  EXPECT_EQ(names(fails).back(), "error");
  const auto leave = [](const std::vector<ToldEvent>&) -> base::Task<void> {
    throw base::Error(Code::kUnavailable, "the client has left");
    co_return;
  };
  EXPECT_EQ(code_of([&] { wait(follow(run, strand(), leave)); }), Code::kUnavailable);
}

TEST_F(DirectRuns, AreRefusedBeforeTheyBegin) {
  const auto refused = [&](auto change) {
    DirectRun run = of("two_steps");
    change(run.request);
    return code_of([&] { check(run); }).has_value();
  };
  EXPECT_FALSE(refused([](RunRequest&) {}));
  EXPECT_TRUE(refused([](RunRequest& request) { request.input = 1; }));
  EXPECT_TRUE(refused([](RunRequest& request) { request.durability = "never"; }));
  EXPECT_TRUE(refused([](RunRequest& request) { request.stream.modes = {"nothing"}; }));
  EXPECT_TRUE(refused([](RunRequest& request) { request.config["recursion_limit"] = 0; }));
  EXPECT_TRUE(refused([](RunRequest& request) { request.config["recursion_limit"] = "many"; }));
  EXPECT_TRUE(refused([](RunRequest& request) { request.config["max_concurrency"] = "all"; }));
}

}  // namespace
}  // namespace pharos::runs
