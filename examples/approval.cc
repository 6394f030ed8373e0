// Human approval: the run stops to ask, the program may end, and an answer goes on where it stopped.
//
//     start → draft → approve ─ yes → send → end
//                        └───── no → end
#include <cstdio>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/graph/memory_saver.h"
#include "core/graph/state_graph.h"

using namespace pharos::graph;
using pharos::base::Task;

struct Letter {
  std::string to;
  std::string text;
  bool approved = false;
  bool sent = false;
};
BOOST_DESCRIBE_STRUCT(Letter, (), (to, text, approved, sent))

Task<Update<Letter>> draft(const Letter& letter, Context&) {
  co_return update(&Letter::text, "Dear " + letter.to + ", the lamp needs oil.");
}

/// Runs again from its top when the answer comes: what stands before the question must do no harm twice.
Task<Update<Letter>> approve(const Letter& letter, Context& context) {
  const json::value answer = context.interrupt({{"send_this", letter.text}});
  co_return update(&Letter::approved, answer == "yes");
}

Task<Update<Letter>> send_off(const Letter&, Context&) {
  co_return update(&Letter::sent, true);
}

std::string when_approved(const Letter& letter) {
  return std::string(letter.approved ? "send" : kEnd);
}

Task<void> write_letters() {
  StateGraph<Letter> g{"letter"};
  g.add_node("draft", draft).add_node("approve", approve).add_node("send", send_off);
  g.add_edge(kStart, "draft").add_edge("draft", "approve").add_edge("send", kEnd);
  g.add_conditional_edges("approve", when_approved,
                          {{"send", "send"}, {std::string(kEnd), std::string(kEnd)}});
  const Graph<Letter> letters = g.compile({.saver = std::make_shared<MemorySaver>()});

  for (const std::string answer : {"yes", "no"}) {
    const RunConfig thread{.thread_id = "letter answered by " + answer};
    const auto stopped = co_await letters.run(Letter{.to = "keeper"}, thread);
    const std::string asked(stopped.interrupts.at(0).value.at("send_this").as_string());
    const auto ended = co_await letters.run(Resume{.answer = json::value(answer)}, thread);
    std::printf("%s\n  %s: %s\n", asked.c_str(), answer.c_str(), ended.values.sent ? "sent" : "kept");
  }
}

int main() {
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, write_letters(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
}
