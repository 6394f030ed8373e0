// The promises of Saver, for every implementation: instantiate the suite with a type that has make() and
// run().
#pragma once

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
  put.next = {{.node = "w", .is_send = true, .argument = {{"n", 1}}},
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
  EXPECT_EQ(saved->values, (json::object{{"items", json::array{"é", nullptr}}})) << "x was never written";
}

TYPED_TEST_P(SaverContract, ValuesThatDidNotChangeComeFromTheParent) {
  this->put_three(this->thread);
  EXPECT_EQ(this->wait(this->saver->get(this->thread, ""))->values,
            (json::object{{"items", {"in"}}, {"x", 2}}));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, "c2"))->values,
            (json::object{{"items", {"in"}}, {"x", 1}}));
  EXPECT_TRUE(this->wait(this->saver->get(this->thread, "c1"))->values.empty());
}

TYPED_TEST_P(SaverContract, AForkLeavesTheOtherBranchAlone) {
  this->put_three(this->thread);
  this->wait(this->saver->put(this->thread, checkpoint_of("f3", "c2", 1, {1, 2}), this->changes({{1, 99}})));
  EXPECT_EQ(this->wait(this->saver->get(this->thread, ""))->checkpoint.id, "f3")
      << "the last put is the latest";
  EXPECT_EQ(this->wait(this->saver->get(this->thread, "f3"))->values.at("x"), 99);
  EXPECT_EQ(this->wait(this->saver->get(this->thread, "c3"))->values.at("x"), 2);
}

TYPED_TEST_P(SaverContract, ListsNewestFirstInPages) {
  this->put_three(this->thread);
  const auto ids = [&](ListQuery query) {
    Items found;
    for (const SavedCheckpoint& saved : this->wait(this->saver->list(this->thread, std::move(query)))) {
      found.push_back(saved.checkpoint.id);
    }
    return found;
  };
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
  EXPECT_EQ(this->wait(this->saver->get(this->thread, ""))->values,
            (json::object{{"x", 2}, {"fresh", "new"}, {"items", {"in"}}}));
}

REGISTER_TYPED_TEST_SUITE_P(SaverContract, AThreadThatWasNeverSavedIsEmpty, GivesBackTheLastCheckpointWhole,
                            ValuesThatDidNotChangeComeFromTheParent, AForkLeavesTheOtherBranchAlone,
                            ListsNewestFirstInPages, KeepsRecordsWithTheirCheckpointInApplyOrder,
                            ASecondRecordOfATaskReplacesTheFirst, RefusesWhatHangsInTheAir,
                            ThreadsAndPathsAreApart, DeletingAThreadForgetsItsSubgraphsAndNothingElse,
                            FollowsAGraphWhoseFieldsHaveChanged);

}  // namespace pharos::graph::testing_support
