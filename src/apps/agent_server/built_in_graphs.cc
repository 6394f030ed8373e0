#include "apps/agent_server/built_in_graphs.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/graph/messages.h"
#include "platform/runs/flow_graph.h"

namespace pharos::agent_server {
namespace {

namespace json = boost::json;
using graph::Context;
using graph::Message;
using graph::Messages;
using graph::MessageType;
using graph::Update;

struct Conversation {
  Messages messages;
};
BOOST_DESCRIBE_STRUCT(Conversation, (), (messages))

constexpr std::size_t kLongestQuote = 200;
constexpr const char* kEngine = "scripted";

Message said_by(const char* model, std::string_view text, std::string id) {
  Message message = graph::ai(text, std::move(id));
  message.metadata["response_metadata"] = {{"engine", kEngine}, {"model_name", model}};
  return message;
}

std::vector<std::string> said_by_people(const Messages& messages) {
  std::vector<std::string> said;
  for (const Message& each : messages) {
    if (each.type == MessageType::kHuman) said.push_back(graph::text_of(each));
  }
  return said;
}

base::Task<Update<Conversation>> echo(const Conversation& conversation, Context&) {
  const std::vector<std::string> said = said_by_people(conversation.messages);
  co_return graph::update(&Conversation::messages, {said_by("echo", said.empty() ? "" : said.back(), {})});
}

std::string quoted(const std::string& text) {
  return fmt::format("“{}”", base::shorten(std::string(base::trim(text)), kLongestQuote));
}

std::string times(std::size_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

/// What the script answers; honest about being one.
std::string answer_to(const std::vector<std::string>& said) {
  if (said.empty())
    return "I am a script without a language model. Say something, and I will remember it here.";
  if (said.size() == 1) {
    return fmt::format(
        "Hello! I am a script without a language model, so I cannot reason about what you say, but I "
        "remember it. "
        "You said {}. Write again on this thread and I will tell you what you said before.",
        quoted(said.back()));
  }
  return fmt::format(
      "You said {}. Before that you said {}. You have written to me {} on this thread, and I, a script "
      "without a "
      "language model, remember each.",
      quoted(said.back()), quoted(said[said.size() - 2]), times(said.size()));
}

/// Words with the space that is before them.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = text.find(' ', at + 1);
    if (next == std::string::npos) next = text.size();
    words.push_back(text.substr(at, next - at));
    at = next;
  }
  return words;
}

base::Task<Update<Conversation>> chat(const Conversation& conversation, Context& context) {
  const std::string answer = answer_to(said_by_people(conversation.messages));
  graph::MessageWriter writer = context.message_writer(
      {{"ls_provider", "pharos"}, {"ls_model_name", kEngine}, {"ls_model_type", "chat"}});
  for (std::string& word : words_of(answer)) co_await writer.write(std::move(word));
  co_return graph::update(&Conversation::messages, {said_by("chat", answer, writer.id())});
}

json::object schema_of(const std::string& title) {
  const json::object message{
      {"type", "object"},
      {"description", "a message: {role or type, content}"},
      {"properties",
       {{"role", {{"type", "string"}}}, {"type", {{"type", "string"}}}, {"content", json::object()}}}};
  return {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", title},
      {"type", "object"},
      {"properties", {{"messages", {{"type", "array"}, {"items", message}, {"default", json::array()}}}}}};
}

template <class Node>
runs::ServedGraph conversation_graph(const std::string& id, const char* node, std::string about,
                                     Node function, base::Clock& clock) {
  graph::StateGraph<Conversation> g{id};
  g.reduce(&Conversation::messages, graph::add_messages);
  g.add_node(node, function).add_edge(graph::kStart, node).add_edge(node, graph::kEnd);
  const json::value drawn = graph::to_json(g.definition());
  return {.id = id,
          .about = std::move(about),
          .input_schema = schema_of(id + "_input"),
          .state_schema = schema_of(id + "_state"),
          .drawing = [drawn](int xray) { return runs::drawing_of(drawn, xray); },
          .config = {},
          .graph = graph::JsonGraph(std::make_shared<const graph::CompiledGraph>(
              g.definition(), graph::CompileOptions{.clock = &clock}))};
}

}  // namespace

runs::ServedGraph echo_graph(base::Clock& clock) {
  return conversation_graph("echo", "echo", "says again what was said last", echo, clock);
}

runs::ServedGraph chat_graph(base::Clock& clock) {
  return conversation_graph("chat", "model", "a scripted conversation that remembers, without a model", chat,
                            clock);
}

}  // namespace pharos::agent_server
