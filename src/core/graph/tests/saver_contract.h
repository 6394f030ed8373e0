// The promises of Saver, for every implementation: instantiate the suite with a type that has make() and
// run().
#pragma once

#include <limits>
#include <random>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/graph/saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph::testing_support {

/// A checkpoint of a graph with the fields `items` and `x`.
inline Checkpoint checkpoint_of(std::string id, std::string parent, int step,
                                std::vector<std::uint64_t> versions) {
  return {
      .id = std::move(id),
      .parent_id = std::move(parent),
      .run_id = "run",
      .created_at = base::WallTime(std::chrono::milliseconds(1'700'000'000'123)),
      .source = step < 0 ? Source::kInput : Source::kLoop,
      .step = step,
      .metadata = {{"who", "tester"}},
      .channels = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"items", "x"}),
      .versions = std::move(versions),
      .next = {},
      .arrivals = {},
      .ran = {"a"}};
}

/// The same beside others that have its parent.
inline Checkpoint branch_of(std::string id, std::string parent, int step,
                            std::vector<std::uint64_t> versions) {
  Checkpoint branch = checkpoint_of(std::move(id), std::move(parent), step, std::move(versions));
  branch.is_branch = true;
  return branch;
}

template <class Factory>
class SaverContract : public testing::Test {
 protected:
  template <class T>
  T wait(base::Task<T> task) {
    return run(std::move(task));
  }
  void wait(base::Task<void> task) {
    const auto finish = [](base::Task<void> inner) -> base::Task<int> {
      co_await std::move(inner);
      co_return 0;
    };
    run(finish(std::move(task)));
  }
  /// Three checkpoints in a row: c1 (input), c2 writes both fields, c3 writes x.
  void put_three(const ThreadKey& to) {
    wait(saver->put(to, checkpoint_of("c1", "", -1, {0, 0}), {}));
    wait(saver->put(to, checkpoint_of("c2", "c1", 0, {1, 1}), changes({{0, json::array{"in"}}, {1, 1}})));
    wait(saver->put(to, checkpoint_of("c3", "c2", 1, {1, 2}), changes({{1, 2}})));
  }
  /// A row of deltas on `items`: c1 (nothing), c2 a snapshot, c3 and c4 a delta each.
  void put_deltas(const ThreadKey& to) {
    wait(saver->put(to, checkpoint_of("c1", "", -1, {0, 0}), {}));
    wait(saver->put(to, checkpoint_of("c2", "c1", 0, {1, 0}), changes({{0, json::array{"a"}}})));
    wait(saver->put(to, checkpoint_of("c3", "c2", 1, {2, 0}), changes({delta({"b"})})));
    wait(saver->put(to, checkpoint_of("c4", "c3", 2, {3, 0}), changes({delta({"c", "d"})})));
  }
  /// Writes to `items`, each a list of one.
  static ChannelValue delta(const std::vector<std::string>& items) {
    std::vector<SavedValue> writes;
    for (const std::string& item : items) writes.emplace_back(one(item));
    return {.channel = 0, .value = {}, .writes = std::move(writes), .is_delta = true};
  }
  static json::array one(const std::string& item) {
    json::array list;
    list.emplace_back(item);
    return list;
  }
  /// `items` of a checkpoint with its deltas folded in, as a graph that appends would see it.
  Items items_at(const ThreadKey& from, const std::string& id) {
    const auto saved = wait(saver->get(from, id));
    if (!saved) return {"no checkpoint"};
    Items items;
    if (const auto value = saved->values.find("items"); value != saved->values.end()) {
      items = base::from_json<Items>(value->second.to_json());
    }
    const auto deltas = saved->deltas.find("items");
    if (deltas == saved->deltas.end()) return items;
    for (const SavedValue& write : deltas->second) append(items, base::from_json<Items>(write.to_json()));
    return items;
  }
  /// The values of a checkpoint as JSON.
  json::object values_at(const ThreadKey& from, const std::string& id) {
    return base::to_json(wait(saver->get(from, id))->values).as_object();
  }
  /// The ids of a thread, newest first.
  Items ids(const ThreadKey& from, ListQuery query = {}) {
    Items found;
    for (const SavedCheckpoint& saved : wait(saver->list(from, std::move(query)))) {
      found.push_back(saved.checkpoint.id);
    }
    return found;
  }
  std::string parent_of(const ThreadKey& from, const std::string& id) {
    return wait(saver->get(from, id))->checkpoint.parent_id;
  }
  /// The code of what `task` throws; kInternal when it throws nothing.
  base::Code refusal(base::Task<void> task) {
    try {
      wait(std::move(task));
    } catch (const base::Error& error) {
      EXPECT_GT(std::string(error.what()).size(), 20U) << "a sentence should say what is wrong";
      return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return base::Code::kInternal;
  }
  static std::vector<ChannelValue> changes(std::initializer_list<ChannelValue> list) { return list; }

  std::shared_ptr<Saver> saver = Factory::make();
  ThreadKey thread{.thread_id = "thread", .path = {}};
};

TYPED_TEST_SUITE_P(SaverContract);

TYPED_TEST_P(SaverContract, AThreadThatWasNeverSavedIsEmpty) {
  EXPECT_FALSE(this->wait(this->saver->get(this->thread, "")).has_value());
  EXPECT_FALSE(this->wait(this->saver->get(this->thread, "c1")).has_value());
  EXPECT_TRUE(this->wait(this->saver->list(this->thread, {})).empty());
}

TYPED_TEST_P(SaverContract, GivesBackTheLastCheckpointWhole) {
  Checkpoint put = checkpoint_of("c1", "", 3, {4, 0});
  put.next = {{.node = "w", .is_send = true, .argument = json::value{{"n", 1}}},
              {.node = "b", .is_send = false, .argument = nullptr}};
  put.arrivals = {{.join = "join:a+b:c", .nodes = {"a"}}};
  this->wait(this->saver->put(this->thread, put, this->changes({{0, json::array{"é", nullptr}}})));
  const auto saved = this->wait(this->saver->get(this->thread, ""));
  ASSERT_TRUE(saved.has_value());
  const Checkpoint& got = saved->checkpoint;
  EXPECT_EQ(got.format, 1);
  EXPECT_EQ(got.id, "c1");
  EXPECT_EQ(got.parent_id, "");
  EXPECT_EQ(got.run_id, "run");
  EXPECT_EQ(got.created_at, put.created_at);
  EXPECT_EQ(got.source, Source::kLoop);
  EXPECT_EQ(got.step, 3);
  EXPECT_EQ(got.metadata, put.metadata);
  EXPECT_EQ(*got.channels, *put.channels);
  EXPECT_EQ(got.versions, put.versions);
  EXPECT_EQ(got.next, put.next);
  EXPECT_EQ(got.arrivals, put.arrivals);
  EXPECT_EQ(got.ran, put.ran);
  EXPECT_EQ(this->values_at(this->thread, ""), (json::object{{"items", json::array{"é", nullptr}}}))
      << "x was never written";
}

TYPED_TEST_P(SaverContract, ValuesThatDidNotChangeComeFromTheParent) {
  this->put_three(this->thread);
  EXPECT_EQ(this->values_at(this->thread, ""), (json::value{{"items", {"in"}}, {"x", 2}}));
  EXPECT_EQ(this->values_at(this->thread, "c2"), (json::object{{"items", {"in"}}, {"x", 1}}));
  EXPECT_TRUE(this->values_at(this->thread, "c1").empty());
}

TYPED_TEST_P(SaverContract, AForkLeavesTheOtherBranchAlone) {
  this->put_three(this->thread);
  this->wait(this->saver->put(this->thread, branch_of("f3", "c2", 1, {1, 2}), this->changes({{1, 99}})));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, ""))->checkpoint.id, "f3")
      << "the last put is the latest";
  EXPECT_EQ(this->values_at(this->thread, "f3").at("x"), 99);
  EXPECT_EQ(this->values_at(this->thread, "c3").at("x"), 2);
}

