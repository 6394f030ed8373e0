#include "core/graph/bench.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/graph/memory_saver.h"
#include "core/graph/state_graph.h"

namespace pharos::graph {
namespace {

struct Chat {
  std::vector<std::string> messages;
  int turn = 0;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (messages, turn))

struct Jokes {
  std::vector<std::string> subjects;
  std::vector<std::string> jokes;
};
BOOST_DESCRIBE_STRUCT(Jokes, (), (subjects, jokes))

struct Joke {
  std::string subject;
  std::string text;
  int bumps = 0;
};
BOOST_DESCRIBE_STRUCT(Joke, (), (subject, text, bumps))

enum class Keep { kNothing, kInMemory };

base::Task<Update<Chat>> do_nothing(const Chat&, Context&) {
  co_return Update<Chat>();
}

StateGraph<Chat> sequential(int length) {
  StateGraph<Chat> g{fmt::format("seq-{}", length)};
  g.reduce(&Chat::messages, append);
  std::string previous(kStart);
  for (int i = 0; i < length; ++i) {
    const std::string name = fmt::format("node{}", i);
    g.add_node(name, do_nothing);
    g.add_edge(previous, name);
    previous = name;
  }
  return g;
}

StateGraph<Chat> parallel(int width) {
  StateGraph<Chat> g{fmt::format("par-{}", width)};
  g.reduce(&Chat::messages, append);
  std::vector<std::string> names;
  for (int i = 0; i < width; ++i) names.push_back(fmt::format("node{}", i));
  for (const std::string& name : names) g.add_node(name, do_nothing);
  g.add_node("last", do_nothing);
  g.fan_out(kStart, names).join(names, "last");
  return g;
}

base::Task<Update<Joke>> edit(const Joke& joke, Context&) {
  co_return update(&Joke::subject, joke.subject + " - hohoho");
}
base::Task<Update<Joke>> generate(const Joke& joke, Context&) {
  co_return update(&Joke::text, "Joke about " + joke.subject);
}
base::Task<Update<Joke>> bump(const Joke& joke, Context&) {
  co_return update(&Joke::text, joke.text + " a").set(&Joke::bumps, joke.bumps + 1);
}

Graph<Joke> joke_graph() {
  StateGraph<Joke> g{"joke"};
  g.add_node("edit", edit).add_node("generate", generate).add_node("bump", bump);
  g.add_edge(kStart, "edit").add_edge("edit", "generate").add_edge("generate", "bump");
  g.add_conditional_edges("bump",
                          [](const Joke& joke) { return std::string(joke.bumps < 10 ? "bump" : kEnd); },
                          {{"bump", "bump"}, {std::string(kEnd), std::string(kEnd)}});
  return g.compile();
}

/// The input of one Send.
struct Subject {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Subject, (), (text))

StateGraph<Jokes> fanout_to_subgraph() {
  StateGraph<Jokes> g{"fanout"};
  g.reduce(&Jokes::jokes, append);
  g.add_node("tell", [joke = joke_graph()](const Subject& subject, Context&) -> base::Task<Update<Jokes>> {
    Joke told = co_await joke.invoke(Joke{.subject = subject.text});
    Update<Jokes> found;
    found.set(&Jokes::jokes, {std::move(told.text)});
    co_return found;
  });
  g.add_conditional_edges(kStart,
                          [](const Jokes& state) {
                            Targets sends;
                            for (const std::string& subject : state.subjects)
                              sends.push_back(Send("tell", Subject{subject}));
                            return sends;
                          },
                          {{"tell", "tell"}});
  return g;
}

template <class State>
base::Task<void> run_once(Graph<State> graph, State input, RunConfig config) {
  co_await graph.invoke(std::move(input), std::move(config));
}

/// What one case needs to be repeated: the run, and how to clear up after it, which is not measured.
struct Prepared {
  std::function<base::Task<void>()> once;
  std::function<base::Task<void>()> clear = [] { return nothing(); };

