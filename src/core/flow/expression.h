// Expressions over the state: `{state.items[0].name}`, alone or inside a text, and literals. Some places have
// an `{item}` and `{index}`, an `{error}`, or a `{result}` besides; nodes and conditions see the run's
// `{context}`.
//
// A text that is one expression has that value, whatever its type; in a longer text the value is written out.
// `{{` and `}}` are braces. After a path `| name` applies a function: count, sum, join, json, trim, upper,
// lower.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/flow/dynamic_state.h"

namespace pharos::flow {

/// What an expression is evaluated over.
struct Scope {
  const DynamicState* state = nullptr;    ///< null for a node that a map starts
  const json::value* item = nullptr;      ///< null but in a map and the node it starts
  std::int64_t index = 0;                 ///< of the item in a map
  const json::value* error = nullptr;     ///< null but where a node has failed
  const json::value* result = nullptr;    ///< the final state of a graph that a node has run
  const json::object* context = nullptr;  ///< what the run is told
};

/// What an expression may name; its names are checked when it is read.
struct Names {
  const Fields* state = nullptr;
  bool item = false;
  bool index = false;
  bool error = false;
  const Fields* result = nullptr;
  const Fields* context = nullptr;
};

/// The value as people read it: text as it is, null as nothing, lists and objects as JSON.
std::string as_text(const json::value& value);

/// `{state.items[0].name | count}` without the braces.
class Path {
 public:
  /// Throws base::Error (kInvalidInput) that says what is wrong.
  static Path parse(std::string_view text, const Names& names);

  /// Null when there is nothing at that place; functions are left out.
  const json::value* find(const Scope& scope) const;
  /// Throws base::Error (kNotFound) when there is nothing at that place, kInvalidInput when its function does
  /// not take what is there.
  json::value evaluate(const Scope& scope) const;

 private:
  friend class PathParser;
  enum class Root : std::uint8_t { kState, kItem, kIndex, kError, kResult, kContext };
  enum class Function : std::uint8_t { kNone, kCount, kSum, kJoin, kJson, kTrim, kUpper, kLower };
  using Step = std::variant<std::string, std::int64_t>;

  json::value applied(const json::value& value) const;
  [[noreturn]] void refuse(const json::value& value, std::string_view wanted) const;

  std::string text_;
  Root root_ = Root::kState;
  std::optional<std::uint32_t> field_;  ///< none: the whole state
  std::string told_;                    ///< the name of what the run is told
  json::value untold_;                  ///< its value when the run is not told it
  std::vector<Step> steps_;
  Function function_ = Function::kNone;
};

/// A value with expressions in it. Immutable; thread-safe to share.
class Template {
 public:
  /// Throws base::Error (kInvalidInput) that says what is wrong with the text.
  static Template text(std::string_view text, const Names& names);
  static Template literal(json::value value);
  static Template list(std::vector<Template> items);
  static Template object(std::vector<std::pair<std::string, Template>> members);

  /// Throws as Path::evaluate.
  json::value evaluate(const Scope& scope) const;
  /// The value when it is the same whatever the state, else null.
  const json::value* constant() const { return std::get_if<json::value>(&content_); }
  /// The path when it is nothing else, else null.
  const Path* path() const { return std::get_if<Path>(&content_); }

 private:
  using Piece = std::variant<std::string, Path>;
  using Text = std::vector<Piece>;
  using List = std::vector<Template>;
  using Object = std::vector<std::pair<std::string, Template>>;

  std::variant<json::value, Path, Text, List, Object> content_;
};

}  // namespace pharos::flow
