// How a JSON value takes in the writes of nodes that run side by side.
#pragma once

#include "core/base/json.h"
#include "core/graph/message_channel.h"

namespace pharos::flow {

namespace json = boost::json;

/// Both are lists, or both are text.
void append(json::value& current, json::value added);
/// Both are numbers; whole numbers stay whole. Throws base::Error (kTooLarge) beyond 64 bits.
void add(json::value& current, const json::value& added);
/// Both are objects.
void merge(json::value& current, json::value added);
/// Both are lists; an item that is there already is not added again.
void unite(json::value& current, json::value added);
/// Both are lists of messages, objects with an `id` if they are to be replaced or removed. A message whose id
/// is there replaces that one in place, others get an id if they have none; `{"type": "remove", "id": …}`
/// removes one, and all before it when the id is `__remove_all__`. One that has a `role` and no `type` gets
/// the `type` that clients look for: human, ai, system or tool. The rules are those of graph::add_messages.
/// Throws base::Error (kInvalidInput) when a message is no object, kNotFound when the one to be removed is
/// not there.
void add_messages(json::value& current, json::value added);
/// How streams tell of such a list.
extern const graph::MessageChannel kMessageObjects;

}  // namespace pharos::flow