TYPED_TEST_P(SaverContract, RefusesAnotherRunThatComesFromWhereTheThreadStood) {
  const auto put = [&](Checkpoint checkpoint) {
    return this->refusal(this->saver->put(this->thread, std::move(checkpoint), {}));
  };
  this->put_three(this->thread);
  EXPECT_EQ(put(checkpoint_of("other", "c2", 1, {1, 2})), base::Code::kConflict)
      << "c3 has been put meanwhile";
  EXPECT_EQ(put(checkpoint_of("first", "", -1, {0, 0})), base::Code::kConflict)
      << "the thread has begun meanwhile";
  EXPECT_EQ(this->ids(this->thread), (Items{"c3", "c2", "c1"})) << "nothing is left of what was refused";
}

TYPED_TEST_P(SaverContract, ListsNewestFirstInPages) {
  this->put_three(this->thread);
  const auto ids = [&](ListQuery query) { return this->ids(this->thread, std::move(query)); };
  EXPECT_EQ(ids({}), (Items{"c3", "c2", "c1"}));
  EXPECT_EQ(ids({.before = {}, .limit = 2}), (Items{"c3", "c2"}));
  EXPECT_EQ(ids({.before = "c2", .limit = 5}), (Items{"c1"}));
  EXPECT_THROW(ids({.before = "none", .limit = 0}), base::Error);
}

