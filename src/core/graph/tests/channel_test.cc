// Channels that hold what they hold for one super-step, or the last of several writes; fields never saved.
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

struct Board {
  Items news;     // a topic of one step
  Items archive;  // a topic that accumulates
  int flash = 0;  // ephemeral
  int any = 0;
  int handle = 0;  // untracked
  int x = 0;
};
BOOST_DESCRIBE_STRUCT(Board, (), (news, archive, flash, any, handle, x))

/// What the nodes saw, by name.
using Seen = std::map<std::string, Board>;

auto look(std::string name, std::shared_ptr<Seen> seen) {
  return [name, seen](const Board& state) {
    (*seen)[name] = state;
    return Update<Board>().set(&Board::archive, {name}).set(&Board::any, 3);
  };
}

/// write → (b, c) → d: the first writes everything, b and c write `any` side by side.
StateGraph<Board> board_graph(const std::shared_ptr<Seen>& seen) {
  StateGraph<Board> g{"board"};
  g.topic(&Board::news).topic(&Board::archive, Topic::kAccumulate);
  g.ephemeral(&Board::flash).any_value(&Board::any).untracked(&Board::handle);
  g.add_node("write", [](const Board&) {
    return Update<Board>()
        .set(&Board::news, {"1", "2"})
        .set(&Board::archive, {"1"})
        .set(&Board::flash, 7)
        .set(&Board::handle, 8);
  });
  g.add_node("b", look("b", seen)).add_node("c", look("c", seen));
  g.add_node("d", [seen](const Board& state) {
    (*seen)["d"] = state;
    return update(&Board::x, 1);
  });
  g.add_edge(kStart, "write").fan_out("write", {"b", "c"}).join({"b", "c"}, "d");
  return g;
}

TEST(Channels, LastAsLongAsTheySay) {
  const auto seen = std::make_shared<Seen>();
  const Board end = run(board_graph(seen).compile().invoke(Board{}));
  EXPECT_EQ((*seen)["b"].news, (Items{"1", "2"}));
  EXPECT_EQ((*seen)["c"].flash, 7);
  EXPECT_EQ((*seen)["b"].any, 0);
  EXPECT_EQ((*seen)["d"].news, Items{});
  EXPECT_EQ((*seen)["d"].flash, 0);
  EXPECT_EQ((*seen)["d"].any, 3) << "two writes of any value are no conflict";
  EXPECT_EQ((*seen)["d"].archive, (Items{"1", "b", "c"}));
  EXPECT_EQ((*seen)["d"].handle, 8);
  EXPECT_EQ(end.any, 0) << "nobody wrote it in the last step";
  EXPECT_EQ(end.archive, (Items{"1", "b", "c"}));
}

TEST(Channels, AreTheSameInAThreadThatIsResumedInBetween) {
  const auto seen = std::make_shared<Seen>();
  const auto graph = board_graph(seen).compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Board{}, {.thread_id = "t", .interrupt_before = {"b"}}));
  EXPECT_EQ(run(graph.get_state("t"))->values.flash, 7) << "what the next step is to see is kept";
  run(graph.run(Resume{}, {.thread_id = "t", .interrupt_before = {"d"}}));
  EXPECT_EQ((*seen)["b"].news, (Items{"1", "2"}));
  EXPECT_EQ((*seen)["b"].flash, 7);
  EXPECT_EQ((*seen)["b"].handle, 0) << "untracked fields are not kept";
  run(graph.invoke(Resume{}, {.thread_id = "t"}));
  EXPECT_EQ((*seen)["d"].news, Items{});
  EXPECT_EQ((*seen)["d"].any, 3);
  const Board kept = run(graph.get_state("t"))->values;
  EXPECT_EQ(kept.any, 0);
  EXPECT_EQ(kept.news, Items{});
  EXPECT_EQ(kept.archive, (Items{"1", "b", "c"}));
}

TEST(Channels, AConditionSeesWhatItsTaskSaw) {
  StateGraph<Board> g{"board"};
  g.ephemeral(&Board::flash).topic(&Board::news);
  g.add_node("a", [](const Board&) { return update(&Board::flash, 7).set(&Board::news, {"old"}); });
  g.add_node("b", [](const Board&) { return update(&Board::news, {"new"}); });
  Board seen;
  g.add_edge(kStart, "a").add_edge("a", "b").add_conditional_edges("b", [&](const Board& state) {
    seen = state;
    return kEnd;
  });
  run(g.compile().invoke(Board{}));
  EXPECT_EQ(seen.flash, 7) << "with the writes of its own task only: nothing is taken away yet";
  EXPECT_EQ(seen.news, Items{"new"});
}

TEST(Channels, TwoWritesOfAnEphemeralFieldAreAnError) {
  StateGraph<Board> g{"board"};
  g.ephemeral(&Board::flash);
  for (const char* name : {"a", "b"}) {
    g.add_node(name, [](const Board&) { return update(&Board::flash, 1); });
  }
  g.fan_out(kStart, {"a", "b"});
  const std::string message = message_of<GraphError>([&] { run(g.compile().invoke(Board{})); });
  EXPECT_NE(message.find("'flash' was written twice"), std::string::npos) << message;
}

TEST(Channels, NewInputTakesAwayWhatTheLastStepLeft) {
  StateGraph<Board> g{"board"};
  g.ephemeral(&Board::flash);
  std::vector<int> seen;
  g.add_node("a", [&](const Board& state) {
    seen.push_back(state.flash);
    return update(&Board::flash, 7);
  });
  g.add_edge(kStart, "a");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.invoke(update(&Board::flash, 1), {.thread_id = "t"}));
  run(graph.invoke(update(&Board::x, 1), {.thread_id = "t"}));
  EXPECT_EQ(seen, (std::vector<int>{1, 0}));
}

/// No description makes JSON from it.
struct Picture {
  std::shared_ptr<int> pixels;
};
struct Album {
  std::string name;
  Picture picture;
  Items seen;
};
BOOST_DESCRIBE_STRUCT(Album, (), (name, picture, seen))

TEST(Channels, UntrackedFieldsAreStrippedFromSendsThatAreSaved) {
  StateGraph<Album> g{"album"};
  g.untracked(&Album::picture).reduce(&Album::seen, append);
  g.add_node("open", [](const Album&) {});
  g.add_node("show", [](const Album& sent) {
    return update(&Album::seen, {sent.name + (sent.picture.pixels ? " with a picture" : " without")});
  });
  g.add_edge(kStart, "open").add_conditional_edges("open", [](const Album&) {
    return Send("show", Album{.name = "one", .picture = {std::make_shared<int>(1)}, .seen = {}});
  });
  const auto saver = std::make_shared<MemorySaver>();
  const auto graph = g.compile({.saver = saver});
  EXPECT_EQ(run(graph.invoke(Album{}, {.thread_id = "whole"})).seen, Items{"one with a picture"});
  run(graph.run(Album{}, {.thread_id = "t", .interrupt_before = {"show"}}));
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).seen, Items{"one without"});
}

}  // namespace
}  // namespace pharos::graph
