// What savers remember of threads in use: never more than they may, and never anything but what the database
// would say.
#include "platform/storage/last_checkpoints.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/messages.h"
#include "platform/storage/encrypted_saver.h"
#include "platform/storage/tests/support_databases.h"

namespace pharos::storage {
namespace {

using graph::ChannelValue;
using graph::SavedCheckpoint;
using graph::ThreadKey;
using testing_support::checkpoint_of;
using testing_support::machine_clock;
using testing_support::Postgres;
using testing_support::Sqlite;
using testing_support::wait;

const ThreadKey kThread{.thread_id = "thread", .path = {}};

graph::json::array one(const std::string& item) {
  graph::json::array list;
  list.emplace_back(item);
  return list;
}

/// `items` as a whole, or an addition to it.
std::vector<ChannelValue> items(const std::string& item, bool is_delta = false) {
  std::vector<ChannelValue> changed;
  changed.push_back({.channel = 0, .value = one(item)});
  if (is_delta) changed[0] = {.channel = 0, .value = {}, .writes = {one(item)}, .is_delta = true};
  return changed;
}

graph::Checkpoint child(const std::string& id, const std::string& parent, std::uint64_t version) {
  return checkpoint_of(id, parent, static_cast<int>(version), {version, 0});
}

/// Everything that a reader sees, its deltas folded in as a graph that appends would.
graph::json::value seen(const std::optional<SavedCheckpoint>& saved) {
  if (!saved) return nullptr;
  graph::json::object fields = base::to_json(saved->values).as_object();
  graph::json::object rests_on;
  for (const auto& [name, count] : saved->folded) rests_on[name] = count;
  for (const auto& [name, writes] : saved->deltas) {
    if (!fields.contains(name)) fields[name] = graph::json::array();
    for (const graph::SavedValue& write : writes) {
      for (const auto& item : write.to_json().as_array()) fields[name].as_array().push_back(item);
    }
    const auto folded = saved->folded.find(name);
    rests_on[name] = writes.size() + (folded == saved->folded.end() ? 0 : folded->second);
  }
  graph::json::array records;
  for (const auto& record : saved->records) records.emplace_back(record.task_id);
  const graph::Checkpoint& checkpoint = saved->checkpoint;
  return {{"id", checkpoint.id},
          {"parent", checkpoint.parent_id},
          {"run", checkpoint.run_id},
          {"step", checkpoint.step},
          {"metadata", checkpoint.metadata},
          {"created", checkpoint.created_at.time_since_epoch().count()},
          {"channels", base::to_json(*checkpoint.channels)},
          {"versions", base::to_json(checkpoint.versions)},
          {"fields", fields},
          {"rests_on", rests_on},
          {"records", records}};
}

std::unique_ptr<graph::Saver> open_forgetful(Sqlite, const std::string& place) {
  return std::make_unique<SqliteSaver>(place, testing_support::disk(),
                                       LastCheckpoints::Limits{.threads = 0, .bytes = 0});
}
std::unique_ptr<graph::Saver> open_forgetful(Postgres, const std::string& place) {
  return std::make_unique<PostgresSaver>(postgres::Settings{.url = place}, testing_support::disk(),
                                         machine_clock(), LastCheckpoints::Limits{.threads = 0, .bytes = 0});
}

template <class Database>
struct Remembering : testing::Test {
  /// Changes a value behind everybody's back, which no program does: who remembers does not see it.
  void tamper() {
    Database::execute(place,
                      fmt::format("UPDATE {}channel_values SET value = '[\"tampered\"]'", Database::kTables));
  }
  static graph::json::value field(graph::Saver& saver, const char* name = "items") {
    const auto saved = wait(saver.get(kThread, ""));
    return saved ? seen(saved).at("fields").at(name) : nullptr;
  }