TYPED_TEST_P(SaverContract, KeepsRecordsWithTheirCheckpointInApplyOrder) {
  this->put_three(this->thread);
  const TaskRecord late{.task_id = "t1",
                        .node = "b",
                        .place = 1,
                        .writes = {{.channel = "x", .overwrite = true, .value = 5}},
                        .targets = {{.node = "w", .is_send = true, .argument = "arg"}},
                        .error = {}};
  const TaskRecord early{
      .task_id = "t0", .node = "a", .place = 0, .writes = {}, .targets = {}, .error = "it broke"};
  this->wait(this->saver->put_record(this->thread, "c2", late));
  this->wait(this->saver->put_record(this->thread, "c2", early));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, "c2"))->records,
            (std::vector<TaskRecord>{early, late}));
  EXPECT_TRUE(this->wait(this->saver->get(this->thread, "c3"))->records.empty());
}

TYPED_TEST_P(SaverContract, KeepsWhatAnUnfinishedTaskAsksAndWasTold) {
  this->put_three(this->thread);
  TaskRecord asks{.task_id = "t0", .node = "a", .place = 0, .finished = false};
  asks.interrupts = {{.id = "i1", .node = "a", .value = {{"sure?", true}}},
                     {.id = "i2", .node = "inner", .value = nullptr}};
  asks.answers = {"yes", nullptr, false};
  asks.handled = HandledFailure{.code = base::Code::kTimeout,
                                .reason = "it took longer than its limit of 30 s",
                                .attempts = 3,
                                .asked = 2,
                                .called = 1,
                                .routed = true};
  this->wait(this->saver->put_record(this->thread, "c3", asks));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, ""))->records, std::vector<TaskRecord>{asks});
}

TYPED_TEST_P(SaverContract, ASecondRecordOfATaskReplacesTheFirst) {
  this->put_three(this->thread);
  const TaskRecord failed{
      .task_id = "t0", .node = "a", .place = 0, .writes = {}, .targets = {}, .error = "it broke"};
  TaskRecord done = failed;
  done.error.reset();
  this->wait(this->saver->put_record(this->thread, "c3", failed));
  this->wait(this->saver->put_record(this->thread, "c3", done));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, "c3"))->records, std::vector<TaskRecord>{done});
}

TYPED_TEST_P(SaverContract, RefusesWhatHangsInTheAir) {
  const auto code_of_failure = [](const std::exception_ptr& failure) { return code_of(failure); };
  for (const bool with_thread : {false, true}) {
    if (with_thread) this->put_three(this->thread);
    try {
      this->wait(this->saver->put(this->thread, checkpoint_of("c9", "c8", 1, {1, 1}), {}));
      ADD_FAILURE() << "a parent that does not exist was accepted";
    } catch (...) {
      EXPECT_EQ(code_of_failure(std::current_exception()), base::Code::kNotFound);
    }
    EXPECT_THROW(this->wait(this->saver->put_record(this->thread, "c8", {.task_id = "t", .node = "a"})),
                 base::Error);
  }
}

TYPED_TEST_P(SaverContract, ThreadsAndPathsAreApart) {
  const ThreadKey inner{.thread_id = "thread", .path = "node:task"};
  const ThreadKey other{.thread_id = "other", .path = {}};
  this->put_three(this->thread);
  this->wait(this->saver->put(inner, checkpoint_of("i1", "", -1, {0, 0}), {}));
  this->wait(this->saver->put(other, checkpoint_of("o1", "", -1, {0, 0}), {}));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, ""))->checkpoint.id, "c3");
  EXPECT_EQ(this->wait(this->saver->get(inner, ""))->checkpoint.id, "i1");
  EXPECT_FALSE(this->wait(this->saver->get(inner, "c1")).has_value());
}

