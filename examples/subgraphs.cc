// Subgraphs: a node runs a graph that has a state of its own, and says what of it comes back.
//
//     start → research ⟦ search → rank ⟧ → answer → end
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/graph/state_graph.h"

using namespace pharos::graph;
using pharos::base::Task;

struct Search {
  std::string topic;
  std::vector<std::string> found;
};
BOOST_DESCRIBE_STRUCT(Search, (), (topic, found))

struct Question {
  std::string text;
  std::string source;
  std::string answer;
};
BOOST_DESCRIBE_STRUCT(Question, (), (text, source, answer))

Task<Update<Search>> look_around(const Search& search, Context&) {
  co_return update(&Search::found, {"Hearsay on " + search.topic, "A book on " + search.topic});
}

Task<Update<Search>> rank(const Search& search, Context&) {
  std::vector<std::string> ranked = search.found;
  std::ranges::sort(ranked);
  co_return update(&Search::found, std::move(ranked));
}

Graph<Search> search_graph() {
  StateGraph<Search> g{"search"};
  g.add_node("search", look_around).add_node("rank", rank);
  g.add_edge(kStart, "search").add_edge("search", "rank").add_edge("rank", kEnd);
  return g.compile();
}

/// The node: from the question to a search, and from what was found to a source.
struct Research {
  Graph<Search> search;

  Task<Update<Question>> operator()(const Question& question, Context& context) const {
    const Search done = co_await search.invoke_within(context, Search{.topic = question.text});
    co_return update(&Question::source, done.found.front());
  }
};

Task<Update<Question>> answer(const Question& question, Context&) {
  co_return update(&Question::answer, question.source + " knows.");
}

Task<void> ask() {
  StateGraph<Question> g{"question"};
  g.add_node("research", Research{search_graph()}).add_node("answer", answer);
  g.add_edge(kStart, "research").add_edge("research", "answer").add_edge("answer", kEnd);
  const Question question = co_await g.compile().invoke(Question{.text = "lighthouses"});
  std::printf("%s\n", question.answer.c_str());
}

int main() {
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, ask(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
}