  testing_support::Folder folder;
  std::string place = Database::make_place(folder);
  std::unique_ptr<graph::Saver> ours = Database::open(place, testing_support::disk());
  std::unique_ptr<graph::Saver> theirs = Database::open(place, testing_support::disk());
};

using Databases = testing::Types<Sqlite, Postgres>;
TYPED_TEST_SUITE(Remembering, Databases);

TYPED_TEST(Remembering, WhatWasPutOrReadIsNotReadAgain) {
  wait(this->ours->put(kThread, child("c1", "", 1), items("a")));
  EXPECT_EQ(this->field(*this->theirs), one("a"));
  this->tamper();
  EXPECT_EQ(this->field(*this->ours), one("a")) << "it has put it";
  EXPECT_EQ(this->field(*this->theirs), one("a")) << "it has read it";
  EXPECT_EQ(this->field(*TypeParam::open(this->place, testing_support::disk())), one("tampered"));
  EXPECT_EQ(seen(wait(this->ours->get(kThread, "c1"))).at("fields").at("items"), one("tampered"))
      << "what is asked for by name is always read";
}

TYPED_TEST(Remembering, TwoProgramsSeeEachOthersWrites) {
  std::string parent;
  for (int i = 1; i <= 12; ++i) {
    graph::Saver* writer = i % 3 == 0 ? this->theirs.get() : this->ours.get();
    graph::Saver* reader = i % 3 == 0 ? this->ours.get() : this->theirs.get();
    const std::string id = fmt::format("c{}", i);
    wait(writer->put(kThread, child(id, parent, static_cast<std::uint64_t>(i)), items(id, i > 1)));
    wait(reader->put_record(kThread, id, {.task_id = "of " + id, .node = "a"}));
    const auto read = seen(wait(reader->get(kThread, "")));
    EXPECT_EQ(read.at("id"), graph::json::value(id));
    EXPECT_EQ(read.at("fields").at("items").as_array().size(), static_cast<std::size_t>(i));
    EXPECT_EQ(seen(wait(writer->get(kThread, ""))), read);
    parent = id;
  }
}

TYPED_TEST(Remembering, AForkOfAnotherProgramIsTheLast) {
  wait(this->ours->put(kThread, child("c1", "", 1), items("a")));
  wait(this->ours->put(kThread, child("c2", "c1", 2), items("b", true)));
  graph::Checkpoint fork = child("f2", "c1", 2);
  fork.is_branch = true;
  wait(this->theirs->put(kThread, std::move(fork), items("other", true)));
  EXPECT_EQ(this->field(*this->ours), (graph::json::array{"a", "other"}));
  EXPECT_FALSE(wait(this->ours->get(kThread, ""))->checkpoint.is_branch);
  EXPECT_THROW(wait(this->ours->put(kThread, child("c3", "c2", 3), items("c", true))), base::Error);
  EXPECT_EQ(this->field(*this->ours), (graph::json::array{"a", "other"})) << "what was refused left nothing";
}

TYPED_TEST(Remembering, WhatIsDeletedIsForgotten) {
  wait(this->ours->put(kThread, child("c1", "", 1), items("a")));
  graph::Checkpoint second = child("c2", "c1", 2);
  second.run_id = "second";
  wait(this->ours->put(kThread, std::move(second), items("b", true)));
  EXPECT_EQ(this->field(*this->theirs), (graph::json::array{"a", "b"}));
  wait(this->theirs->prune("thread"));
  EXPECT_EQ(wait(this->ours->get(kThread, ""))->checkpoint.parent_id, "");
  EXPECT_EQ(this->field(*this->ours), (graph::json::array{"a", "b"}));
  wait(this->ours->put(kThread, child("c3", "c2", 3), items("c", true)));
  wait(this->theirs->delete_run("thread", "run"));
  EXPECT_EQ(this->field(*this->ours), (graph::json::array{"a", "b"}));
  wait(this->ours->put(kThread, child("c3", "c2", 3), items("anew", true)));
  EXPECT_EQ(this->field(*this->ours), (graph::json::array{"a", "b", "anew"}));
  wait(this->theirs->copy_thread("thread", "copy"));
  EXPECT_EQ(seen(wait(this->ours->get({.thread_id = "copy", .path = {}}, ""))).at("fields"),
            seen(wait(this->ours->get(kThread, ""))).at("fields"));
  wait(this->theirs->delete_thread("thread"));
  EXPECT_FALSE(wait(this->ours->get(kThread, "")).has_value());
  wait(this->theirs->put(kThread, child("c1", "", 1), items("of another life")));
  EXPECT_EQ(this->field(*this->theirs), one("of another life"));
}

TYPED_TEST(Remembering, SeveralPutTogetherAreThereTogether) {
  const auto row = [](std::initializer_list<std::pair<const char*, const char*>> ids) {
    std::vector<graph::NewCheckpoint> puts;
    for (const auto& [id, parent] : ids) {
      puts.push_back({child(id, parent, puts.size() + 1), items(id, parent[0] != '\0')});
    }
    return puts;
  };
  wait(this->ours->put_in_order(kThread, row({{"c1", ""}, {"c2", "c1"}, {"c3", "c2"}})));
  for (graph::Saver* saver : {this->ours.get(), this->theirs.get()}) {
    EXPECT_EQ(this->field(*saver), (graph::json::array{"c1", "c2", "c3"}));
    EXPECT_EQ(wait(saver->list(kThread, {})).size(), 3U);
  }
  EXPECT_THROW(wait(this->ours->put_in_order(kThread, row({{"d1", "c2"}, {"d2", "d1"}}))), base::Error);
  EXPECT_EQ(wait(this->theirs->list(kThread, {})).size(), 3U) << "nothing is left of what was refused";
  EXPECT_EQ(this->field(*this->ours), (graph::json::array{"c1", "c2", "c3"}));
}

TYPED_TEST(Remembering, SealedThreadsAreOpenedFromMemoryToo) {
  Key key;
  key.fill(7);
  const KeyRing keys{.in_use = "k", .keys = {{"k", key}}};
  EncryptedSaver sealed(std::move(this->ours), keys);
  EncryptedSaver other(std::move(this->theirs), keys);
  wait(sealed.put(kThread, child("c1", "", 1), items("a")));
  EXPECT_EQ(this->field(other), one("a"));
  wait(sealed.put(kThread, child("c2", "c1", 2), items("b", true)));
  for (EncryptedSaver* saver : {&sealed, &other, &sealed}) {
    EXPECT_EQ(this->field(*saver), (graph::json::array{"a", "b"}));
  }
  EXPECT_EQ(sealed.folding(), nullptr) << "nothing in the clear is handed to the saver below";
}

/// Does to one thread whatever can be done to it, through any saver.
class Mischief {
 public:
  explicit Mischief(graph::Saver& truth) : truth_(truth) {}

  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  void strike(graph::Saver& saver) {
    ++strikes_;
    last_ = wait(truth_.get(kThread, ""));
    const std::uint32_t what = below(40);
    if (what == 0) return wait(saver.prune("thread"));
    if (what == 1) return wait(saver.delete_run("thread", fmt::format("run{}", below(20))));
    if (what == 2) return wait(saver.delete_thread("thread"));
    if (what < 10 && last_) return put_record(saver);
    if (what < 14 && last_) return fold(saver);
    put(saver);
  }

