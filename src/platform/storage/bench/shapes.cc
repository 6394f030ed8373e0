#include "platform/storage/bench/shapes.h"

#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "core/graph/messages.h"
#include "core/graph/wakeup.h"

namespace pharos::storage::bench {
namespace {

namespace asio = boost::asio;
using graph::Context;
using graph::Update;
using graph::bench::run_once;

constexpr int kMessageLength = 800;
constexpr int kCheckpointsOfTurn = 3;   // its input, the start, the answer
constexpr int kCheckpointsOfChain = 5;  // its input, the start, three nodes

struct Chat {
  graph::Messages messages;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (messages))

std::string random_text(std::minstd_rand& random) {
  std::string text(kMessageLength, ' ');
  for (char& letter : text) letter = static_cast<char>('a' + random() % 26);
  return text;
}

/// Speaks and answers; counts its threads.
struct Talk {
  graph::Graph<Chat> graph;
  std::shared_ptr<std::minstd_rand> random;
  int turns;
  graph::Durability durability;
  int threads = 0;
};

base::Task<void> talk(std::shared_ptr<Talk> talk) {
  const std::string thread = fmt::format("chat-{}", ++talk->threads);
  for (int turn = 0; turn < talk->turns; ++turn) {
    graph::RunStart<Chat> start = update(&Chat::messages, {graph::human(random_text(*talk->random))});
    graph::RunConfig config{.thread_id = thread, .durability = talk->durability};
    co_await talk->graph.invoke(std::move(start), std::move(config));
  }
}

/// 64 threads at once, or one.
struct Crowd {
  graph::Graph<Chat> graph;
  int size;
  graph::Durability durability;
  int threads = 0;
};

base::Task<void> run_all(std::shared_ptr<Crowd> crowd) {
  graph::Wakeup finished;
  std::exception_ptr failure;
  int left = crowd->size;
  const auto one_finished = [&](std::exception_ptr thrown) {
    if (thrown) failure = thrown;
    if (--left == 0) finished.notify();
  };
  const auto executor = co_await asio::this_coro::executor;
  for (int i = 0; i < crowd->size; ++i) {
    graph::RunConfig config{.thread_id = fmt::format("thread-{}", ++crowd->threads),
                            .durability = crowd->durability};
    asio::co_spawn(executor,
                   run_once(crowd->graph, Chat{.messages = {graph::human("hello")}}, std::move(config)),
                   one_finished);
  }
  while (left > 0) co_await finished.wait();
  if (failure) std::rethrow_exception(failure);
}

base::Task<Update<Chat>> do_nothing(const Chat&, Context&) {
  co_return Update<Chat>();
}

}  // namespace

Load chat(int turns, std::shared_ptr<graph::Saver> saver, graph::Durability durability) {
  const auto random = std::make_shared<std::minstd_rand>(1);
  graph::StateGraph<Chat> g{"chat"};
  g.reduce(&Chat::messages, graph::add_messages);
  g.add_node("answer",
             [random](const Chat&) { return update(&Chat::messages, {graph::ai(random_text(*random))}); });
  g.add_edge(graph::kStart, "answer").add_edge("answer", graph::kEnd);
  const auto shared = std::make_shared<Talk>(Talk{.graph = g.compile({.saver = std::move(saver)}),
                                                  .random = random,
                                                  .turns = turns,
                                                  .durability = durability});
  return {.run = {.once = [shared] { return talk(shared); }},
          .checkpoints = kCheckpointsOfTurn * turns,
          .payload_bytes = 2.0 * kMessageLength * turns};
}

Load chains_of_three(int threads, std::shared_ptr<graph::Saver> saver, graph::Durability durability) {
  graph::StateGraph<Chat> g{"seq-3"};
  g.reduce(&Chat::messages, graph::add_messages);
  g.add_node("node0", do_nothing).add_node("node1", do_nothing).add_node("node2", do_nothing);
  g.add_edge(graph::kStart, "node0").add_edge("node0", "node1").add_edge("node1", "node2");
  g.add_edge("node2", graph::kEnd);
  const auto crowd = std::make_shared<Crowd>(
      Crowd{.graph = g.compile({.saver = std::move(saver)}), .size = threads, .durability = durability});
  return {.run = {.once = [crowd] { return run_all(crowd); }}, .checkpoints = kCheckpointsOfChain * threads};
}

}  // namespace pharos::storage::bench
