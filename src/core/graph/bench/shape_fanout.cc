// Map and reduce: each subject is sent to a graph of its own, which edits it, makes a joke and bumps that ten
// times.
#include "core/graph/bench/shapes.h"

namespace pharos::graph::bench {
namespace {

constexpr std::size_t kSubjectLength = 1000;
constexpr std::string_view kBump = " a";
constexpr int kBumps = 10;

struct Jokes {
  std::vector<std::string> subjects;
  std::vector<std::string> jokes;
};
BOOST_DESCRIBE_STRUCT(Jokes, (), (subjects, jokes))

struct Joke {
  std::string subject;
  std::vector<std::string> jokes;
};
BOOST_DESCRIBE_STRUCT(Joke, (), (subject, jokes))

/// The input of one Send.
struct Subject {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Subject, (), (text))

base::Task<Update<Joke>> edit(const Joke& joke, Context&) {
  co_return update(&Joke::subject, joke.subject + " - hohoho");
}
base::Task<Update<Joke>> generate(const Joke& joke, Context&) {
  co_return update(&Joke::jokes, {"Joke about " + joke.subject});
}
base::Task<Update<Joke>> bump(const Joke& joke, Context&) {
  co_return update(&Joke::jokes, {joke.jokes.front() + std::string(kBump)});
}

std::string bumped_enough() {
  std::string end;
  for (int i = 0; i < kBumps; ++i) end += kBump;
  return end;
}

Graph<Joke> joke_graph() {
  StateGraph<Joke> g{"joke"};
  g.add_node("edit", edit).add_node("generate", generate).add_node("bump", bump);
  g.add_edge(kStart, "edit").add_edge("edit", "generate").add_edge("generate", "bump");
  g.add_conditional_edges("bump",
                          [end = bumped_enough()](const Joke& joke) {
                            return std::string(joke.jokes.front().ends_with(end) ? kEnd : "bump");
                          },
                          {{"bump", "bump"}, {std::string(kEnd), std::string(kEnd)}});
  return g.compile();
}

/// The node runs the other graph to its end, as a subgraph that keeps its thread where there is a saver.
struct Tell {
  Graph<Joke> joke;
  SubgraphThread thread;

  base::Task<Update<Jokes>> operator()(const Subject& subject, Context& context) const {
    Joke told = co_await joke.invoke_within(context, Joke{.subject = subject.text}, thread);
    co_return update(&Jokes::jokes, std::move(told.jokes));
  }
};

Targets send_each(const Jokes& state) {
  Targets sends;
  for (const std::string& subject : state.subjects) sends.push_back(Send("tell", Subject{subject}));
  return sends;
}

StateGraph<Jokes> joke_for_each_subject(Keep keep) {
  const SubgraphThread thread = keep == Keep::kNothing ? SubgraphThread::kNone : SubgraphThread::kPerCall;
  StateGraph<Jokes> g{"fanout"};
  g.reduce(&Jokes::jokes, append);
  g.add_node("tell", Tell{joke_graph(), thread});
  g.add_edge("tell", kEnd);
  g.add_conditional_edges(kStart, send_each, {{"tell", "tell"}});
  return g;
}

}  // namespace

Prepared fanout(int width, Keep keep) {
  Jokes input;
  for (int i = 0; i < width; ++i) {
    input.subjects.push_back(std::string(kSubjectLength, static_cast<char>('a' + i % 26)));
  }
  return invocation(joke_for_each_subject(keep), input, keep);
}

}  // namespace pharos::graph::bench