TYPED_TEST_P(SaverContract, DeletingAThreadForgetsItsSubgraphsAndNothingElse) {
  const ThreadKey inner{.thread_id = "thread", .path = "node:task"};
  const ThreadKey other{.thread_id = "other", .path = {}};
  this->put_three(this->thread);
  this->put_three(inner);
  this->put_three(other);
  this->wait(this->saver->delete_thread("thread"));
  this->wait(this->saver->delete_thread("never there"));
  EXPECT_FALSE(this->wait(this->saver->get(this->thread, "")).has_value());
  EXPECT_FALSE(this->wait(this->saver->get(inner, "")).has_value());
  EXPECT_TRUE(this->wait(this->saver->get(other, "c2")).has_value());
}

TYPED_TEST_P(SaverContract, FollowsAGraphWhoseFieldsHaveChanged) {
  this->put_three(this->thread);
  Checkpoint next = checkpoint_of("c4", "c3", 2, {2, 3, 1});
  next.channels =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"x", "fresh", "items"});
  next.versions = {2, 3, 1};
  this->wait(this->saver->put(this->thread, next, this->changes({{1, "new"}})));
  EXPECT_EQ(this->values_at(this->thread, ""), (json::object{{"x", 2}, {"fresh", "new"}, {"items", {"in"}}}));
}

TYPED_TEST_P(SaverContract, GivesBackEveryKindOfValueExactly) {
  json::value deep = "bottom";
  for (int i = 0; i < 100; ++i) deep = json::array({std::move(deep)});
  const json::value value = {{"double", 0.1 + 0.2},
                             {"next to one", 1.0000000000000002},
                             {"large", 6.02214076e23},
                             {"whole double", 3.0},
                             {"smallest", std::numeric_limits<std::int64_t>::min()},
                             {"largest", std::numeric_limits<std::uint64_t>::max()},
                             {"text", std::string("a\0b\n\"é", 7)},
                             {"nothing", nullptr},
                             {"yes", true},
                             {"", json::object{}},
                             {"deep", deep}};
  this->wait(
      this->saver->put(this->thread, checkpoint_of("c1", "", -1, {1, 0}), this->changes({{0, value}})));
  const json::value got = this->values_at(this->thread, "").at("items");
  EXPECT_EQ(got, value) << json::serialize(got);
  EXPECT_TRUE(got.at("whole double").is_double()) << "3.0 stays a double";
}

TYPED_TEST_P(SaverContract, KeepsEveryDoubleToTheLastBit) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> between(-1, 1);
  json::array numbers;
  for (int i = 0; i < 2000; ++i) numbers.emplace_back(between(random));
  this->wait(
      this->saver->put(this->thread, checkpoint_of("c1", "", -1, {1, 0}), this->changes({{0, numbers}})));
  EXPECT_EQ(this->values_at(this->thread, "").at("items"), numbers);
}

TYPED_TEST_P(SaverContract, GivesTheWritesSinceTheLastSnapshotInTheirOrder) {
  this->put_deltas(this->thread);
  const auto saved = this->wait(this->saver->get(this->thread, "c4"));
  EXPECT_EQ(this->values_at(this->thread, "c4"), (json::object{{"items", this->one("a")}}));
  ASSERT_EQ(saved->deltas.size(), 1U);
  EXPECT_EQ(base::to_json(saved->deltas.at("items")).as_array(),
            (json::array{this->one("b"), this->one("c"), this->one("d")}));
  EXPECT_EQ(this->items_at(this->thread, "c3"), (Items{"a", "b"})) << "later writes do not show in it";
  EXPECT_TRUE(this->wait(this->saver->get(this->thread, "c2"))->deltas.empty());
}

TYPED_TEST_P(SaverContract, ASnapshotEndsTheRowOfDeltas) {
  this->put_deltas(this->thread);
  this->wait(this->saver->put(this->thread, checkpoint_of("c5", "c4", 3, {4, 0}),
                              this->changes({{0, this->one("new")}})));
  EXPECT_TRUE(this->wait(this->saver->get(this->thread, "c5"))->deltas.empty());
  this->wait(this->saver->put(this->thread, checkpoint_of("c6", "c5", 4, {5, 1}),
                              this->changes({this->delta({"e"}), {1, 8}})));
  EXPECT_EQ(this->items_at(this->thread, "c6"), (Items{"new", "e"}));
  EXPECT_EQ(this->values_at(this->thread, "c6").at("x"), 8);
}

