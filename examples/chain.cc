// A chain: each node reads the state and gives back what it changes.
//
//     start → outline → write → end
#include <cstdio>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/graph/state_graph.h"

using namespace pharos::graph;
using pharos::base::Task;

struct Story {
  std::string topic;
  std::vector<std::string> outline;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Story, (), (topic, outline, text))

Task<Update<Story>> outline(const Story& story, Context&) {
  co_return update(&Story::outline, {"Why there are " + story.topic, "Who keeps " + story.topic});
}

Task<Update<Story>> write_up(const Story& story, Context&) {
  std::string text;
  for (const std::string& chapter : story.outline) text += "* " + chapter + "\n";
  co_return update(&Story::text, text);
}

Task<void> tell() {
  StateGraph<Story> g{"story"};
  g.add_node("outline", outline).add_node("write", write_up);
  g.add_edge(kStart, "outline").add_edge("outline", "write").add_edge("write", kEnd);
  const Story told = co_await g.compile().invoke({.topic = "lighthouses"});
  std::fputs(told.text.c_str(), stdout);
}

int main() {
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, tell(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
}