 private:
  void put_record(graph::Saver& saver) {
    wait(saver.put_record(kThread, last_->checkpoint.id,
                          {.task_id = fmt::format("t{}", strikes_), .node = "a", .place = below(3)}));
  }
  static void fold(graph::Saver& saver) {
    const auto read = wait(saver.get(kThread, ""));
    const auto fields = seen(read).at("fields").as_object();
    if (!fields.contains("items")) return;
    saver.folding()->take_folded(kThread, read->checkpoint.id, {{"items", fields.at("items")}});
  }
  /// A child of the last, or of any other as a branch; now and then the graph's fields have changed.
  void put(graph::Saver& saver) {
    const std::string id = fmt::format("c{}", strikes_);
    const bool is_branch = last_ && below(8) == 0;
    const auto history = wait(truth_.list(kThread, {}));
    graph::Checkpoint next = checkpoint_of(id, "", strikes_, {});
    if (last_) next.parent_id = history[is_branch ? below(history.size()) : 0].checkpoint.id;
    next.is_branch = is_branch;
    next.run_id = fmt::format("run{}", strikes_ / 20);
    next.channels = std::make_shared<const std::vector<std::string>>(
        below(6) == 0 || !last_ ? shapes_[below(shapes_.size())] : *last_->checkpoint.channels);
    next.versions.assign(next.channels->size(), static_cast<std::uint64_t>(strikes_));
    std::vector<ChannelValue> changed;
    for (std::uint32_t channel = 0; channel < next.channels->size(); ++channel) {
      if (below(2) == 0) continue;
      ChannelValue& change = changed.emplace_back();
      change.channel = channel;
      change.is_delta = (*next.channels)[channel] == "items" && below(4) != 0;
      if (change.is_delta) change.writes.emplace_back(one(id));
      if (!change.is_delta) change.value = one(id);
    }
    wait(saver.put(kThread, std::move(next), std::move(changed)));
  }

