// Assistants: what people configure of graphs, in versions, theirs or their team's.
#include "platform/runs/assistants.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "platform/runs/tests/support.h"

namespace pharos::runs {
namespace {

using namespace testing_support;
using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class Kind>
struct AssistantsOf : Service<Kind> {
  Assistant add(const std::string& id, NewAssistant wanted = {}, const Scope& scope = kNora) {
    wanted.id = id;
    if (wanted.graph_id.empty()) wanted.graph_id = "two_steps";
    return wait(this->assistants.create(scope, std::move(wanted)));
  }
  std::vector<std::string> find(AssistantQuery query, const Scope& scope = kNora) {
    std::vector<std::string> found;
    for (const Assistant& each : wait(this->assistants.search(scope, std::move(query)))) {
      found.push_back(each.metadata.contains("created_by") ? each.graph_id : each.assistant_id);
    }
    return found;
  }
  std::string message_of(base::Task<Assistant> task) {
    try {
      wait(std::move(task));
    } catch (const base::Error& error) {
      return error.what();
    }
    return "nothing was refused";
  }
};
TYPED_TEST_SUITE(AssistantsOf, Kinds);

TYPED_TEST(AssistantsOf, ChangeInVersions) {
  this->add("a", {.name = "First", .config = {{"x", 1}}, .metadata = {{"kept", true}}});
  this->clock.advance(1s);
  const Assistant second =
      wait(this->assistants.change(kNora, "a", {.name = "Second", .metadata = json::object{{"more", 2}}}));
  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(second.config, (json::object{{"x", 1}})) << "what is not said stays";
  EXPECT_EQ(second.metadata, (json::object{{"kept", true}, {"more", 2}}));
  EXPECT_NE(second.created_at, second.updated_at);
  wait(this->assistants.change(
      kNora, "a",
      {.description = "third", .config = json::object(), .context = json::object{{"c", 1}}, .shared = true}));

  const auto versions = wait(this->assistants.versions(kNora, "a", {}, 10, 0));
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_EQ(versions[0].version, 3);
  EXPECT_EQ(versions[2].name, "First");
  EXPECT_EQ(versions[2].assistant_id, "a");
  EXPECT_EQ(wait(this->assistants.versions(kNora, "a", {{"more", 2}}, 10, 0)).size(), 2U);
  EXPECT_EQ(wait(this->assistants.versions(kNora, "a", {}, 1, 1)).at(0).version, 2);

  const Assistant back = wait(this->assistants.set_latest(kNora, "a", 1));
  EXPECT_EQ(back.name, "First");
  EXPECT_EQ(wait(this->assistants.get(kNora, "a")).version, 1);
  EXPECT_EQ(wait(this->assistants.change(kNora, "a", {.name = "Fourth"})).version, 4)
      << "no number is given twice";
  EXPECT_EQ(code_of([&] { wait(this->assistants.set_latest(kNora, "a", 9)); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->assistants.change(kNora, "a", {.graph_id = "none"})); }),
            Code::kNotFound);
  wait(this->assistants.remove(kNora, "a"));
  EXPECT_EQ(code_of([&] { wait(this->assistants.get(kNora, "a")); }), Code::kNotFound);
  EXPECT_EQ(this->count("SELECT count(*) FROM assistant_versions"), 0);
}

TYPED_TEST(AssistantsOf, AreMadeOnce) {
  this->add("a", {.name = "First"});
  EXPECT_EQ(code_of([&] { this->add("a"); }), Code::kConflict);
  EXPECT_EQ(this->add("a", {.name = "Other", .may_exist = true}).name, "First");
  EXPECT_EQ(code_of([&] { this->add("a", {.may_exist = true}, kSam); }), Code::kConflict);
  EXPECT_EQ(this->add("b").name, "Untitled");
  EXPECT_THAT(this->message_of(this->assistants.create(kNora, {.graph_id = "two_stepz"})),
              HasSubstr("there is no graph 'two_stepz'"));
}

TYPED_TEST(AssistantsOf, AreTheTeamsWhenTheyAreShared) {
  this->add("own");
  this->add("shared", {.shared = true});
  EXPECT_EQ(wait(this->assistants.get(kNed, "shared")).assistant_id, "shared");
  EXPECT_EQ(code_of([&] { wait(this->assistants.get(kNed, "own")); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->assistants.get(kSam, "shared")); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->assistants.versions(kNed, "own", {}, 10, 0)); }), Code::kNotFound);
  EXPECT_EQ(wait(this->assistants.versions(kNed, "shared", {}, 10, 0)).size(), 1U);
  for (const auto& [id, code] : {std::pair("shared", Code::kForbidden), std::pair("own", Code::kNotFound)}) {
    EXPECT_EQ(code_of([&] { wait(this->assistants.change(kNed, id, {.name = "mine"})); }), code);
    EXPECT_EQ(code_of([&] { wait(this->assistants.remove(kNed, id)); }), code);
    EXPECT_EQ(code_of([&] { wait(this->assistants.set_latest(kNed, id, 1)); }), code);
  }
  EXPECT_THAT(this->find({.ascending = true}, kNed), ElementsAre("two_steps", "shared"));
  EXPECT_THAT(this->find({}, kSam), ElementsAre("two_steps"));
  // A run of another's assistant is one's own run.
  const std::string thread = this->make_thread({}, kNed).thread_id;
  EXPECT_EQ(this->start(thread, {.assistant_id = "shared"}, kNed).assistant_id, "shared");
  EXPECT_EQ(
      code_of([&] { this->start(this->make_thread({}, kNed).thread_id, {.assistant_id = "own"}, kNed); }),
      Code::kNotFound);
}

