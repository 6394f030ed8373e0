// The fields of a state that is declared by data: a type, a first value and a reducer each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/describe/enum.hpp>

#include "core/base/json.h"
#include "core/graph/state.h"

namespace pharos::flow {

namespace json = boost::json;

/// JSON Schema's words; `any` takes every value.
enum class FieldType : std::uint8_t { kString, kInteger, kNumber, kBoolean, kArray, kObject, kAny };
BOOST_DESCRIBE_ENUM(FieldType, kString, kInteger, kNumber, kBoolean, kArray, kObject, kAny)

/// How the writes of a super-step become the field's new value.
enum class FieldReducer : std::uint8_t {
  kLast,      ///< the last write; two in one super-step are an error
  kAppend,    ///< adds at the end: the items of a list (a value that is no list is one item), or text to text
  kAdd,       ///< sums numbers
  kMerge,     ///< adds the members of an object; one with the same name is replaced
  kMessages,  ///< a conversation: a message whose id is known replaces it in place, others are added
  kUnion,     ///< adds the items of a list that are not in it yet
  kAny,       ///< the last write, however many; a super-step that does not write it empties it
};
BOOST_DESCRIBE_ENUM(FieldReducer, kLast, kAppend, kAdd, kMerge, kMessages, kUnion, kAny)

/// How long a write is there.
enum class FieldKeep : std::uint8_t {
  kThread,  ///< until it is replaced; checkpoints have it
  kRun,     ///< until the run ends: it is in no checkpoint
  kStep,    ///< in the next super-step only
};
BOOST_DESCRIBE_ENUM(FieldKeep, kThread, kRun, kStep)

struct Field {
  std::string name;
  FieldType type = FieldType::kAny;
  std::optional<json::value> initial;  ///< none: the empty value of its type
  FieldReducer reducer = FieldReducer::kLast;
  FieldKeep keep = FieldKeep::kThread;
  std::string about;
};

/// `""`, 0, false, [], {} or null.
json::value empty_value(FieldType type);

/// `text`, `a whole number`, ...: what a value is, for messages.
std::string_view kind_of(const json::value& value);

/// What is wrong with a declaration on its own, as a sentence; empty when it is sound.
std::string problem_with(const Field& field);

/// The declared fields in order. Immutable; thread-safe to share.
class Fields {
 public:
  /// Throws GraphError (kInvalidGraph) when a declaration is not sound or a name is there twice.
  explicit Fields(std::vector<Field> fields);
  Fields(Fields&&) = default;  // not copied: numbers_ looks into fields_
  Fields& operator=(Fields&&) = default;

  const std::vector<Field>& all() const { return fields_; }
  const Field& operator[](std::size_t channel) const { return fields_[channel]; }
  std::size_t size() const { return fields_.size(); }
  std::vector<std::string> names() const;
  std::optional<std::uint32_t> find(std::string_view name) const;
  /// As find(); throws GraphError (kInvalidUpdate) that names the fields there are.
  std::uint32_t at(std::string_view name) const;

  /// A write of `value` to that field. Throws GraphError (kInvalidUpdate) that names the field when the value
  /// is not of its type. `overwrite`: replaces the field whatever its reducer.
  graph::Write write(std::uint32_t channel, json::value value, bool overwrite = false) const;
  /// A write to each of the fields that `values` names.
  graph::Writes writes(json::object values) const;

  /// Throws as write() does when one of `values` cannot be written; those that are no fields do not count.
  void check(const json::object& values) const;

  /// A channel for each field.
  std::vector<graph::Channel> channels() const;

 private:
  std::vector<Field> fields_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace pharos::flow
