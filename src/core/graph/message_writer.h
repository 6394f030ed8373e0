// How a node tells a message while it is still being made, such as a model's answer token by token.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/base/task.h"

namespace pharos::graph {

namespace json = boost::json;

class Context;

/// One message for readers of the `messages` stream: each event is `[piece, about]`, where `piece` is {type:
/// "AIMessageChunk", id, content, …} and `about` says which node makes it: {langgraph_step, langgraph_node,
/// langgraph_triggers, langgraph_path, langgraph_checkpoint_ns}, the run's metadata, and whatever the node
/// added. The finished message, given back by the node under the same id, is not told again. Made by
/// Context::message_writer() and valid as long as that Context; to be used like it.
///
///     MessageWriter answer = context.message_writer();
///     while (auto token = co_await model.next()) co_await answer.write(*token);
class MessageWriter {
 public:
  /// Tells more of the message's text, and waits while readers are behind. Does nothing when nobody reads, or
  /// after the node's time has run out. It counts as progress of the node.
  base::Task<void> write(std::string text);
  /// The same for a piece that is more than text, such as a part of a tool's call: its members stand beside
  /// the message's id and type.
  base::Task<void> write_piece(json::object piece);
  /// So that it can be handed to whatever makes tokens.
  base::Task<void> operator()(std::string text) { return write(std::move(text)); }

  /// In all of its events, and to be given to the finished message.
  const std::string& id() const { return id_; }
  /// True when somebody reads: lets a node skip making what nobody sees.
  bool is_read() const;

 private:
  friend class Context;
  MessageWriter(Context& context, std::string id, json::object about)
      : context_(&context), id_(std::move(id)), about_(std::move(about)) {}

  Context* context_;
  bool is_known_ = false;
  std::string id_;
  json::object about_;
};

}  // namespace pharos::graph