TYPED_TEST(AssistantsOf, OfGraphsCannotBeChanged) {
  const std::string id = Assistants::id_of_graph("two_steps");
  EXPECT_EQ(Assistants::id_of_graph("agent"), "fe096781-5601-53d2-b2f6-0d3403f7e9ca")
      << "as LangGraph has it";
  for (const std::string& name : {id, std::string("two_steps")}) {
    const Assistant system = wait(this->assistants.get(kSam, name));
    EXPECT_EQ(system.assistant_id, id);
    EXPECT_EQ(system.description, "waits in its midst");
    EXPECT_THAT(this->message_of(this->assistants.change(kNora, name, {.name = "mine"})),
                HasSubstr("make one of your own"));
    EXPECT_EQ(code_of([&] { wait(this->assistants.remove(kNora, name)); }), Code::kForbidden);
    EXPECT_EQ(code_of([&] { wait(this->assistants.set_latest(kNora, name, 1)); }), Code::kForbidden);
    EXPECT_EQ(wait(this->assistants.versions(kNora, name, {{"created_by", "system"}}, 10, 0)).size(), 1U);
    EXPECT_THAT(wait(this->assistants.versions(kNora, name, {}, 10, 1)), IsEmpty());
    EXPECT_THAT(wait(this->assistants.versions(kNora, name, {{"x", 1}}, 10, 0)), IsEmpty());
  }
}

TYPED_TEST(AssistantsOf, AreFoundAndSorted) {
  this->graphs.add(
      "name: alpha\nstate: {x: any}\nnodes: {n: {kind: set, write: {x: 1}}}\n"
      "edges: [start -> n -> end]\n");
  this->clock.advance(1s);
  this->add("1", {.name = "Percent 100%", .metadata = {{"n", 1}}});
  this->clock.advance(1s);
  this->add("2", {.graph_id = "alpha", .name = "lower_case"});
  EXPECT_THAT(this->find({}), ElementsAre("2", "1", testing::_, testing::_)) << "the newest first";
  EXPECT_THAT(this->find({.sort_by = "name", .ascending = true}),
              ElementsAre("1", "alpha", "2", "two_steps"));
  EXPECT_THAT(this->find({.graph_id = "alpha", .sort_by = "graph_id"}),
              testing::UnorderedElementsAre("2", "alpha"));
  EXPECT_THAT(this->find({.name = "LOWER"}), ElementsAre("2"));
  EXPECT_THAT(this->find({.name = "0%"}), ElementsAre("1"));
  EXPECT_THAT(this->find({.name = "%"}), ElementsAre("1")) << "a percent sign is a percent sign";
  EXPECT_THAT(this->find({.name = "O_S"}), ElementsAre("two_steps"));
  EXPECT_THAT(this->find({.metadata = {{"n", 1.0}}}), ElementsAre("1"));
  EXPECT_THAT(this->find({.metadata = {{"created_by", "system"}}}).size(), 2U);
  EXPECT_EQ(wait(this->assistants.count(kNora, {.name = "e"})), 3);
  EXPECT_EQ(code_of([&] { this->find({.sort_by = "metadata"}); }), Code::kInvalidInput);
  this->graphs.remove("alpha");
  const Assistant left = wait(this->assistants.get(kNora, "2"));
  EXPECT_EQ(code_of([&] { this->assistants.graph_of(left); }), Code::kNotFound)
      << "its graph is not served any more";
}

/// A page has what the whole list has there, whether they are graphs' or people's.
TYPED_TEST(AssistantsOf, ArePagedThoughThereAreThousands) {
  const int count = std::is_same_v<TypeParam, Sqlite> ? 2000 : 300;
  this->write([&](Session& session) {
    for (int i = 0; i < count; ++i) {
      session.run(
          "INSERT INTO assistants (id, team_id, user_id, graph_id, name, config, context, metadata, version,"
          " is_shared, created_at, updated_at) VALUES ($1, 'north', 'nora', 'two_steps', $2, '{}', '{}', "
          "'{}',"
          " 1, $3, $4, $4)",
          fmt::format("id{:05}", i), fmt::format("name {}", i % 7), false, std::int64_t{i});
    }
  });
  for (const char* sort_by : {"created_at", "name", "assistant_id"}) {
    for (const bool ascending : {true, false}) {
      std::vector<std::string> paged;
      for (std::int64_t offset = 0; offset <= count; offset += 499) {
        for (std::string& id :
             this->find({.sort_by = sort_by, .ascending = ascending, .limit = 499, .offset = offset})) {
          paged.push_back(std::move(id));
        }
      }
      EXPECT_EQ(paged.size(), static_cast<std::size_t>(count) + 1) << sort_by;
      EXPECT_EQ(std::set(paged.begin(), paged.end()).size(), paged.size()) << "each once";
      EXPECT_EQ(paged, this->find({.sort_by = sort_by, .ascending = ascending, .limit = 100'000}));
    }
  }
  EXPECT_EQ(wait(this->assistants.count(kNora, {})), count + 1);
}

}  // namespace
}  // namespace pharos::runs