TYPED_TEST_P(SaverContract, DeltasMayStartFromNothing) {
  this->wait(this->saver->put(this->thread, checkpoint_of("c1", "", -1, {1, 0}),
                              this->changes({this->delta({"a", "b"})})));
  const auto saved = this->wait(this->saver->get(this->thread, ""));
  EXPECT_FALSE(saved->values.contains("items"));
  EXPECT_EQ(this->items_at(this->thread, "c1"), (Items{"a", "b"}));
}

TYPED_TEST_P(SaverContract, BranchesFoldTheirOwnDeltas) {
  this->put_deltas(this->thread);
  this->wait(this->saver->put(this->thread, branch_of("f4", "c3", 2, {3, 0}),
                              this->changes({this->delta({"other"})})));
  EXPECT_EQ(this->items_at(this->thread, "f4"), (Items{"a", "b", "other"}));
  EXPECT_EQ(this->items_at(this->thread, "c4"), (Items{"a", "b", "c", "d"}));
}

TYPED_TEST_P(SaverContract, ACopyHasEverythingAndGoesItsOwnWay) {
  const ThreadKey copy{.thread_id = "copy", .path = {}};
  const ThreadKey inner{.thread_id = "thread", .path = "node:task"};
  const ThreadKey inner_copy{.thread_id = "copy", .path = "node:task"};
  this->put_deltas(this->thread);
  this->put_three(inner);
  this->wait(this->saver->put_record(this->thread, "c4", {.task_id = "t0", .node = "a"}));
  this->wait(this->saver->copy_thread("thread", "copy"));
  EXPECT_EQ(this->ids(copy), (Items{"c4", "c3", "c2", "c1"}));
  EXPECT_EQ(this->parent_of(copy, "c4"), "c3");
  EXPECT_EQ(this->items_at(copy, "c4"), (Items{"a", "b", "c", "d"}));
  EXPECT_EQ(this->wait(this->saver->get(copy, ""))->records.size(), 1U);
  EXPECT_EQ(this->values_at(inner_copy, "").at("x"), 2);

  this->wait(this->saver->put(copy, checkpoint_of("c5", "c4", 3, {4, 0}),
                              this->changes({this->delta({"only here"})})));
  EXPECT_EQ(this->ids(this->thread).front(), "c4");
  this->wait(this->saver->delete_thread("thread"));
  EXPECT_EQ(this->items_at(copy, "c5"), (Items{"a", "b", "c", "d", "only here"}));
  EXPECT_EQ(this->ids(inner_copy).size(), 3U);
}

TYPED_TEST_P(SaverContract, CopiesNeitherFromNothingNorOverSomething) {
  this->put_three(this->thread);
  this->put_three({.thread_id = "other", .path = {}});
  EXPECT_EQ(this->refusal(this->saver->copy_thread("none", "new")), base::Code::kNotFound);
  EXPECT_EQ(this->refusal(this->saver->copy_thread("thread", "other")), base::Code::kConflict);
  EXPECT_EQ(this->refusal(this->saver->copy_thread("thread", "thread")), base::Code::kConflict);
}

TYPED_TEST_P(SaverContract, PruningKeepsTheLatestOfEveryPathWithWhatItRestsOn) {
  const ThreadKey inner{.thread_id = "thread", .path = "node:task"};
  const ThreadKey other{.thread_id = "other", .path = {}};
  this->put_deltas(this->thread);
  this->put_three(inner);
  this->put_three(other);
  this->wait(this->saver->put_record(this->thread, "c4", {.task_id = "t0", .node = "a"}));
  this->wait(this->saver->prune("thread"));
  this->wait(this->saver->prune("never there"));
  EXPECT_EQ(this->ids(this->thread), (Items{"c4"}));
  EXPECT_EQ(this->parent_of(this->thread, "c4"), "");
  EXPECT_EQ(this->items_at(this->thread, ""), (Items{"a", "b", "c", "d"}));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, ""))->records.size(), 1U);
  EXPECT_EQ(this->ids(inner), (Items{"c3"}));
  EXPECT_EQ(this->values_at(inner, ""), (json::object{{"items", {"in"}}, {"x", 2}}));
  EXPECT_EQ(this->ids(other).size(), 3U);
  this->wait(this->saver->put(this->thread, checkpoint_of("c5", "c4", 3, {4, 0}),
                              this->changes({this->delta({"e"})})));
  EXPECT_EQ(this->items_at(this->thread, ""), (Items{"a", "b", "c", "d", "e"})) << "the thread goes on";
}