  graph::Saver& truth_;
  std::mt19937 random_{11};
  const std::array<std::vector<std::string>, 3> shapes_{{{"items", "x"}, {"x", "y", "items"}, {"items"}}};
  std::optional<SavedCheckpoint> last_;
  int strikes_ = 0;
};

/// Each of two programs always sees what a program sees that remembers nothing.
TYPED_TEST(Remembering, AnyMixOfWorkIsSeenAsTheDatabaseHasIt) {
  const auto forgetful = open_forgetful(TypeParam(), this->place);
  Mischief mischief(*forgetful);
  for (int i = 0; i < 400 && !this->HasFailure(); ++i) {
    mischief.strike(mischief.below(2) == 0 ? *this->ours : *this->theirs);
    const auto truth = seen(wait(forgetful->get(kThread, "")));
    for (graph::Saver* saver : {this->ours.get(), this->theirs.get()}) {
      if (mischief.below(3) == 0) continue;  // not everybody looks every time
      EXPECT_EQ(seen(wait(saver->get(kThread, ""))), truth) << "after " << i;
    }
  }
}

struct Talk {
  graph::Messages messages;
  int turns = 0;
};
BOOST_DESCRIBE_STRUCT(Talk, (), (messages, turns))

graph::Graph<Talk> chat(std::shared_ptr<graph::Saver> saver) {
  graph::StateGraph<Talk> g{"chat"};
  g.reduce(&Talk::messages, graph::add_messages);
  g.add_node("answer", [](const Talk& state) {
    const std::string text = fmt::format("answer {} to {}", state.turns, state.messages.size());
    return graph::update(&Talk::messages, {graph::ai(text)}).set(&Talk::turns, state.turns + 1);
  });
  g.add_edge(graph::kStart, "answer");
  return g.compile({.saver = std::move(saver)});
}

TYPED_TEST(Remembering, AConversationIsTheSameWhoeverCarriesItOn) {
  const std::array graphs{chat(std::move(this->ours)), chat(std::move(this->theirs)),
                          chat(open_forgetful(TypeParam(), this->place))};
  Talk told;
  for (std::size_t turn = 0; turn < 60; ++turn) {
    auto& graph = graphs[turn / 15 % 2];  // long enough each for values to be shared folded
    graph::RunStart<Talk> start = graph::update(&Talk::messages, {graph::human(fmt::format("{}?", turn))});
    told = wait(graph.invoke(std::move(start), {.thread_id = "thread"}));
  }
  EXPECT_EQ(told.turns, 60);
  ASSERT_EQ(told.messages.size(), 120U);
  for (const auto& graph : graphs) {
    EXPECT_EQ(base::to_json(wait(graph.get_state("thread"))->values), base::to_json(told));
  }
}

std::size_t held(LastCheckpoints& last, const std::vector<std::string>& threads) {
  std::size_t found = 0;
  for (const std::string& thread : threads) {
    found += last.find({.thread_id = thread, .path = {}}, "c1").has_value() ? 1 : 0;
  }
  return found;
}

void put(LastCheckpoints& last, const std::string& thread, std::size_t bytes) {
  last.follow({.thread_id = thread, .path = {}}, {child("c1", "", 1), items("a")},
              {.checkpoint = 10, .changed = {bytes}});
}

TEST(LastCheckpoints, TheLongestUnusedGoFirst) {
  LastCheckpoints last({.threads = 2, .bytes = 1'000'000});
  put(last, "a", 1);
  put(last, "b", 1);
  EXPECT_EQ(held(last, {"a"}), 1U);
  put(last, "c", 1);
  EXPECT_EQ(held(last, {"a", "c"}), 2U);
  EXPECT_EQ(held(last, {"b"}), 0U) << "it was not used for longest";
  EXPECT_EQ(last.threads(), 2U);
  EXPECT_EQ(last.bytes(), 2U * (10 + 1));
}

TEST(LastCheckpoints, HoldNoMoreBytesThanTheyMay) {
  LastCheckpoints last({.threads = 1000, .bytes = 1000});
  for (const char* thread : {"a", "b", "c"}) put(last, thread, 300);
  EXPECT_EQ(last.bytes(), 930U);
  last.follow({.thread_id = "b", .path = {}}, {child("c2", "c1", 2), items("more", true)},
              {.checkpoint = 10, .changed = {200}});
  EXPECT_EQ(last.bytes(), 820U) << "what was added counts, and the thread unused for longest has gone";
  EXPECT_EQ(held(last, {"a"}), 0U);
  put(last, "large", 2000);
  EXPECT_EQ(last.threads(), 0U) << "a thread larger than all may be is not kept";
  EXPECT_EQ(last.bytes(), 0U);
}

TEST(LastCheckpoints, AValueThatIsReplacedCountsOnce) {
  LastCheckpoints last({});
  put(last, "a", 300);
  const ThreadKey thread{.thread_id = "a", .path = {}};
  last.follow(thread, {child("c2", "c1", 2), items("more", true)}, {.checkpoint = 10, .changed = {200}});
  last.follow(thread, {child("c3", "c2", 3), items("new")}, {.checkpoint = 20, .changed = {7}});
  EXPECT_EQ(last.bytes(), 27U);
  last.forget("a");
  EXPECT_EQ(last.bytes(), 0U);
}

TEST(LastCheckpoints, AThreadIsForgottenWithItsSubgraphs) {
  LastCheckpoints last({});
  for (const char* path : {"", "inner", "inner|more"}) {
    last.follow({.thread_id = "a", .path = path}, {child("c1", "", 1), {}}, {});
  }
  put(last, "ab", 1);
  last.forget("a");
  EXPECT_EQ(last.threads(), 1U);
  EXPECT_EQ(held(last, {"ab"}), 1U);
}

TEST(LastCheckpoints, WhatRestsOnSomethingUnknownIsNotKept) {
  LastCheckpoints last({});
  last.follow(kThread, {child("c2", "c1", 2), items("b", true)}, {.checkpoint = 1, .changed = {1}});
  EXPECT_FALSE(last.find(kThread, "c2").has_value());
  last.follow(kThread, {child("c1", "", 1), items("a")}, {.checkpoint = 1, .changed = {1}});
  last.follow(kThread, {child("c3", "c2", 3), items("c", true)}, {.checkpoint = 1, .changed = {1}});
  EXPECT_FALSE(last.has(kThread)) << "c2 was put by somebody else";
}

}  // namespace
}  // namespace pharos::storage
