// Runs that meet on a thread, against a small model of the rules in line.h: whatever is asked for in whatever
// order, both say whose turn it is, how each run ends and what is left of it.
#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "platform/runs/tests/support.h"

namespace pharos::runs {
namespace {

using namespace testing_support;
using Strategy = MultitaskStrategy;

/// One thing that somebody asks for: what, of which run, and how.
struct Step {
  unsigned what = 0;
  unsigned which = 0;
  unsigned how = 0;
};

struct ModelRun {
  std::string id;
  std::string tag;
  RunStatus status = RunStatus::kPending;
  base::WallTime due;
  bool is_gone = false;  ///< undone: there is no such run any more
  bool has_begun = false;
};

/// What a thread should be like.
struct ModelThread {
  /// Of runs that are pending and due, the one that has waited longest.
  ModelRun* next(base::WallTime now) {
    ModelRun* best = nullptr;
    for (ModelRun& run : runs) {
      if (run.is_gone || run.status != RunStatus::kPending || run.due > now) continue;
      if (best == nullptr || std::pair(run.due, run.id) < std::pair(best->due, best->id)) best = &run;
    }
    return best;
  }
  ModelRun* running() {
    const auto found = std::ranges::find_if(
        runs, [](const ModelRun& run) { return !run.is_gone && run.status == RunStatus::kRunning; });
    return found == runs.end() ? nullptr : &*found;
  }
  bool is_free() const {
    return std::ranges::none_of(runs,
                                [](const ModelRun& run) { return !run.is_gone && !is_over(run.status); });
  }

  void stop(ModelRun& run, Ending ending) {
    const bool had_begun = run.status == RunStatus::kRunning;
    run.status = RunStatus::kInterrupted;
    if (ending == Ending::kRollback) {
      run.is_gone = true;
      if (had_begun) items = before;
    }
  }
  void stop_all(Ending ending) {
    for (ModelRun& run : runs) {
      if (!run.is_gone && !is_over(run.status)) stop(run, ending);
    }
  }
  void finish(ModelRun& run) {
    run.status = RunStatus::kSuccess;
    items.push_back("b" + run.tag);
  }
  /// Gives who begins, if somebody does.
  ModelRun* advance(base::WallTime now) {
    if (running() != nullptr) return nullptr;
    ModelRun* turn = next(now);
    if (turn == nullptr) return nullptr;
    turn->status = RunStatus::kRunning;
    turn->has_begun = true;
    before = items;
    items.push_back("a" + turn->tag);
    return turn;
  }

  std::string id;
  std::vector<ModelRun> runs;
  std::vector<std::string> items;
  std::vector<std::string> before;  ///< the items before the run that has its turn
};

/// Does steps on a thread and in its model.
template <class Fixture>
class Trial {
 public:
  explicit Trial(Fixture& fixture) : fixture_(fixture) { model_.id = fixture.make_thread().thread_id; }

  void carry_out(const Step& step) {
    switch (step.what % 8) {
      case 0:
      case 1:
      case 2:
      case 3:
        add(step);
        break;
      case 4:
        cancel(step);
        break;
      case 5:
      case 6:
        finish();
        break;
      default:
        break;  // time passes for all
    }
  }
  /// Blocks until what was asked for has happened: runs have ended, the next one is under way.
  void settle() {
    for (const std::string& id : std::exchange(ended_, {})) fixture_.end_of(id);
    if (ModelRun* begun = model_.advance(fixture_.clock.wall_now())) fixture_.gates.await(begun->id);
  }

  void compare() {
    std::vector<std::pair<std::string, std::string>> expected;
    for (const ModelRun& run : model_.runs) {
      if (!run.is_gone) expected.emplace_back(run.id, base::to_name(run.status));
      RC_ASSERT(fixture_.gates.has_seen(run.id) == run.has_begun);
    }
    std::ranges::sort(expected);
    std::vector<std::pair<std::string, std::string>> kept;
    for (const Run& run : wait(fixture_.runs.list(kNora, model_.id, {.limit = 1000}))) {
      kept.emplace_back(run.run_id, base::to_name(run.status));
    }
    std::ranges::sort(kept);
    RC_ASSERT(kept == expected);
    const Thread thread = wait(fixture_.threads.get(kNora, model_.id));
    const bool is_busy = model_.running() != nullptr;
    RC_ASSERT((thread.status == ThreadStatus::kBusy) == is_busy);
    if (is_busy) return;
    RC_ASSERT(fixture_.items_of(model_.id) == base::to_json(model_.items));
    if (thread.values) RC_ASSERT(thread.values->at("items") == base::to_json(model_.items));
  }

