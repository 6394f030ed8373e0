// A chat that remembers: each run goes on where its thread stands, and every step of it can be read again.
//
//     start → answer → end, on thread "ada", twice
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/graph/memory_saver.h"
#include "core/graph/state_graph.h"

using namespace pharos::graph;
using pharos::base::Task;

struct Chat {
  std::vector<std::string> messages;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (messages, name))

Task<Update<Chat>> answer(const Chat& chat, Context&) {
  static const std::string kIntroduction = "I am ";
  const std::string& asked = chat.messages.back();
  if (asked.starts_with(kIntroduction)) {
    const std::string name = asked.substr(kIntroduction.size());
    co_return update(&Chat::name, name).set(&Chat::messages, {"Hello, " + name + "!"});
  }
  co_return update(&Chat::messages, {chat.name.empty() ? "Who are you?" : "You are " + chat.name + "."});
}

Task<void> talk() {
  StateGraph<Chat> g{"chat"};
  g.reduce(&Chat::messages, append);
  g.add_node("answer", answer);
  g.add_edge(kStart, "answer").add_edge("answer", kEnd);
  const Graph<Chat> chat = g.compile({.saver = std::make_shared<MemorySaver>()});

  // An Update as input: the other fields stay as the thread has them.
  co_await chat.invoke(update(&Chat::messages, {"I am Ada"}), {.thread_id = "ada"});
  co_await chat.invoke(update(&Chat::messages, {"Who am I?"}), {.thread_id = "ada"});
  co_await chat.invoke(update(&Chat::messages, {"Who am I?"}), {.thread_id = "somebody else"});

  for (const std::string thread : {"ada", "somebody else"}) {
    const auto now = co_await chat.get_state(thread);
    std::printf("%s\n", thread.c_str());
    for (const std::string& message : now->values.messages) std::printf("  %s\n", message.c_str());
  }
  const auto history = co_await chat.get_state_history("ada");
  std::printf("%zu checkpoints of ada\n", history.size());
}

int main() {
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, talk(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
}