  static base::Task<void> nothing() { co_return; }
};

template <class State>
Prepared prepare(const StateGraph<State>& g, State input, Keep keep) {
  if (keep == Keep::kNothing) {
    return {.once = [graph = g.compile(), input] { return run_once(graph, input, {}); }};
  }
  auto saver = std::make_shared<MemorySaver>();
  return {.once = [graph = g.compile({.saver = saver}),
                   input] { return run_once(graph, input, {.thread_id = "thread"}); },
          .clear = [saver] { return saver->delete_thread("thread"); }};
}

Prepared prepare_fanout(int width, Keep keep) {
  Jokes input;
  for (int i = 0; i < width; ++i)
    input.subjects.push_back(std::string(1000, static_cast<char>('a' + i % 26)));
  return prepare(fanout_to_subgraph(), input, keep);
}

struct Case {
  std::string name;
  std::function<Prepared(Keep)> make;
  Keep keep = Keep::kNothing;
};

std::vector<Case> cases() {
  const Chat hello{.messages = {"hello"}};
  std::vector<Case> all{
      {"seq-3", [hello](Keep keep) { return prepare(sequential(3), hello, keep); }},
      {"par-5", [hello](Keep keep) { return prepare(parallel(5), hello, keep); }},
      {"seq-10", [hello](Keep keep) { return prepare(sequential(10), hello, keep); }},
      {"seq-1000", [hello](Keep keep) { return prepare(sequential(1000), hello, keep); }},
      {"fanout-10", [](Keep keep) { return prepare_fanout(10, keep); }},
      {"fanout-100", [](Keep keep) { return prepare_fanout(100, keep); }},
  };
  const std::size_t plain = all.size();
  for (std::size_t i = 0; i < plain; ++i)
    all.push_back({all[i].name + "+memory", all[i].make, Keep::kInMemory});
  return all;
}

double microseconds(base::Duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

base::Task<std::vector<double>> measure(Prepared prepared, BenchOptions options, const base::Clock& clock) {
  const auto total =
      std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(options.seconds_per_case));
  const base::SteadyTime measured_from = clock.now() + total / 10;
  std::vector<double> times;
  for (;;) {
    const base::SteadyTime before = clock.now();
    if (std::ssize(times) >= options.max_runs || (before > measured_from + total && !times.empty())) break;
    co_await prepared.once();
    const base::SteadyTime after = clock.now();
    if (before >= measured_from) times.push_back(microseconds(after - before));
    co_await prepared.clear();
  }
  co_return times;
}

BenchCase summarize(const std::string& name, std::vector<double> times) {
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  return {.name = name, .median_us = at(0.5), .p90_us = at(0.9), .runs = static_cast<int>(times.size())};
}

}  // namespace

std::vector<std::string> bench_case_names() {
  std::vector<std::string> names;
  for (const Case& each : cases()) names.push_back(each.name);
  return names;
}

std::vector<BenchCase> run_benchmarks(const BenchOptions& options, const base::Clock& clock) {
  const std::vector<std::string> names = bench_case_names();
  for (const std::string& wanted : options.only) {
    if (std::ranges::find(names, wanted) != names.end()) continue;
    throw base::Error(base::Code::kNotFound,
                      fmt::format("there is no benchmark '{}'{}", wanted, hint(wanted, names)));
  }
  std::vector<BenchCase> results;
  for (const Case& each : cases()) {
    if (!options.only.empty() && std::ranges::find(options.only, each.name) == options.only.end()) continue;
    boost::asio::io_context io(1);
    std::vector<double> times;
    std::exception_ptr failure;
    boost::asio::co_spawn(io, measure(each.make(each.keep), options, clock),
                          [&](std::exception_ptr thrown, std::vector<double> measured) {
                            failure = std::move(thrown);
                            times = std::move(measured);
                          });
    io.run();
    if (failure) std::rethrow_exception(failure);
    results.push_back(summarize(each.name, std::move(times)));
  }
  return results;
}

}  // namespace pharos::graph