  /// Lets everything end by itself, in the order of the turns.
  void drain() {
    while (!model_.is_free()) {
      if (model_.running() == nullptr) {
        fixture_.pass(3s);
      } else {
        finish();
      }
      settle();
    }
  }
  const ModelThread& model() const { return model_; }

 private:
  void add(const Step& step) {
    // Mostly in a queue: so it grows.
    static constexpr std::array kStrategies{Strategy::kReject,  Strategy::kInterrupt, Strategy::kRollback,
                                            Strategy::kEnqueue, Strategy::kEnqueue,   Strategy::kEnqueue};
    const Strategy strategy = kStrategies.at(step.how % kStrategies.size());
    const double delay = step.which % 3 == 0 ? 2 : 0;
    NewRun wanted = Fixture::tagged(std::to_string(model_.runs.size()), strategy);
    wanted.after_seconds = delay;
    std::optional<Run> made;
    const auto refused = code_of([&] { made = fixture_.start(model_.id, wanted); });
    const bool is_refused = strategy == Strategy::kReject && !model_.is_free();
    RC_ASSERT(refused == (is_refused ? std::optional(base::Code::kInvalidInput) : std::nullopt));
    if (!made) return;
    RC_ASSERT(made->multitask_strategy == strategy);
    if (strategy == Strategy::kInterrupt || strategy == Strategy::kRollback) {
      if (const ModelRun* running = model_.running()) ended_.push_back(running->id);
      model_.stop_all(strategy == Strategy::kRollback ? Ending::kRollback : Ending::kInterrupt);
    }
    model_.runs.push_back({.id = made->run_id,
                           .tag = std::to_string(model_.runs.size()),
                           .due = fixture_.clock.wall_now() + std::chrono::seconds(static_cast<int>(delay))});
  }

  void cancel(const Step& step) {
    if (model_.runs.empty()) return;
    ModelRun& run = model_.runs[step.which % model_.runs.size()];
    const Ending ending = step.how % 2 == 0 ? Ending::kInterrupt : Ending::kRollback;
    bool stopped = false;
    const auto refused =
        code_of([&] { stopped = wait(fixture_.runs.cancel(kNora, model_.id, run.id, ending)); });
    RC_ASSERT(refused == (run.is_gone ? std::optional(base::Code::kNotFound) : std::nullopt));
    if (refused) return;
    RC_ASSERT(stopped == !is_over(run.status));
    if (!stopped) return;
    if (run.status == RunStatus::kRunning) ended_.push_back(run.id);
    model_.stop(run, ending);
  }

  void finish() {
    ModelRun* run = model_.running();
    if (run == nullptr) return;
    fixture_.gates.open(run->id);
    ended_.push_back(run->id);
    model_.finish(*run);
  }

  Fixture& fixture_;
  ModelThread model_;
  std::vector<std::string> ended_;  ///< runs under way that are to end now
};

template <class Kind>
struct DoubleTexting : Service<Kind> {
  using Fixture = DoubleTexting;

