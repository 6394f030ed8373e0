// Runs whose server stops or dies: they go on elsewhere, and whoever follows them hears everything once.
#include <algorithm>
#include <span>
#include <thread>

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "platform/jobs/registry.h"
#include "platform/runs/line.h"
#include "platform/runs/tests/support.h"
#include "platform/runs/thread_events.h"

namespace pharos::runs {
namespace {

using namespace testing_support;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// After `before`, `quick` finishes beside `hold`, and `talk` stands in the midst of its message.
constexpr const char* kWide = R"(
name: wide
state:
  items: {type: array, reducer: append}
nodes:
  before: {kind: set, write: {items: before}}
  quick: {kind: set, write: {items: quick}}
  hold: {kind: hold}
  talk: {kind: talk}
  after: {kind: set, write: {items: after}}
edges:
  - start -> before -> quick, hold, talk
  - quick, hold, talk -> after
  - after -> end
)";

template <class Kind>
struct Takeover : Service<Kind> {
  Takeover() {
    this->graphs.add_kind("talk", [this](flow::Scope, graph::Context& context, graph::NodeOutput&) {
      return talk(context, this->gates, this->clock);
    });
    this->graphs.add(kWide);
  }
  static base::Task<void> talk(graph::Context& context, Gates& gates, base::Clock& clock) {
    graph::MessageWriter message = context.message_writer({}, "m1");
    co_await message.write("good ");
    co_await gates.pass(context.run_id(), "talk in " + context.thread_id(), clock);
    co_await message.write("evening");
  }

  std::string start_wide(const std::string& thread, std::vector<std::string> modes,
                         const std::string& durability = "sync") {
    NewRun wanted{.assistant_id = "wide"};
    wanted.request.input = json::object();
    wanted.request.stream.modes = std::move(modes);
    wanted.request.durability = durability;
    return Service<Kind>::start(thread, wanted).run_id;
  }
  /// Everything that is told of it, as a client hears it that comes after that event.
  std::vector<NumberedEvent> follow(const std::string& run, std::int64_t after = -1) {
    RunReader reader(this->watch, kNora, run, after);
    std::vector<NumberedEvent> all;
    while (true) {
      NewEvents news = wait(reader.next());
      for (NumberedEvent& each : news.events) {
        EXPECT_EQ(each.id, after + 1 + std::ssize(all)) << "no gap, no repeat";
        all.push_back(std::move(each));
      }
      if (news.is_over) return all;
    }
  }
  /// One line for each, without what differs from run to run.
  static std::vector<std::string> lines(const std::vector<NumberedEvent>& events) {
    std::vector<std::string> lines;
    for (const NumberedEvent& each : events) {
      if (each.event.name == "metadata") continue;
      json::value data = each.event.data;
      if (each.event.name == "messages") data = data.at(0);
      lines.push_back(each.event.name + " " + json::serialize(data));
    }
    return lines;
  }
  /// Its worker is taken for dead. Blocks until another attempt stands at the gates for the `times`-th time.
  void lose_worker(const std::string& run, int times) {
    this->write([](Session& session) {
      for (const jobs::WorkerBeat& each : jobs::read_beats(session)) jobs::leave_worker(session, each.worker);
    });
    while (this->gates.arrivals(run) < times) {
      while (this->clock.sleepers() < 3) std::this_thread::yield();
      this->clock.advance(1s);
    }
  }
  /// The same run, undisturbed.
  std::vector<std::string> undisturbed(const std::vector<std::string>& modes) {
    const std::string run = start_wide(this->make_thread().thread_id, modes);
    this->gates.open(run);
    return lines(follow(run));
  }
};
TYPED_TEST_SUITE(Takeover, Kinds);

TYPED_TEST(Takeover, OfARunWhoseServerStopsGoesOnWhereItStood) {
  auto worker = this->make_worker();
  const std::string thread = this->make_thread().thread_id;
  NewRun wanted = this->tagged("1");
  wanted.request.stream.modes = {"values", "updates"};
  const std::string run = this->start(thread, wanted).run_id;
  this->gates.await(run);
  worker->stop(0s);
  EXPECT_EQ(this->status_of(thread, run), RunStatus::kRunning) << "it is still its turn";
  worker = this->make_worker();
  this->gates.await(run, 2);
  this->gates.open(run);
  this->end_of(run);
  EXPECT_EQ(this->items_of(thread), json::value(json::array({"a1", "b1"})));
  EXPECT_EQ(this->status_of(thread, run), RunStatus::kSuccess);
  const auto events = this->follow(run);
  std::vector<std::string> names;
  for (const NumberedEvent& each : events) names.push_back(each.event.name);
  EXPECT_THAT(names, ElementsAre("metadata", "values", "updates", "values", "metadata", "updates", "updates",
                                 "values"));
  EXPECT_EQ(events[0].event.data.at("attempt"), json::value(1));
  EXPECT_EQ(events[4].event.data.at("attempt"), json::value(2));
}

TYPED_TEST(Takeover, TellsNothingTwiceAndLosesNothing) {
  const std::vector<std::string> modes{"values", "updates", "messages-tuple", "custom"};
  const auto worker = this->make_worker();
  auto expected = this->undisturbed(modes);
  std::ranges::sort(expected);  // which of the nodes side by side comes first is chance
  for (const char* durability : {"sync", "async"}) {
    const std::string thread = this->make_thread().thread_id;
    const std::string run = this->start_wide(thread, modes, durability);
    this->gates.await(run, 2);  // `hold` and `talk`
    this->lose_worker(run, 4);
    this->lose_worker(run, 6);
    this->gates.open(run);
    auto told = this->lines(this->follow(run));
    std::ranges::sort(told);
    EXPECT_EQ(told, expected) << durability;
    EXPECT_EQ(this->items_of(thread), json::value(json::array({"before", "quick", "after"})));
  }
}

TYPED_TEST(Takeover, LetsClientsComeBackAnywhere) {
  const auto worker = this->make_worker();
  const std::string run = this->start_wide(this->make_thread().thread_id, {"values", "messages"});
  this->gates.await(run, 2);
  this->lose_worker(run, 4);
  this->gates.open(run);
  const auto all = this->follow(run);
  EXPECT_EQ(wait(last_event_id(this->queue, kNora, run)), all.back().id);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto rest = this->follow(run, all[i].id);
    ASSERT_EQ(rest.size(), all.size() - i - 1);
    for (std::size_t k = 0; k < rest.size(); ++k) EXPECT_EQ(rest[k].event, all[i + 1 + k].event);
  }
  EXPECT_EQ(code_of([&] { wait(RunReader(this->watch, kSam, run).next()); }), base::Code::kNotFound);
}

