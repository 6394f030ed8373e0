// What streams must know of a field that holds a conversation, whatever form its messages have.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/base/json.h"

namespace pharos::graph {

namespace json = boost::json;

/// The two functions of such a field; both get the address of a value of its type.
struct MessageChannel {
  /// Of the messages that the field holds.
  std::vector<std::string> (*ids)(const void* field);
  /// The messages of a write, as clients of the `messages` stream get them. Those that have no id get one,
  /// made from `origin`, in the write too.
  json::array (*told)(void* write, std::string_view origin);
};

/// The ids of messages that readers know: because they were told, or because the input had them.
using KnownMessages = std::unordered_set<std::string>;

}  // namespace pharos::graph
