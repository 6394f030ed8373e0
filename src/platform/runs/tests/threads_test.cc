// Threads as their owners see them: found, sorted, copied, pruned, forgotten; their state now and before.
#include <gmock/gmock.h>

#include "platform/runs/tests/support.h"

namespace pharos::runs {
namespace {

using namespace testing_support;
using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

json::object object(const std::string& text) {
  return base::parse_json(text, "a test's text").as_object();
}

/// `a` and `b` are reached from outside, `hold` is between them.
template <class Kind>
struct ThreadsOf : Service<Kind> {
  std::string add(const std::string& id, const std::string& metadata = "{}") {
    return this->make_thread({.id = id, .metadata = object(metadata)}).thread_id;
  }
  /// A thread with these items, written by `a`, one step each.
  std::string with_items(const std::string& id, const std::vector<std::string>& items) {
    NewThread wanted{.id = id, .graph_id = "two_steps"};
    for (const std::string& item : items) {
      SuperStep step;
      step.edits.push_back({.values = {{"items", json::array{json::value(item)}}}, .as_node = "a"});
      wanted.supersteps.push_back(std::move(step));
    }
    return this->make_thread(std::move(wanted)).thread_id;
  }
  std::vector<std::string> find(ThreadQuery query, const Scope& scope = kNora) {
    const std::int64_t count = wait(this->threads.count(scope, query));
    std::vector<std::string> found;
    for (const Thread& each : wait(this->threads.search(scope, query))) found.push_back(each.thread_id);
    if (query.offset == 0 && query.limit >= 10) {
      EXPECT_EQ(count, std::ssize(found));
    }
    return found;
  }
  std::vector<std::string> with_metadata(const std::string& wanted) {
    return find({.metadata = object(wanted), .ascending = true});
  }
  std::string message_of(base::Task<void> task) {
    try {
      wait(std::move(task));
    } catch (const std::exception& error) {
      return error.what();
    }
    return "nothing was refused";
  }
  std::int64_t checkpoints_of(const std::string& id) {
    return std::ssize(wait(this->saver->list({.thread_id = id, .path = {}}, {})));
  }
  /// What a run has left on a thread that it has finished.
  std::string after_a_run(const std::string& id) {
    add(id);
    const std::string run = this->start(id, this->tagged("1")).run_id;
    this->gates.open(run);
    this->end_of(run);
    return run;
  }
};
TYPED_TEST_SUITE(ThreadsOf, Kinds);

TYPED_TEST(ThreadsOf, AreFoundByTheirMetadata) {
  this->add("number", R"({"n": 1})");
  this->add("written_otherwise", R"({"n": 1.0})");
  this->add("text", R"({"n": "1"})");
  this->add("truth", R"({"n": true})");
  this->add("nothing", R"({"n": null})");
  this->add("without");
  this->add("nested", R"({"who": {"name": "Ada", "tags": ["x", {"y": 2}]}, "n": 2})");
  EXPECT_THAT(this->with_metadata(R"({"n": 1})"), ElementsAre("number", "written_otherwise"));
  EXPECT_THAT(this->with_metadata(R"({"n": 1.0})"), ElementsAre("number", "written_otherwise"));
  EXPECT_THAT(this->with_metadata(R"({"n": "1"})"), ElementsAre("text"));
  EXPECT_THAT(this->with_metadata(R"({"n": true})"), ElementsAre("truth"));
  EXPECT_THAT(this->with_metadata(R"({"n": false})"), IsEmpty());
  EXPECT_THAT(this->with_metadata(R"({"n": null})"), ElementsAre("nothing"));
  EXPECT_THAT(this->with_metadata(R"({"n": 2, "who": {"tags": ["x", {"y": 2}], "name": "Ada"}})"),
              ElementsAre("nested"))
      << "members have no order";
  EXPECT_THAT(this->with_metadata(R"({"who": {"name": "Ada", "tags": ["x", {"y": 2.0}]}})"),
              ElementsAre("nested"))
      << "numbers are numbers inside, too";
  EXPECT_THAT(this->with_metadata(R"({"who": {"name": "Ada"}})"), IsEmpty()) << "a part is not the same";
  EXPECT_THAT(this->with_metadata(R"({"who": {"name": "Ada", "tags": [{"y": 2}, "x"]}})"), IsEmpty())
      << "lists have an order";
  EXPECT_THAT(this->with_metadata(R"({"who": {}})"), IsEmpty());
  EXPECT_THAT(this->with_metadata(R"({"a'b\"c.d": 1})"), IsEmpty());
}

TYPED_TEST(ThreadsOf, AreFoundByValuesStatusAndIds) {
  const auto worker = this->make_worker();
  this->with_items("one", {"x"});
  this->with_items("two", {"x", "y"});
  this->add("none");
  this->after_a_run("done");
  EXPECT_THAT(this->find({.values = object(R"({"items": ["x", "y"]})")}), ElementsAre("two"));
  EXPECT_THAT(this->find({.values = object(R"({"items": ["x"], "tag": ""})")}), ElementsAre("one"));
  EXPECT_THAT(this->find({.values = object(R"({"tag": "1"})")}), ElementsAre("done"));
  EXPECT_THAT(this->find({.ids = std::vector<std::string>{"two", "none", "unknown"}}),
              UnorderedElementsAre("two", "none"));
  EXPECT_THAT(this->find({.ids = std::vector<std::string>()}), IsEmpty());
  const std::string run = this->start("none", this->tagged("1")).run_id;
  this->gates.await(run);
  EXPECT_THAT(this->find({.status = ThreadStatus::kBusy}), ElementsAre("none"));
  EXPECT_THAT(this->find({.status = ThreadStatus::kIdle}), UnorderedElementsAre("one", "two", "done"));
}

TYPED_TEST(ThreadsOf, AreSortedAndPaged) {
  for (const char* id : {"c", "a", "d", "b"}) {
    this->add(id);
    this->clock.advance(1s);
  }
  wait(this->threads.change(kNora, "a", {{"touched", true}}, {}));
  EXPECT_THAT(this->find({}), ElementsAre("b", "d", "a", "c")) << "the newest first";
  EXPECT_THAT(this->find({.ascending = true}), ElementsAre("c", "a", "d", "b"));
  EXPECT_THAT(this->find({.sort_by = "thread_id", .ascending = true}), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(this->find({.sort_by = "updated_at"}), ElementsAre("a", "b", "d", "c"));
  EXPECT_THAT(this->find({.sort_by = "status"}), ElementsAre("d", "c", "b", "a"));
  EXPECT_THAT(this->find({.sort_by = "thread_id", .limit = 2, .offset = 1}), ElementsAre("c", "b"));
  EXPECT_THAT(this->find({.limit = 2, .offset = 4}), IsEmpty());
  try {
    this->find({.sort_by = "metadata"});
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("not sorted by 'metadata': say thread_id"));
  }
}

TYPED_TEST(ThreadsOf, AreNotThereForOthers) {
  this->with_items("nora's", {"x"});
  for (const Scope& other : {kNed, kSam}) {
    const auto refused = [&](auto work) { EXPECT_EQ(code_of(work), Code::kNotFound); };
    refused([&] { wait(this->threads.get(other, "nora's")); });
    refused([&] { wait(this->threads.change(other, "nora's", {}, {})); });
    refused([&] { wait(this->threads.remove(other, "nora's")); });
    refused([&] { wait(this->threads.copy(other, "nora's")); });
    refused([&] { wait(this->threads.prune(other, {"nora's"}, true)); });
    refused([&] { wait(this->threads.state(other, "nora's")); });
    refused([&] { wait(this->threads.history(other, "nora's", {})); });
    refused([&] { wait(this->threads.update_state(other, "nora's", {}, json::object(), "a")); });
    refused([&] { wait(this->threads.refuse_anothers(other, "nora's")); });
    refused([&] { this->start("nora's", this->tagged("1"), other); });
    refused([&] { wait(this->runs.list(other, "nora's", {})); });
    EXPECT_THAT(this->find({}, other), IsEmpty());
    EXPECT_THAT(this->find({.ids = std::vector<std::string>{"nora's"}}, other), IsEmpty());
    EXPECT_EQ(code_of([&] { this->make_thread({.id = "nora's", .may_exist = true}, other); }),
              Code::kConflict)
        << "nor is it given away";
  }
  wait(this->threads.refuse_anothers(kNora, "nora's"));
  wait(this->threads.refuse_anothers(kSam, "nobody's"));
  EXPECT_EQ(this->items_of("nora's"), json::value(json::array{"x"}));
}

TYPED_TEST(ThreadsOf, AreMadeOnce) {
  this->add("t", R"({"a": 1})");
  EXPECT_EQ(code_of([&] { this->add("t"); }), Code::kConflict);
  EXPECT_EQ(this->make_thread({.id = "t", .metadata = object(R"({"a": 2})"), .may_exist = true}).metadata,
            object(R"({"a": 1})"));
  const Thread changed = wait(this->threads.change(kNora, "t", object(R"({"b": [2], "a": null})"), {}));
  EXPECT_EQ(changed.metadata, object(R"({"a": null, "b": [2]})"));
  EXPECT_EQ(wait(this->threads.get(kNora, "t")).metadata, changed.metadata);
}

TYPED_TEST(ThreadsOf, BeginWithAHistory) {
  this->with_items("t", {"x", "y"});
  EXPECT_EQ(this->items_of("t"), json::value(json::array{"x", "y"}));
  const Thread thread = wait(this->threads.get(kNora, "t"));
  EXPECT_EQ(thread.values->at("items"), json::value(json::array{"x", "y"}));
  const ThreadState state = wait(this->threads.state(kNora, "t"));
  EXPECT_EQ(state.graph_id, "two_steps");
  EXPECT_THAT(state.snapshot->next, ElementsAre("hold")) << "after `a`";

  EXPECT_EQ(code_of([&] { this->make_thread({.id = "n", .graph_id = "nowhere"}); }), Code::kNotFound);
  NewThread wanted{.id = "n", .graph_id = {}, .supersteps = {SuperStep{}}};
  EXPECT_EQ(code_of([&] { this->make_thread(wanted); }), Code::kInvalidInput);
  wanted.graph_id = "two_steps";
  wanted.supersteps[0].edits.push_back({.values = {{"unknown", 1}}, .as_node = "a"});
  EXPECT_TRUE(code_of([&] { this->make_thread(wanted); }).has_value());
  EXPECT_EQ(code_of([&] { wait(this->threads.get(kNora, "n")); }), Code::kNotFound)
      << "what could not begin is not there";
}

TYPED_TEST(ThreadsOf, AreCopiedWithTheirHistory) {
  const auto worker = this->make_worker();
  this->after_a_run("t");
  const Thread copy = wait(this->threads.copy(kNora, "t"));
  EXPECT_NE(copy.thread_id, "t");
  EXPECT_EQ(this->items_of(copy.thread_id), json::value(json::array{"a1", "b1"}));
  EXPECT_EQ(copy.values->at("items"), json::value(json::array{"a1", "b1"}));
  EXPECT_EQ(wait(this->threads.history(kNora, copy.thread_id, {.limit = 100})).size(),
            wait(this->threads.history(kNora, "t", {.limit = 100})).size());
  // They are two from now on.
  const std::string run = this->start(copy.thread_id, this->tagged("2")).run_id;
  this->gates.open(run);
  this->end_of(run);
  EXPECT_EQ(this->items_of(copy.thread_id), json::value(json::array{"a1", "b1", "a2", "b2"}));
  EXPECT_EQ(this->items_of("t"), json::value(json::array{"a1", "b1"}));

  this->add("empty");
  EXPECT_FALSE(wait(this->threads.copy(kNora, "empty")).values.has_value());
}

TYPED_TEST(ThreadsOf, KeepOnlyTheirLastStateWhenPruned) {
  const auto worker = this->make_worker();
  this->after_a_run("t");
  this->after_a_run("u");
  this->add("empty");
  EXPECT_GT(this->checkpoints_of("t"), 1);
  EXPECT_EQ(wait(this->threads.prune(kNora, {"t", "empty"}, false)), 2);
  EXPECT_EQ(this->checkpoints_of("t"), 1);
  EXPECT_EQ(this->items_of("t"), json::value(json::array{"a1", "b1"}));
  EXPECT_EQ(wait(this->threads.prune(kNora, {"t"}, true)), 1);
  EXPECT_EQ(code_of([&] { wait(this->threads.get(kNora, "t")); }), Code::kNotFound);
  EXPECT_EQ(this->checkpoints_of("t"), 0);

  const std::string run = this->start("u", this->tagged("2")).run_id;
  this->gates.await(run);
  EXPECT_EQ(code_of([&] { wait(this->threads.prune(kNora, {"empty", "u"}, true)); }), Code::kConflict);
  EXPECT_NO_THROW(wait(this->threads.get(kNora, "empty"))) << "none is pruned when one is busy";
}

TYPED_TEST(ThreadsOf, AreForgottenWhenTheirTimeIsOver) {
  const auto worker = this->make_worker();
  this->make_thread({.id = "short", .time_to_live = 10min});
  this->make_thread({.id = "touched", .time_to_live = 10min});
  this->after_a_run("forever");
  const std::string run = this->start("short", this->tagged("1")).run_id;
  this->gates.open(run);
  this->end_of(run);
  this->pass(9min);
  const std::string late = this->start("touched", this->tagged("1")).run_id;
  this->gates.await(late);
  wait(this->threads.sweep());
  EXPECT_NO_THROW(wait(this->threads.get(kNora, "short")));
  this->pass(20min);
  wait(this->threads.sweep());
  EXPECT_EQ(code_of([&] { wait(this->threads.get(kNora, "short")); }), Code::kNotFound);
  EXPECT_EQ(this->checkpoints_of("short"), 0);
  EXPECT_NO_THROW(wait(this->threads.get(kNora, "touched"))) << "its run is under way";
  EXPECT_NO_THROW(wait(this->threads.get(kNora, "forever")));
  this->gates.open(late);
  this->end_of(late);
  wait(this->threads.sweep());
  EXPECT_NO_THROW(wait(this->threads.get(kNora, "touched"))) << "it was used just now";
  wait(this->threads.change(kNora, "forever", {}, 1min));
  this->pass(11min);
  wait(this->threads.sweep());
  EXPECT_THAT(this->find({}), IsEmpty());
  EXPECT_EQ(this->count("SELECT count(*) FROM kept_threads"), 0);
}

TYPED_TEST(ThreadsOf, TellTheirHistoryNewestFirst) {
  const auto worker = this->make_worker();
  const std::string run = this->after_a_run("t");
  const auto all = wait(this->threads.history(kNora, "t", {.limit = 100}));
  ASSERT_EQ(all.size(), 5U);  // input, start, a, hold, b
  std::vector<std::int64_t> steps;
  for (const ThreadState& each : all) steps.push_back(each.snapshot->step);
  EXPECT_THAT(steps, ElementsAre(3, 2, 1, 0, -1));
  const auto ids_of = [&](HistoryQuery query) {
    std::vector<std::string> ids;
    for (const ThreadState& each : wait(this->threads.history(kNora, "t", query))) {
      ids.push_back(each.snapshot->checkpoint_id);
    }
    return ids;
  };
  const auto id = [&](std::size_t i) { return all[i].snapshot->checkpoint_id; };
  EXPECT_THAT(ids_of({.limit = 2}), ElementsAre(id(0), id(1)));
  EXPECT_THAT(ids_of({.limit = 2, .before = id(1)}), ElementsAre(id(2), id(3)));
  EXPECT_THAT(ids_of({.limit = 2, .checkpoint_id = id(3)}), ElementsAre(id(3), id(4)));
  EXPECT_THAT(ids_of({.limit = 9, .metadata = object(R"({"source": "input"})")}), ElementsAre(id(4)));
  EXPECT_THAT(ids_of({.limit = 1, .metadata = object(R"({"source": "loop", "graph_id": "two_steps"})")}),
              ElementsAre(id(0)));
  EXPECT_THAT(ids_of({.metadata = {{"run_id", run}, {"step", 1}}}), ElementsAre(id(2)));
  EXPECT_THAT(ids_of({.metadata = object(R"({"step": 7})")}), IsEmpty());
  EXPECT_EQ(code_of([&] { ids_of({.checkpoint_id = "00000000-0000-0000-0000-000000000000"}); }),
            Code::kNotFound);
  this->add("empty");
  EXPECT_THAT(wait(this->threads.history(kNora, "empty", {})), IsEmpty());
}

TYPED_TEST(ThreadsOf, ShowTheStateOfAnyCheckpoint) {
  const auto worker = this->make_worker();
  this->after_a_run("t");
  const auto all = wait(this->threads.history(kNora, "t", {}));
  const ThreadState before = wait(this->threads.state(kNora, "t", all[2].snapshot->checkpoint_id));
  EXPECT_EQ(before.snapshot->values.at("items"), json::value(json::array{"a1"}));
  EXPECT_THAT(before.snapshot->next, ElementsAre("hold"));
  EXPECT_EQ(code_of([&] { wait(this->threads.state(kNora, "t", "nowhere")); }), Code::kNotFound);
  this->add("empty");
  EXPECT_FALSE(wait(this->threads.state(kNora, "empty")).snapshot.has_value());
  EXPECT_EQ(code_of([&] { wait(this->threads.state(kNora, "empty", "nowhere")); }), Code::kNotFound);
}

TYPED_TEST(ThreadsOf, AreWrittenToFromOutside) {
  const auto worker = this->make_worker();
  this->after_a_run("t");
  const auto edit = [&](const std::string& items) {
    return std::optional(json::object{{"items", json::array{json::value(items)}}});
  };
  const std::string made = wait(this->threads.update_state(kNora, "t", {}, edit("x"), "a"));
  const ThreadState state = wait(this->threads.state(kNora, "t"));
  EXPECT_EQ(state.snapshot->checkpoint_id, made);
  EXPECT_EQ(state.snapshot->values.at("items"), json::value(json::array{"a1", "b1", "x"}));
  EXPECT_THAT(state.snapshot->next, ElementsAre("hold")) << "as if `a` had written";
  EXPECT_THAT(this->find({.values = object(R"({"items": ["a1", "b1", "x"]})")}), ElementsAre("t"));
  // From an earlier checkpoint, and back to it.
  const auto all = wait(this->threads.history(kNora, "t", {}));
  const std::string& early = all[3].snapshot->checkpoint_id;
  wait(this->threads.update_state(kNora, "t", early, edit("y"), "b"));
  EXPECT_EQ(this->items_of("t"), json::value(json::array{"a1", "y"}));
  wait(this->threads.update_state(kNora, "t", early, {}, {}));
  EXPECT_EQ(this->items_of("t"), json::value(json::array{"a1"}));
  EXPECT_THAT(wait(this->threads.state(kNora, "t")).snapshot->next, ElementsAre("hold"));

  this->add("empty");
  EXPECT_EQ(code_of([&] { wait(this->threads.update_state(kNora, "empty", {}, edit("x"), "a")); }),
            Code::kInvalidInput);
  const std::string run = this->start("t", this->tagged("2")).run_id;
  this->gates.await(run);
  EXPECT_EQ(code_of([&] { wait(this->threads.update_state(kNora, "t", {}, edit("x"), "a")); }),
            Code::kConflict);
}

/// Whatever a run under way still does, nothing is left of its thread.
TYPED_TEST(ThreadsOf, LeaveNothingWhenTheyAreDeletedWhileTheyRun) {
  const auto worker = this->make_worker();
  this->add("t");
  const std::string running = this->start("t", this->tagged("1")).run_id;
  const std::string waiting = this->start("t", this->tagged("2")).run_id;
  this->gates.await(running);
  wait(this->threads.remove(kNora, "t"));
  wait(this->threads.sweep());
  this->gates.open_all();
  this->pass(1s);
  this->end_of(running);
  EXPECT_EQ(code_of([&] { wait(this->threads.get(kNora, "t")); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->runs.get(kNora, "", running)); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->runs.get(kNora, "", waiting)); }), Code::kNotFound);
  EXPECT_EQ(this->checkpoints_of("t"), 0);
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 0);
  EXPECT_EQ(this->count("SELECT count(*) FROM jobs WHERE status IN ('queued', 'running')"), 0);
}

TYPED_TEST(ThreadsOf, TakeAlongWhatWasToldOfTheirRuns) {
  const auto worker = this->make_worker();
  this->add("t");
  this->gates.open_all();
  const std::string first = this->start("t", this->tagged("1")).run_id;
  const std::string second = this->start("t", this->tagged("2")).run_id;
  this->end_of(second);
  EXPECT_GT(this->count("SELECT count(*) FROM job_events"), 0);
  wait(this->runs.remove(kNora, "t", first));
  EXPECT_EQ(this->count("SELECT count(*) FROM jobs"), 1);
  wait(this->threads.remove(kNora, "t"));
  EXPECT_EQ(this->count("SELECT count(*) FROM jobs"), 0);
  EXPECT_EQ(this->count("SELECT count(*) FROM job_events"), 0);
}

TYPED_TEST(ThreadsOf, OfRunsWithoutThreadsGoWithTheirRuns) {
  const auto worker = this->make_worker();
  NewRun wanted = this->tagged("1");
  wanted.request.deletes_thread = true;
  const MadeRun gone = wait(this->runs.create(kNora, {}, wanted));
  EXPECT_EQ(gone.kwargs.at("temporary"), json::value(true));
  EXPECT_THAT(this->find({}), IsEmpty()) << "they are not listed";
  this->gates.open_all();
  const auto end = this->end_of(gone.run_id);
  EXPECT_EQ(end->values.at("items"), json::value(json::array{"a1", "b1"}));
  wanted.request.deletes_thread = false;
  const MadeRun kept = wait(this->runs.create(kNora, {}, wanted));
  this->end_of(kept.run_id);
  EXPECT_THAT(this->find({}), ElementsAre(kept.thread_id));
  wait(this->threads.sweep());
  EXPECT_EQ(this->checkpoints_of(gone.thread_id), 0);
  EXPECT_GT(this->checkpoints_of(kept.thread_id), 0);
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 1);
}

}  // namespace
}  // namespace pharos::runs
