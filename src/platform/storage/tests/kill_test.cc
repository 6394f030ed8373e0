// A program that runs graphs is killed, again and again: nothing acknowledged is lost, nothing that is
// recorded runs again, and every thread comes to its right end.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/storage/tests/support_databases.h"
#include "platform/storage/tests/support_victim.h"

namespace pharos::storage {
namespace {

using namespace std::chrono_literals;
using testing_support::Boundary;
using testing_support::Victim;
using testing_support::VictimOrders;
using testing_support::wait;

/// When a victim dies.
struct Plan {
  Boundary boundary = Boundary::kNone;  ///< there, or
  std::string after;                    ///< so long after it has begun to tell this; empty: whatever it tells
  int ordinal = 1;                      ///< the how-manieth time
  std::chrono::microseconds delay{0};
  int threads = 1;  ///< that it runs side by side
};

bool is_long_run() {
  return std::getenv("PHAROS_TEST_LONG") != nullptr;
}

/// The keys that prove a node's work done: its own, or that of what stands in for it.
std::string proof_of(const std::string& key) {
  return key.starts_with("c.") ? "ferry" + key.substr(1) : key;
}

template <class Database>
class Kills : public testing::Test {
 protected:
  void begin(std::uint64_t seed) {
    random_.seed(seed);
    folder_ = std::make_unique<testing_support::Folder>();
    place_ = Database::make_place(*folder_);
    saver_ = Database::open(place_, testing_support::disk());
  }
  int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }

  /// Runs a victim until its moment; true when it was killed, false when it came to its end before.
  bool strike(const Plan& plan) {
    if (threads_.empty()) start_threads(plan.threads);
    Victim victim(victims_test(), orders(plan));
    std::vector<std::string> told;
    bool reached = false;
    int times = 0;
    while (!reached) {
      auto line = victim.next_line();
      if (!line) break;
      reached = *line == "stands" || (plan.boundary == Boundary::kNone && line->starts_with(plan.after) &&
                                      ++times == plan.ordinal);
      told.push_back(std::move(*line));
    }
    if (!reached) EXPECT_TRUE(victim.has_ended_well());
    const base::SteadyTime end = testing_support::machine_clock().now() + plan.delay;
    while (reached && testing_support::machine_clock().now() < end) {
      auto line = victim.next_line(end - testing_support::machine_clock().now());
      if (line) told.push_back(std::move(*line));
    }
    if (reached) std::ranges::move(victim.kill_it(), std::back_inserter(told));
    cut_short_ += !told.empty() && (told.back() == "putting" || told.back() == "recording") ? 1 : 0;
    Database::let_settle(place_);
    look(told);
    if (!reached) look_at_the_end();
    return reached;
  }
  /// Without another accident; then everything is deleted.
  void finish() {
    if (!threads_.empty()) EXPECT_FALSE(strike({.after = "nothing"}));
    EXPECT_EQ(testing_support::orphans<Database>(place_), "");
    for (int i = 1; i <= started_; ++i) wait(saver_->delete_thread(fmt::format("thread{}", i)));
    for (const char* table : testing_support::kTableNames) {
      EXPECT_EQ(testing_support::rows<Database>(place_, table), 0) << table;
    }
  }

  int cut_short_ = 0;  ///< kills while something was on its way to the database

 private:
  struct Seen {
    std::set<std::string> held;  ///< keys that were in the database
    std::set<std::string> ran;
  };

  static std::string victims_test() {
    return std::string(testing::UnitTest::GetInstance()->current_test_info()->test_suite_name()) +
           ".DISABLED_IsTheVictim";
  }
  std::string journal() const { return (folder_->path() / "journal").string(); }
  VictimOrders orders(const Plan& plan) {
    VictimOrders orders{.place = Database::for_victim(place_),
                        .journal = journal(),
                        .boundary = plan.boundary,
                        .ordinal = plan.ordinal,
                        .durability = below(2) == 0 ? graph::Durability::kSync : graph::Durability::kAsync};
    for (const auto& [thread, seen] : threads_) orders.threads.push_back(thread);
    return orders;
  }
  void start_threads(int count) {
    for (int i = 0; i < count; ++i) threads_[fmt::format("thread{}", ++started_)] = {};
  }