  /// One step on each thread at a time, then a look at one thread in eight. Time passes where the first
  /// thread's steps say so.
  void compare_with_model(const std::vector<std::vector<Step>>& threads) {
    std::vector<Trial<Fixture>> trials;
    for (std::size_t i = 0; i < threads.size(); ++i) trials.emplace_back(*this);
    for (std::size_t i = 0; i < threads.front().size(); ++i) {
      for (std::size_t t = 0; t < trials.size(); ++t) trials[t].carry_out(threads[t].at(i));
      for (Trial<Fixture>& trial : trials) trial.settle();
      if (threads.front()[i].what % 8 == 7) {
        this->pass(3s);
        for (Trial<Fixture>& trial : trials) trial.settle();
      }
      for (std::size_t t = 0; t < trials.size(); ++t) {
        if (t % 8 == i % 8) trials[t].compare();
      }
    }
    for (Trial<Fixture>& trial : trials) trial.drain();
    for (Trial<Fixture>& trial : trials) trial.compare();
    RC_ASSERT(this->gates.most_at_once() <= 1);
  }
};
TYPED_TEST_SUITE(DoubleTexting, Kinds);

/// What fails is told in as few as it takes.
rc::Gen<std::vector<Step>> some_steps(int most) {
  const auto one = rc::gen::build<Step>(rc::gen::set(&Step::what, rc::gen::inRange(0U, 8U)),
                                        rc::gen::set(&Step::which, rc::gen::inRange(0U, 20U)),
                                        rc::gen::set(&Step::how, rc::gen::inRange(0U, 6U)));
  const auto any = rc::gen::resize(rc::kNominalSize, one);  // a small size would mean small numbers, too
  return rc::gen::resize(most, rc::gen::nonEmpty(rc::gen::container<std::vector<Step>>(any)));
}

TYPED_TEST(DoubleTexting, GoesByTheRules) {
  const auto worker = this->make_worker();
  const int most = std::is_same_v<TypeParam, Sqlite> ? 16 : 6;
  EXPECT_TRUE(rc::check([&] { this->compare_with_model({*some_steps(most)}); }));
}

TYPED_TEST(DoubleTexting, GoesByTheRulesOnManyThreadsAtOnce) {
  const auto worker = this->make_worker();
  std::mt19937 random(11);
  const auto below = [&random](unsigned end) { return static_cast<unsigned>(random()) % end; };
  std::vector<std::vector<Step>> threads(std::is_same_v<TypeParam, Sqlite> ? 64 : 16);
  for (std::vector<Step>& steps : threads) {
    for (int i = 0; i < 40; ++i) steps.push_back({.what = below(8), .which = below(20), .how = below(6)});
  }
  this->compare_with_model(threads);
}

/// Nobody waits for anybody: whatever comes of it, there is one run at a time, each ends once, and what is
/// left is what those have done that were not undone, in the order in which they ran.
TYPED_TEST(DoubleTexting, KeepsOneRunAtATimeWhenEverybodyAsksAtOnce) {
  this->gates.open_all();
  const auto worker = this->make_worker();
  std::vector<std::string> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(this->make_thread().thread_id);
  std::mutex mutex;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> made;  // run and tag, by thread
  std::vector<std::thread> people;
  for (unsigned person = 0; person < 4; ++person) {
    people.emplace_back([&, person] {
      std::mt19937 random(person);
      for (int i = 0; i < 40; ++i) {
        const std::string& thread = ids[random() % ids.size()];
        const std::string tag = fmt::format("{}.{}", person, i);
        std::optional<MadeRun> run;
        code_of([&] { run = this->start(thread, this->tagged(tag, static_cast<Strategy>(random() % 4))); });
        if (!run) continue;
        if (random() % 6 == 0) {
          const Ending ending = random() % 2 == 0 ? Ending::kInterrupt : Ending::kRollback;
          code_of([&] { wait(this->runs.cancel(kNora, thread, run->run_id, ending)); });
        }
        const std::lock_guard lock(mutex);
        made[thread].emplace_back(run->run_id, tag);
      }
    });
  }
  for (std::thread& person : people) person.join();
  for (const std::string& id : ids) {
    std::map<std::string, std::string> status;  // by tag
    for (const auto& [run, tag] : made[id]) {
      code_of([&] { this->end_of(run); });  // of one that never had its turn there is no job
      code_of([&] { status[tag] = base::to_name(this->status_of(id, run)); });
    }
    EXPECT_EQ(this->count("SELECT count(*) FROM runs WHERE status IN ('pending', 'running')"
                          " AND thread_id = '" +
                          id + "'"),
              0);
    EXPECT_NE(wait(this->threads.get(kNora, id)).status, ThreadStatus::kBusy);
    std::map<std::string, std::string> left;  // by tag: "a", "b" or "ab"
    std::string last;
    for (const json::value& item : this->items_of(id).as_array()) {
      const std::string text(item.as_string());
      const std::string tag = text.substr(1);
      EXPECT_TRUE(left[tag].empty() || last == tag) << text << " comes after items of " << last;
      left[tag] += text[0];
      last = tag;
    }
    for (const auto& [tag, how] : status) {
      if (how == "success") {
        EXPECT_EQ(left[tag], "ab") << tag;
      } else {
        EXPECT_EQ(how, "interrupted");
      }
    }
    for (const auto& [tag, what] : left) {
      if (!what.empty()) EXPECT_TRUE(status.contains(tag)) << tag << " was undone, and has left " << what;
      EXPECT_THAT(what, testing::AnyOf("", "a", "ab"));
    }
  }
  EXPECT_LE(this->gates.most_at_once(), 1);
}

}  // namespace
}  // namespace pharos::runs
