// Messages of a chat, and the reducer that keeps a conversation.
//
//     g.reduce(&Chat::messages, add_messages);
//     co_return update(&Chat::messages, {ai("Good morning")});
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include "core/base/json.h"
#include "core/graph/message_channel.h"
#include "core/graph/message_fold.h"

namespace pharos::graph {

namespace json = boost::json;

/// Who speaks; a kRemove takes the message with its id out of the conversation.
enum class MessageType { kHuman, kAi, kSystem, kTool, kRemove };
BOOST_DESCRIBE_ENUM(MessageType, kHuman, kAi, kSystem, kTool, kRemove)

/// A model asks for a tool to be run.
struct ToolCall {
  std::string id;
  std::string name;
  json::object args;

  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};
BOOST_DESCRIBE_STRUCT(ToolCall, (), (id, name, args))

/// One message. Made by human(), ai() and the others below, or from JSON by to_message(). Its JSON is the
/// one that clients of LangGraph read: `type`, `content`, `id`, `additional_kwargs`, `response_metadata`,
/// what else is known about it beside them, and of `name`, `tool_calls` and `tool_call_id` what it has.
struct Message {
  MessageType type = MessageType::kHuman;
  json::value content = "";  ///< text, or a list of parts such as {"type": "text", "text": …}
  std::string id;            ///< empty until it is part of a conversation
  std::optional<std::string> name;
  std::vector<ToolCall> tool_calls;         ///< of kAi
  std::optional<std::string> tool_call_id;  ///< of kTool: the call that this is the result of
  json::object metadata;                    ///< whatever else is known about it

  json::value to_json() const;
  static Message from_json(const json::value& from, const std::string& path);

  friend bool operator==(const Message&, const Message&) = default;
};

using Messages = std::vector<Message>;

Message human(std::string_view text, std::string id = {});
Message ai(std::string_view text, std::string id = {});
Message ai(std::string_view text, std::vector<ToolCall> calls, std::string id = {});
Message system_message(std::string_view text, std::string id = {});
Message tool_result(std::string call_id, std::string_view text, std::string id = {});
/// Takes the message of that id out; the reducer refuses one that is not there.
Message remove_message(std::string id);
/// Takes all messages out, those before it in the same write too.
Message remove_all_messages();

/// Its text; of a list of parts, that of the text parts, one after the other.
std::string text_of(const Message& message);

/// Reads the ways in which messages are written as JSON: text (a human's), `["ai", "text"]`, or an object
/// with `content` and a `type` or a `role`; the roles user, assistant and developer are understood. Members
/// that a Message does not have go into its metadata. Throws base::Error (kInvalidInput) that names `path`.
Message to_message(const json::value& from, const std::string& path = "message");
/// The same for a list of them, or for one.
Messages to_messages(const json::value& from, const std::string& path = "messages");

/// Folds messages into a conversation. One whose id is there replaces that message in place; others are
/// appended and get an id if they have none; removals take messages out; the last remove_all_messages() wins.
/// A message that is removed and added again in one write keeps its place. Throws base::Error (kNotFound) for
/// a removal of what is not there.
struct AddMessages {
  static const MessageChannel kMessages;

  void operator()(Messages& current, Messages added) const;
};
inline constexpr AddMessages add_messages{};

}  // namespace pharos::graph