  /// What has been told of is there, what was there is there still, and what was there has not run since.
  void look(const std::vector<std::string>& told) {
    std::ifstream file(journal());
    file.seekg(journal_read_);
    for (std::string thread, key; file >> thread >> key;) {
      EXPECT_FALSE(threads_.at(thread).held.contains(proof_of(key)))
          << key << " of " << thread << " was recorded and has run again";
      EXPECT_FALSE(key.starts_with("c.") && threads_.at(thread).ran.contains(proof_of(key)))
          << key << " of " << thread << " has run again although its error handler had begun";
      threads_.at(thread).ran.insert(key);
      journal_read_ = file.tellg();
    }
    for (auto& [thread, seen] : threads_) {
      const auto kept = wait(saver_->list({.thread_id = thread, .path = {}}, {}));
      for (const std::string& line : told) expect_kept(line, thread, kept);
      const auto held = kept.empty() ? std::set<std::string>() : testing_support::held_keys(kept.front());
      EXPECT_TRUE(std::ranges::includes(held, seen.held)) << thread << " has lost something";
      EXPECT_TRUE(std::ranges::includes(seen.ran, held)) << thread << " holds what never ran";
      seen.held = held;
    }
  }
  static void expect_kept(const std::string& line, const std::string& thread,
                          const std::vector<graph::SavedCheckpoint>& kept) {
    std::istringstream words(line);
    std::string what;
    std::string of;
    std::string id;
    std::uint32_t place = 0;
    words >> what >> of >> id >> place;
    if (of != thread || (what != "put" && what != "record")) return;
    const auto found =
        std::ranges::find_if(kept, [&](const auto& saved) { return saved.checkpoint.id == id; });
    ASSERT_NE(found, kept.end()) << "lost: " << line;
    if (what == "record") {
      EXPECT_TRUE(std::ranges::count(found->records, place, &graph::TaskRecord::place)) << "lost: " << line;
    }
  }
  void look_at_the_end() {
    for (const auto& [thread, seen] : threads_) {
      const auto last = wait(saver_->get({.thread_id = thread, .path = {}}, ""));
      ASSERT_TRUE(last.has_value());
      EXPECT_THAT(last->checkpoint.next, testing::IsEmpty());
      EXPECT_EQ(testing_support::held_items(*last), testing_support::whole_journey()) << thread;
    }
    threads_.clear();
  }

  std::mt19937_64 random_;
  std::unique_ptr<testing_support::Folder> folder_;
  std::string place_;
  std::unique_ptr<graph::Saver> saver_;
  std::map<std::string, Seen> threads_;  ///< that have not come to their end
  int started_ = 0;
  std::streamoff journal_read_ = 0;
};

using Databases = testing::Types<testing_support::Sqlite, testing_support::Postgres>;
TYPED_TEST_SUITE(Kills, Databases);

/// Run by the tests below, as a program of its own.
TYPED_TEST(Kills, DISABLED_IsTheVictim) {
  const auto orders = VictimOrders::from_environment();
  base::Pool disk("disk", 2);
  testing_support::be_victim(orders, TypeParam::open(orders.place, disk));
}

TYPED_TEST(Kills, AtEveryBoundaryNothingIsLostAndNothingRunsTwice) {
  this->begin(1);
  const int times = is_long_run() ? 10 : 2;
  for (const Boundary boundary : {Boundary::kBeforeRecord, Boundary::kAfterRecord, Boundary::kBeforePut,
                                  Boundary::kAfterPut, Boundary::kInHandler}) {
    SCOPED_TRACE(fmt::format("boundary {}", static_cast<int>(boundary)));
    for (int killed = 0; killed < times;) {
      killed += this->strike({.boundary = boundary, .ordinal = 1 + this->below(4)}) ? 1 : 0;
    }
  }
  for (const char* within : {"putting", "recording"}) {
    SCOPED_TRACE(within);
    for (int killed = 0; killed < times;) {
      killed += this->strike({.after = within,
                              .ordinal = 1 + this->below(8),
                              .delay = std::chrono::microseconds(this->below(1000))})
                    ? 1
                    : 0;
    }
  }
  this->finish();
}

TYPED_TEST(Kills, AtRandomMomentsNothingIsLostAndNothingRunsTwice) {
  this->begin(2);
  const int kills = is_long_run() ? 200 : 40;
  for (int killed = 0; killed < kills;) {
    const Plan plan{.after = "",
                    .ordinal = 1 + this->below(120),
                    .delay = std::chrono::microseconds(this->below(3000)),
                    .threads = this->below(2) == 0 ? 1 : 8};
    SCOPED_TRACE(fmt::format("kill {}: line {}, {} µs later", killed, plan.ordinal, plan.delay.count()));
    killed += this->strike(plan) ? 1 : 0;
    if (this->HasFailure()) break;
  }
  this->RecordProperty("cut_short", this->cut_short_);
  this->finish();
}

}  // namespace
}  // namespace pharos::storage
