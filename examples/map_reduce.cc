// Map and reduce: one task for each chapter, all side by side; a reducer gathers what they count.
//
//     start → Send("count", chapter) for each → end
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/graph/state_graph.h"

using namespace pharos::graph;
using pharos::base::Task;

struct Book {
  std::vector<std::string> chapters;
  int words = 0;
};
BOOST_DESCRIBE_STRUCT(Book, (), (chapters, words))

/// What one task gets: its own input in place of the state.
struct Chapter {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Chapter, (), (text))

Targets one_task_a_chapter(const Book& book) {
  Targets tasks;
  for (const std::string& text : book.chapters) tasks.push_back(Send("count", Chapter{text}));
  return tasks;
}

Task<Update<Book>> count(const Chapter& chapter, Context&) {
  std::istringstream text(chapter.text);
  int words = 0;
  for (std::string word; text >> word;) ++words;
  co_return update(&Book::words, words);
}

Task<void> count_words() {
  StateGraph<Book> g{"book"};
  g.reduce(&Book::words, add);
  g.add_node("count", count);
  g.add_conditional_edges(kStart, one_task_a_chapter, {{"count", "count"}}).add_edge("count", kEnd);
  const Book book = co_await g.compile().invoke({.chapters = {"the light", "the keeper of it", "the sea"}});
  std::printf("%d words in %zu chapters\n", book.words, book.chapters.size());
}

int main() {
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, count_words(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
}
