// Nodes remember across threads with the store their graph was compiled with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/memory_store.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

struct Chat {
  std::string user;
  std::string said;
  std::vector<std::string> messages;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (user, said, messages))

/// Remembers the name a person gives, and greets by it whatever thread they write in.
base::Task<Update<Chat>> answer(const Chat& chat, Context& context) {
  constexpr std::string_view kIntroduction = "I am ";
  const Namespace space{"people", chat.user};
  if (chat.said.starts_with(kIntroduction)) {
    co_await context.store().put(space, "name", {{"name", chat.said.substr(kIntroduction.size())}});
  }
  const auto known = co_await context.store().get(space, "name");
  const std::string name = known ? std::string(known->value.at("name").as_string()) : "stranger";
  co_return update(&Chat::messages, {chat.said, "Hello, " + name});
}

StateGraph<Chat> chat_graph() {
  StateGraph<Chat> g{"chat"};
  g.reduce(&Chat::messages, append);
  g.add_node("answer", answer).add_edge(kStart, "answer").add_edge("answer", kEnd);
  return g;
}

TEST(StoreInAGraph, AChatRemembersAcrossThreads) {
  const auto chat = chat_graph().compile(
      {.saver = std::make_shared<MemorySaver>(), .store = std::make_shared<MemoryStore>()});
  const auto say = [&](std::string thread, std::string user, std::string text) {
    return run(chat.invoke(Chat{.user = std::move(user), .said = std::move(text), .messages = {}},
                           {.thread_id = std::move(thread)}))
        .messages.back();
  };
  EXPECT_EQ(say("monday", "u1", "hi"), "Hello, stranger");
  EXPECT_EQ(say("monday", "u1", "I am Ann"), "Hello, Ann");
  EXPECT_EQ(say("tuesday", "u1", "hi"), "Hello, Ann") << "another thread of the same person";
  EXPECT_EQ(say("tuesday", "u2", "hi"), "Hello, stranger") << "another person in the same thread";
}

TEST(StoreInAGraph, WithoutAStoreANodeIsToldHowToGetOne) {
  const auto chat = chat_graph().compile();
  const std::string message =
      message_of<NodeError>([&] { run(chat.invoke(Chat{.user = "u1", .said = "hi", .messages = {}})); });
  EXPECT_THAT(message, testing::HasSubstr("CompileOptions::store"));
  EXPECT_THAT(message, testing::HasSubstr("'chat'"));
}

TEST(StoreInAGraph, ASubgraphHasTheStoreOfTheGraphAroundItUnlessItHasItsOwn) {
  const auto outer_store = std::make_shared<MemoryStore>();
  const auto inner_store = std::make_shared<MemoryStore>();
  const auto remember = [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await context.store().put({"met"}, context.node(), {});
    co_return Update<Trail>();
  };
  const auto inner_graph = [&](std::string node) {
    auto g = trail_graph("inner");
    g.add_node(node, remember).add_edge(kStart, node).add_edge(node, kEnd);
    return g;
  };
  const auto sharing = inner_graph("sharing").compile();
  const auto own = inner_graph("own").compile({.store = inner_store});
  auto g = trail_graph();
  g.add_node("call", [sharing, own](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await sharing.invoke_within(context, Trail{});
    co_await own.invoke_within(context, Trail{});
    co_return Update<Trail>();
  });
  g.add_edge(kStart, "call").add_edge("call", kEnd);
  run(g.compile({.store = outer_store}).invoke(Trail{}));
  EXPECT_TRUE(run(outer_store->get({"met"}, "sharing")).has_value());
  EXPECT_TRUE(run(inner_store->get({"met"}, "own")).has_value());
  EXPECT_FALSE(run(outer_store->get({"met"}, "own")).has_value());
}

}  // namespace
}  // namespace pharos::graph
