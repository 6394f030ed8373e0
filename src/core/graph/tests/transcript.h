// Transcripts: what LangGraph was seen to do with a graph, kept in transcripts/*.json, beside what this
// engine does with the same graph.
//
// A case has what LangGraph tells, by key (`observed`). Where this engine tells something else on purpose the
// case has that too (`ours`) and says why in a sentence (`because`). Only what is not the first value of its
// type is listed of a state. Identifiers are told as `id-1`, `id-2` in the order in which they come.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph::transcript {

using namespace testing_support;

/// Fails the test where `told` is not what the case of that name says.
void compare(const std::string& name, const json::object& told);
/// The names of all cases in the files.
std::vector<std::string> case_names();

/// A test of one case: its body gives back what this engine tells, by key.
#define TRANSCRIPT(name)                                           \
  static json::object told_by_##name();                            \
  TEST(Transcript, name) {                                         \
    ::pharos::graph::transcript::compare(#name, told_by_##name()); \
  }                                                                \
  static json::object told_by_##name()

json::array list(const Items& items);
json::object shown(const Trail& state);
json::array shown(const std::vector<Interrupt>& interrupts);
json::object shown(const Snapshot<Trail>& snapshot);
/// The state, with what is asked under `__interrupt__`, if anything.
json::object shown(const Outcome<Trail>& outcome);
/// Of a thread, `{}` when there is none.
json::object state_of(const Graph<Trail>& graph, const std::string& thread_id,
                      const std::string& checkpoint_id = {});
/// A thread's checkpoints, oldest first: `{step, source, id, parent, values, next}`.
json::array history_of(const Graph<Trail>& graph, const std::string& thread_id);
/// The id of the newest checkpoint that leads to exactly `next`.
std::string checkpoint_before(const Graph<Trail>& graph, const std::string& thread_id, const Items& next);

/// A short name of the exception under way: a rule's name as LangGraph has it, or what a node threw.
std::string name_of_current_exception();
/// What `action` gives back, or the name of what it throws.
template <class Action>
json::value told(Action action) {
  try {
    return action();
  } catch (...) {
    return {{"error", name_of_current_exception()}};
  }
}

/// Collects a run's events: `data`, or `[mode, data]`, with the path to its graph in front if wanted.
class Events final : public EventSink {
 public:
  explicit Events(bool modes = false, bool paths = false) : modes_(modes), paths_(paths) {}
  void accept(StreamEvent event) override;

  json::array all;

 private:
  bool modes_;
  bool paths_;
};
/// Events as `[mode, data]` with states without first values, of checkpoints' places the ids alone, and of a
/// piece of a message `[content, id]`.
json::array plain(json::array events);
/// The events of a run that may stop.
json::array events_of(const Graph<Trail>& graph, RunStart<Trail> input, StreamModes modes,
                      RunConfig config = {});

/// A node that notes in `runs` that it ran, and appends its name to `items`.
inline auto visit_noting(std::string name, std::shared_ptr<Items> runs) {
  return [name, runs](const Trail&) {
    runs->push_back(name);
    return update(&Trail::items, {name});
  };
}
/// What was noted since it was last asked.
inline json::array taken(const std::shared_ptr<Items>& runs) {
  return list(std::exchange(*runs, {}));
}

/// a → b → c, each appending its name and counting x up.
Graph<Trail> chain_abc(std::shared_ptr<Items> runs = std::make_shared<Items>(),
                       std::shared_ptr<Saver> saver = std::make_shared<MemorySaver>());
/// Asks, and returns the answer, which is text.
inline std::string ask(Context& context, std::string_view question) {
  return std::string(context.interrupt(json::string(question)).as_string());
}
/// A vector of things that can only be moved.
template <class Item, class... Items>
std::vector<Item> several(Items... items) {
  std::vector<Item> all;
  (all.push_back(Item(std::move(items))), ...);
  return all;
}

}  // namespace pharos::graph::transcript
