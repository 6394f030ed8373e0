// The state of a graph as the engine sees it: numbered fields, each with a channel that says how writes
// arrive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/graph/message_channel.h"
#include "core/graph/saved_value.h"
#include "core/graph/value.h"

namespace pharos::graph {

/// How the writes of a super-step become the field's new value.
enum class ChannelKind : std::uint8_t {
  kLastValue,  ///< holds the last write; two writes in one super-step are an error
  kReducer,    ///< folds writes in apply order (BinaryOperatorAggregate)
  kAnyValue,   ///< holds the last of any number of writes
};

/// Folds one write into a field. Both are of the channel's type.
using Reducer = std::function<void(void* field, Value write)>;

struct Channel {
  std::string name;
  const ValueType* type = nullptr;
  ChannelKind kind = ChannelKind::kLastValue;
  Reducer reducer;         ///< for kReducer
  bool untracked = false;  ///< never checkpointed
  bool transient = false;  ///< for the next super-step only: emptied by each step that does not write it
  const MessageChannel* messages = nullptr;  ///< of a conversation: how streams tell of it
  std::function<void(void* field)> start;    ///< gives a transient field its first value; none: its type's

  void empty(void* field) const { start ? start(field) : type->reset(field); }
};

/// One state. The engine writes it only between super-steps; nodes read it in place.
class StateStorage {
 public:
  virtual ~StateStorage() = default;

  /// What nodes and conditions get: a `const State*` for typed graphs.
  virtual const void* view() const = 0;
  /// The field of channel `channel`; its type is that channel's type.
  virtual void* field(std::size_t channel) = 0;
  virtual std::shared_ptr<StateStorage> clone() const = 0;
};

/// What fields a state has and how to make one.
struct StateSchema {
  std::vector<Channel> channels;
  std::function<std::shared_ptr<StateStorage>()> make;
  /// A whole state as one value, which a Send may carry; null when it cannot. With it go the ways from a view
  /// to a storage with a copy of it, and from a storage to such a value.
  const ValueType* type = nullptr;
  std::function<std::shared_ptr<StateStorage>(const void* view)> storage_of;
  std::function<Value(StateStorage& state)> value_of;
};

/// One write to one channel.
struct Write {
  std::uint32_t channel = 0;
  bool overwrite = false;  ///< replaces the value instead of folding into it
  Value value;
};
using Writes = std::vector<Write>;

/// A state without its untracked fields.
json::object tracked_fields(const StateSchema& schema, StateStorage& state);

/// The argument of a Send as a checkpoint keeps it: of a whole state, without its untracked fields. Null for
/// no argument.
SavedValue saved_argument(const StateSchema& schema, std::shared_ptr<const Value> argument);
/// The way back; untracked fields have their first values then. `path` is for errors.
Value argument_from_saved(const StateSchema& schema, const ValueType& type, const SavedValue& saved,
                          const std::string& path);

}  // namespace pharos::graph
