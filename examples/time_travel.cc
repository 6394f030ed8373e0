// Time travel: look back at a thread's checkpoints, change one, and go on from there. What was stays in the
// history.
//
//     start → pick → praise → end
#include <cstdio>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/graph/memory_saver.h"
#include "core/graph/state_graph.h"

using namespace pharos::graph;
using pharos::base::Task;

struct Trip {
  std::string place;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Trip, (), (place, text))

Task<Update<Trip>> pick(const Trip&, Context&) {
  co_return update(&Trip::place, "Alexandria");
}

Task<Update<Trip>> praise(const Trip& trip, Context&) {
  co_return update(&Trip::text, trip.place + " has a lighthouse");
}

/// The newest checkpoint that leads to the node.
Task<std::string> checkpoint_before(const Graph<Trip>& trips, std::string node) {
  const auto history = co_await trips.get_state_history("summer");
  for (const auto& each : history) {
    if (!each.next.empty() && each.next.front() == node) co_return each.checkpoint_id;
  }
  co_return "";
}

Task<void> travel() {
  StateGraph<Trip> g{"trip"};
  g.add_node("pick", pick).add_node("praise", praise);
  g.add_edge(kStart, "pick").add_edge("pick", "praise").add_edge("praise", kEnd);
  const Graph<Trip> trips = g.compile({.saver = std::make_shared<MemorySaver>()});
  const Trip first = co_await trips.invoke(Trip{}, {.thread_id = "summer"});
  std::printf("%s\n", first.text.c_str());

  // A new checkpoint beside the old one, as if `pick` had picked something else.
  const std::string old = co_await checkpoint_before(trips, "praise");
  const std::string fork = co_await trips.update_state("summer", update(&Trip::place, "Genoa"), "pick", old);
  const Trip second = co_await trips.invoke(Resume{}, {.thread_id = "summer", .checkpoint_id = fork});
  std::printf("%s\n", second.text.c_str());

  const auto history = co_await trips.get_state_history("summer");
  for (const auto& each : history) {
    std::printf("  step %d: %s\n", each.step, each.values.text.empty() ? "…" : each.values.text.c_str());
  }
}

int main() {
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, travel(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
}