TYPED_TEST(Takeover, EndsWhatNoServerSurvives) {
  const auto worker = this->make_worker();
  const std::string thread = this->make_thread().thread_id;
  const std::string run = this->start(thread, this->tagged("1")).run_id;
  for (int i = 1; i <= kMostAttempts; ++i) {
    this->gates.await(run, i);
    if (i < kMostAttempts) this->lose_worker(run, i + 1);
  }
  this->write([](Session& session) {
    for (const jobs::WorkerBeat& each : jobs::read_beats(session)) jobs::leave_worker(session, each.worker);
  });
  while (this->status_of(thread, run) == RunStatus::kRunning) {
    while (this->clock.sleepers() < 3) std::this_thread::yield();
    this->clock.advance(1s);
  }
  const auto end = this->end_of(run);
  EXPECT_EQ(end->status, RunStatus::kError);
  EXPECT_THAT(end->error, HasSubstr("died 5 times"));
  EXPECT_EQ(this->follow(run).back().event.name, "error");
  EXPECT_EQ(wait(this->threads.get(kNora, thread)).status, ThreadStatus::kError);
}

/// A thread is followed from one run to the next, its numbers grow, and it can be joined at any of them.
TYPED_TEST(Takeover, KeepsTheNumbersOfAThread) {
  const auto worker = this->make_worker();
  const std::string thread = this->make_thread().thread_id;
  const typename ThreadFollower::Parts parts{
      .database = *this->database, .jobs = this->queue, .watch = this->watch, .clock = machine_clock()};
  EXPECT_EQ(wait(last_number(*this->database, this->queue, kNora, thread)), 0);
  std::vector<std::string> ids;
  for (const char* tag : {"1", "2", "3"}) ids.push_back(this->start(thread, this->tagged(tag)).run_id);
  this->gates.await(ids[0]);
  this->lose_worker(ids[0], 2);
  this->gates.open_all();
  for (const std::string& id : ids) this->end_of(id);

  const auto numbers = [&](std::int64_t since, std::size_t runs) {
    ThreadFollower follower(parts, kNora, thread, since);
    std::vector<std::int64_t> all;
    std::vector<std::string> followed;
    while (followed.size() < runs) {
      const ThreadNews news = wait(follower.next());
      for (const NumberedEvent& each : news.events) all.push_back(news.run.number_of(each.id));
      if (!news.is_over) continue;
      EXPECT_EQ(news.end->status, RunStatus::kSuccess);
      EXPECT_EQ(news.run.graph_id, "two_steps");
      followed.push_back(news.run.run_id);
    }
    EXPECT_TRUE(std::ranges::equal(followed, std::span(ids).last(runs)));
    EXPECT_TRUE(std::ranges::is_sorted(all, std::less_equal())) << "they grow";
    return all;
  };
  const auto all = numbers(0, 3);
  EXPECT_EQ(wait(last_number(*this->database, this->queue, kNora, thread)), all.back());
  const std::int64_t second = this->count("SELECT first_number FROM runs WHERE id = '" + ids[1] + "'");
  const auto rest = numbers(second, 2);
  EXPECT_TRUE(std::ranges::equal(rest, std::span(all).last(rest.size())));
  ThreadFollower latest(parts, kNora, thread, std::nullopt);
  EXPECT_EQ(wait(latest.next()).run.run_id, ids[2]) << "without a number: the latest run";
}

}  // namespace
}  // namespace pharos::runs
