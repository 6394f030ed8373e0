// Many threads at once: every run is begun before the first one ends.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "core/graph/bench/resident.h"
#include "core/graph/bench/shapes.h"
#include "core/graph/wakeup.h"

namespace pharos::graph::bench {
namespace {

namespace asio = boost::asio;

struct Chat {
  std::vector<std::string> messages;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (messages))

/// Lets everybody else have a turn, as a node does that waits for a model.
base::Task<Update<Chat>> take_turns(const Chat&, Context&) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  co_return Update<Chat>();
}

struct Crowd {
  Graph<Chat> graph;
  std::shared_ptr<MemorySaver> saver;
  int threads;
  std::shared_ptr<std::optional<double>> peak_mb = std::make_shared<std::optional<double>>();
};

base::Task<void> run_all(std::shared_ptr<Crowd> crowd) {
  Wakeup finished;
  std::exception_ptr failure;
  int left = crowd->threads;
  const auto one_finished = [&](std::exception_ptr thrown, const Chat&) {
    if (thrown) failure = thrown;
    if (--left == 0) finished.notify();
  };
  const auto executor = co_await asio::this_coro::executor;
  for (int i = 0; i < crowd->threads; ++i) {
    asio::co_spawn(
        executor,
        crowd->graph.invoke(Chat{.messages = {"hello"}}, {.thread_id = fmt::format("thread-{}", i)}),
        one_finished);
  }
  while (left > 0) co_await finished.wait();
  if (failure) std::rethrow_exception(failure);
}

base::Task<void> forget_threads(std::shared_ptr<Crowd> crowd) {
  for (int i = 0; i < crowd->threads; ++i) {
    co_await crowd->saver->delete_thread(fmt::format("thread-{}", i));
  }
}

/// A run for memory alone, the first one: those that follow find memory that the process has already.
base::Task<void> measure_memory_once(std::shared_ptr<Crowd> crowd) {
  if (crowd->peak_mb->has_value()) co_return;
  const double before = forget_peak_mb();
  co_await run_all(crowd);
  *crowd->peak_mb = peak_mb() - before;
  co_await forget_threads(crowd);
}

Graph<Chat> chain_of_three(std::shared_ptr<Saver> saver) {
  StateGraph<Chat> g{"seq-3"};
  g.reduce(&Chat::messages, append);
  g.add_node("node0", take_turns).add_node("node1", take_turns).add_node("node2", take_turns);
  g.add_edge(kStart, "node0").add_edge("node0", "node1").add_edge("node1", "node2").add_edge("node2", kEnd);
  return g.compile({.saver = std::move(saver)});
}

}  // namespace

Prepared concurrent(int threads) {
  auto saver = std::make_shared<MemorySaver>();
  auto crowd =
      std::make_shared<Crowd>(Crowd{.graph = chain_of_three(saver), .saver = saver, .threads = threads});
  return {.before = [crowd] { return measure_memory_once(crowd); },
          .once = [crowd] { return run_all(crowd); },
          .after = [crowd] { return forget_threads(crowd); },
          .memory_mb = crowd->peak_mb};
}

}  // namespace pharos::graph::bench
