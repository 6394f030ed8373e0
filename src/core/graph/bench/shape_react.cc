// An agent that calls a tool in every round: the model is a script, the tool repeats what it was asked.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/graph/bench/shapes.h"

namespace pharos::graph::bench {
namespace {

struct ToolCall {
  std::string id;
  std::string tool;
  std::string query;
};
BOOST_DESCRIBE_STRUCT(ToolCall, (), (id, tool, query))

struct Message {
  std::string id;
  std::string role;
  std::string content;
  std::vector<ToolCall> tool_calls = {};
  std::string answers = {};  ///< the tool call it answers
};
BOOST_DESCRIBE_STRUCT(Message, (), (id, role, content, tool_calls, answers))

struct Agent {
  std::vector<Message> messages;
};
BOOST_DESCRIBE_STRUCT(Agent, (), (messages))

std::string repeated(std::string_view text, int times) {
  std::string all;
  all.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// As long as a UUID in text.
std::string made_up_id(int number) {
  return fmt::format("{:036}", number);
}

/// A message replaces the one with its id, or comes last.
struct AddMessages {
  void operator()(std::vector<Message>& current, std::vector<Message> added) const {
    for (Message& message : added) {
      const auto known = std::ranges::find(current, message.id, &Message::id);
      if (known == current.end()) {
        current.push_back(std::move(message));
      } else {
        *known = std::move(message);
      }
    }
  }
};

/// Gives the script's next answer: each round before it has left two messages.
struct Model {
  std::shared_ptr<const std::vector<Message>> script;

  base::Task<Update<Agent>> operator()(const Agent& state, Context&) const {
    co_return update(&Agent::messages, {script->at(state.messages.size() / 2)});
  }
};

struct Tools {
  std::map<std::string, std::string (*)(const std::string&)> by_name;

  base::Task<Update<Agent>> operator()(const ToolCall& call, Context&) const {
    co_return update(&Agent::messages, {Message{.id = "answer-to-" + call.id,
                                                .role = "tool",
                                                .content = by_name.at(call.tool)(call.query),
                                                .answers = call.id}});
  }
};

Targets call_tools(const Agent& state) {
  Targets targets;
  for (const ToolCall& call : state.messages.back().tool_calls) targets.push_back(Send("tools", call));
  if (targets.empty()) targets.emplace_back(kEnd);
  return targets;
}

std::string look_up(const std::string& query) {
  return repeated("result for query: " + query, 10);
}

std::vector<Message> script_of(int rounds) {
  std::vector<Message> script;
  for (int i = 0; i < rounds; ++i) {
    script.push_back({.id = made_up_id(i),
                      .role = "assistant",
                      .content = "",
                      .tool_calls = {{.id = made_up_id(rounds + i),
                                      .tool = "look_up",
                                      .query = repeated(made_up_id(2 * rounds + i), 100)}}});
  }
  script.push_back({.id = made_up_id(3 * rounds), .role = "assistant", .content = repeated("answer", 100)});
  return script;
}

StateGraph<Agent> agent(int rounds) {
  StateGraph<Agent> g{"react"};
  g.reduce(&Agent::messages, AddMessages{});
  g.add_node("agent", Model{std::make_shared<const std::vector<Message>>(script_of(rounds))});
  g.add_node("tools", Tools{{{"look_up", look_up}}});
  g.add_edge(kStart, "agent").add_edge("tools", "agent");
  g.add_conditional_edges("agent", call_tools, {{"tools", "tools"}, {std::string(kEnd), std::string(kEnd)}});
  return g;
}

}  // namespace

Prepared react(int rounds, Keep keep) {
  return invocation(agent(rounds), Agent{.messages = {{.id = "first", .role = "user", .content = "hi?"}}},
                    keep);
}

}  // namespace pharos::graph::bench