TYPED_TEST_P(SaverContract, DeletingARunKeepsWhatLaterCheckpointsRestOn) {
  const ThreadKey inner{.thread_id = "thread", .path = "node:task"};
  this->put_deltas(this->thread);  // of the run `run`
  this->put_three(inner);
  const auto put_as = [&](const char* run, const char* id, const char* parent, std::uint64_t version) {
    Checkpoint checkpoint = checkpoint_of(id, parent, 5, {version, 0});
    checkpoint.run_id = run;
    this->wait(this->saver->put(this->thread, std::move(checkpoint), this->changes({this->delta({id})})));
  };
  put_as("second", "s1", "c4", 4);
  put_as("second", "s2", "s1", 5);
  put_as("third", "t1", "s2", 6);
  this->wait(this->saver->put_record(this->thread, "s2", {.task_id = "t0", .node = "a"}));

  this->wait(this->saver->delete_run("thread", "second"));
  EXPECT_EQ(this->ids(this->thread), (Items{"t1", "c4", "c3", "c2", "c1"}));
  EXPECT_EQ(this->parent_of(this->thread, "t1"), "c4");
  EXPECT_EQ(this->items_at(this->thread, "t1"), (Items{"a", "b", "c", "d", "s1", "s2", "t1"}));

  this->wait(this->saver->delete_run("thread", "run"));
  EXPECT_EQ(this->ids(this->thread), (Items{"t1"}));
  EXPECT_EQ(this->parent_of(this->thread, "t1"), "");
  EXPECT_TRUE(this->ids(inner).empty()) << "what the run did in subgraphs goes too";
  EXPECT_EQ(this->items_at(this->thread, "t1"), (Items{"a", "b", "c", "d", "s1", "s2", "t1"}));

  this->wait(this->saver->delete_run("thread", "third"));
  EXPECT_FALSE(this->wait(this->saver->get(this->thread, "")).has_value());
  EXPECT_EQ(this->refusal(this->saver->copy_thread("thread", "copy")), base::Code::kNotFound)
      << "a thread without checkpoints is none";
}

TYPED_TEST_P(SaverContract, DeletingARunThatIsNotThereChangesNothing) {
  this->put_three(this->thread);
  this->put_three({.thread_id = "other", .path = {}});
  this->wait(this->saver->delete_run("thread", "never there"));
  this->wait(this->saver->delete_run("never there", "run"));
  this->wait(this->saver->delete_run("other", "run"));
  EXPECT_EQ(this->ids(this->thread).size(), 3U) << "a run's name counts within its thread";
}

TYPED_TEST_P(SaverContract, RefusesAFormatNewerThanItKnows) {
  Checkpoint future = checkpoint_of("c1", "", -1, {0, 0});
  future.format = kCheckpointFormat + 1;
  EXPECT_EQ(this->refusal(this->saver->put(this->thread, future, {})), base::Code::kUnsupported);
  EXPECT_FALSE(this->wait(this->saver->get(this->thread, "")).has_value());
}

REGISTER_TYPED_TEST_SUITE_P(
    SaverContract, AThreadThatWasNeverSavedIsEmpty, GivesBackTheLastCheckpointWhole,
    ValuesThatDidNotChangeComeFromTheParent, AForkLeavesTheOtherBranchAlone,
    RefusesAnotherRunThatComesFromWhereTheThreadStood, ListsNewestFirstInPages,
    KeepsRecordsWithTheirCheckpointInApplyOrder, KeepsWhatAnUnfinishedTaskAsksAndWasTold,
    ASecondRecordOfATaskReplacesTheFirst, RefusesWhatHangsInTheAir, ThreadsAndPathsAreApart,
    DeletingAThreadForgetsItsSubgraphsAndNothingElse, FollowsAGraphWhoseFieldsHaveChanged,
    GivesBackEveryKindOfValueExactly, KeepsEveryDoubleToTheLastBit,
    GivesTheWritesSinceTheLastSnapshotInTheirOrder, ASnapshotEndsTheRowOfDeltas, DeltasMayStartFromNothing,
    BranchesFoldTheirOwnDeltas, ACopyHasEverythingAndGoesItsOwnWay, CopiesNeitherFromNothingNorOverSomething,
    PruningKeepsTheLatestOfEveryPathWithWhatItRestsOn, DeletingARunKeepsWhatLaterCheckpointsRestOn,
    DeletingARunThatIsNotThereChangesNothing, RefusesAFormatNewerThanItKnows);

}  // namespace pharos::graph::testing_support
