// Transcripts of how writes reach the state, and in which order.
#include <gmock/gmock.h>

#include "core/graph/messages.h"
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

/// x and y as they are, first values too.
json::object numbers(const Trail& state) {
  return {{"x", state.x}, {"y", state.y}};
}

TRANSCRIPT(lastvalue_double_write) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", [](const Trail&) { return update(&Trail::x, 1); }).add_node("b", [](const Trail&) {
    return update(&Trail::x, 2);
  });
  g.fan_out(kStart, {"a", "b"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const RunConfig config{.thread_id = "1"};
  json::object all;
  all["invoke"] = told([&] { return shown(run(graph.invoke(Trail{}, config))); });
  all["get_state"] = told([&] { return state_of(graph, "1"); });
  all["retry_None"] = told([&] { return shown(run(graph.invoke(Resume{}, config))); });
  all["history"] = history_of(graph, "1");
  return all;
}

/// Three siblings that append to `items` after 0, 150 and 50 ms.
json::object told_by_siblings() {
  base::ManualClock clock;
  auto g = trail_graph();
  g.add_node("zed", visit("zed"))
      .add_node("mid", visit_after("mid", 50ms))
      .add_node("alpha", visit_after("alpha", 150ms));
  g.fan_out(kStart, {"zed", "mid", "alpha"});
  Events updates;
  Loop loop;
  const auto graph = g.compile({.clock = &clock});
  const auto started = loop.start(graph.stream(Trail{.items = {"in"}}, StreamMode::kUpdates, updates));
  for (int i = 0; i < 3; ++i) loop.advance(clock, 50ms);
  return {{"invoke", shown(started->take())}, {"updates", updates.all}};
}

TRANSCRIPT(reducer_order_parallel) {
  return told_by_siblings();
}
TRANSCRIPT(reducer_order_parallel_async) {
  return told_by_siblings();
}

TRANSCRIPT(overwrite_simple) {
  auto g = trail_graph();
  g.add_node("a", visit("a"))
      .add_node("b", [](const Trail&) { return Update<Trail>().overwrite(&Trail::items, {"ow"}); })
      .add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c");
  Events updates;
  const Trail final = run(g.compile().stream(Trail{}, StreamMode::kUpdates, updates));
  return {{"final", shown(final)}, {"updates", updates.all}};
}

TRANSCRIPT(overwrite_with_appends_same_step) {
  auto g = trail_graph();
  g.add_node("a", visit("a"))
      .add_node("b", [](const Trail&) { return Update<Trail>().overwrite(&Trail::items, {"B"}); })
      .add_node("c", visit("c"));
  g.fan_out(kStart, {"a", "b", "c"});
  return shown(run(g.compile().invoke(Trail{})));
}

TRANSCRIPT(bad_returns_and_inputs) {
  const auto graph_of = [](auto node) {
    StateGraph<Trail> g{"g"};
    g.add_node("a", std::move(node)).add_edge(kStart, "a");
    return g.compile();
  };
  json::object all;
  all["None"] = numbers(run(graph_of([](const Trail&) {}).invoke(Trail{})));
  all["empty"] = numbers(run(graph_of([](const Trail&) { return Update<Trail>(); }).invoke(Trail{})));
  const auto two_fields = graph_of(
      [](const Trail&) { return several<Update<Trail>>(update(&Trail::x, 1), update(&Trail::y, 2)); });
  all["list_of_updates"] = told([&] { return numbers(run(two_fields.invoke(Trail{}))); });
  const auto one_field = graph_of(
      [](const Trail&) { return several<Update<Trail>>(update(&Trail::x, 1), update(&Trail::x, 2)); });
  all["list_same_key_twice"] = told([&] { return numbers(run(one_field.invoke(Trail{}))); });
  const auto count = graph_of([](const Trail& state) { return update(&Trail::x, state.x + 1); });
  all["input_None"] = told([&] { return numbers(run(count.invoke(Resume{}))); });
  all["input_empty"] = told([&] { return numbers(run(count.invoke(Update<Trail>()))); });
  return all;
}

TRANSCRIPT(managed_values) {
  auto seen = std::make_shared<json::array>();
  StateGraph<Trail> g{"g"};
  g.add_node("n", [seen](const Trail& state, Context& context) {
    seen->push_back(json::array{context.is_last_step(), context.remaining_steps()});
    return Command<Trail>().set(&Trail::x, state.x + 1).go_to(context.is_last_step() ? kEnd : "n");
  });
  g.add_edge(kStart, "n");
  const Trail end = run(g.compile().invoke(Trail{}, {.recursion_limit = 4}));
  return {{"r", shown(end)}, {"seen", *seen}};
}

TRANSCRIPT(recursion_limit) {
  auto runs = std::make_shared<json::array>();
  StateGraph<Trail> g{"g"};
  g.add_node("n", [runs](const Trail& state) {
    runs->push_back(state.x);
    return update(&Trail::x, state.x + 1);
  });
  g.add_edge(kStart, "n").add_conditional_edges("n", [](const Trail&) { return "n"; });
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const RunConfig config{.thread_id = "1", .recursion_limit = 5};
  json::object all;
  all["invoke"] = told([&] { return shown(run(graph.invoke(Trail{}, config))); });
  all["runs"] = *runs;
  all["state"] = state_of(graph, "1");
  all["again"] = told([&] { return shown(run(graph.invoke(Resume{}, config))); });
  all["runs2"] = *runs;
  all["state2"] = state_of(graph, "1");
  return all;
}

/// `type`, `content` and `id` of each; an id that was made up is told as such.
json::array plain(const Messages& messages) {
  json::array all;
  for (const Message& each : messages) {
    all.push_back({{"type", base::to_name(each.type)}, {"content", text_of(each)}, {"id", each.id}});
  }
  return all;
}

json::value folded(Messages current, const json::value& added) {
  return told([&] {
    add_messages(current, to_messages(added));
    return plain(current);
  });
}

TRANSCRIPT(add_messages_cases) {
  const Messages two{human("1", "a"), ai("2", "b")};
  Messages three = two;
  three.push_back(human("3", "c"));
  const json::object removes_all{{"type", "remove"}, {"id", kRemoveAll}};
  const auto message = [](const char* role, const char* content, const char* id) {
    return json::object{{"role", role}, {"content", content}, {"id", id}};
  };
  const json::object removes_b{{"type", "remove"}, {"id", "b"}};
  json::object all;
  all["append"] = folded(two, {message("user", "3", "c"), message("ai", "4", "d")});
  all["replace"] = folded(three, {message("ai", "2!", "b")});
  all["replace_other_type"] = folded(three, {message("human", "now human", "b")});
  all["no_id"] = folded(three, {json::object{{"role", "user"}, {"content", "x"}}});
  all["remove"] = folded(three, {removes_b});
  all["remove_unknown"] = folded(three, {json::object{{"type", "remove"}, {"id", "zz"}}});
  all["remove_all"] = folded(three, {removes_all, message("ai", "kept", "k")});
  all["remove_all_twice"] =
      folded(three, {removes_all, message("ai", "k1", "k1"), removes_all, message("ai", "k2", "k2")});
  all["str"] = folded(three, "plain");
  all["dict"] = folded(three, message("assistant", "d", "dd"));
  json::array pairs;
  pairs.emplace_back(json::array{"human", "t"});
  all["tuple"] = folded(three, pairs);
  all["bad"] = folded(three, {json::object{{"foo", 1}}});
  all["dup_right"] = folded(three, {message("ai", "v1", "n"), message("ai", "v2", "n")});
  all["remove_then_readd"] = folded(three, {removes_b, message("ai", "again", "b")});
  all["add_then_remove"] =
      folded(three, {message("ai", "new", "n"), json::object{{"type", "remove"}, {"id", "n"}}});
  all["left_empty_remove_all"] = folded({}, {removes_all});
  all["single"] = folded({human("1", "a")}, message("ai", "s", "s"));
  all["dup_left"] = folded({ai("1", "a"), ai("2", "a")}, {message("ai", "3", "a")});
  return all;
}

/// One field a kind of channel.
struct Special {
  Items t1;
  Items t2;
  int e = 0;
  int u = 0;
  int any = 0;
  int x = 0;
};
BOOST_DESCRIBE_STRUCT(Special, (), (t1, t2, e, u, any, x))

/// What is not a first value.
json::object shown(const Special& state) {
  json::object fields;
  for (const auto& [name, value] : base::to_json(state).as_object()) {
    if (value != json::value(json::array()) && value != json::value(0)) fields[name] = value;
  }
  return fields;
}

TRANSCRIPT(special_channels) {
  StateGraph<Special> g{"special"};
  g.topic(&Special::t1).topic(&Special::t2, Topic::kAccumulate);
  g.ephemeral(&Special::e).untracked(&Special::u).any_value(&Special::any);
  auto seen = std::make_shared<json::object>();
  const auto sees = [seen](std::string name, auto writes) {
    return [=](const Special& state) {
      (*seen)[name] = shown(state);
      return writes();
    };
  };
  g.add_node("a", [](const Special&) {
    return update(&Special::t1, {"1", "2"}).set(&Special::t2, {"1"}).set(&Special::e, 7).set(&Special::u, 8);
  });
  g.add_node("b", sees("b", [] { return update(&Special::any, 3).set(&Special::t2, {"2", "3"}); }));
  g.add_node("c", sees("c", [] { return update(&Special::any, 3).set(&Special::t2, {"4"}); }));
  g.add_node("d", sees("d", [] { return update(&Special::x, 1); }));
  g.add_edge(kStart, "a").fan_out("a", {"b", "c"}).join({"b", "c"}, "d");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const Special final = run(graph.invoke(Special{}, {.thread_id = "1"}));
  json::object all;
  all["final"] = shown(final);
  all["seen"] = *seen;
  all["get_state"] = shown(run(graph.get_state("1"))->values);
  return all;
}

TEST(Transcripts, EveryCaseOfTheFilesIsTold) {
  std::vector<std::string> told;
  const auto& program = *testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const auto& suite = *program.GetTestSuite(i);
    if (std::string_view(suite.name()) != "Transcript") continue;
    for (int j = 0; j < suite.total_test_count(); ++j) told.emplace_back(suite.GetTestInfo(j)->name());
  }
  EXPECT_THAT(told, testing::UnorderedElementsAreArray(case_names()));
}

}  // namespace
}  // namespace pharos::graph::transcript
