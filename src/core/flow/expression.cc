#include "core/flow/expression.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/graph/definition.h"

namespace pharos::flow {
namespace {

[[noreturn]] void refuse_text(const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, why);
}

bool is_name_character(char c) {
  return base::is_letter_or_digit(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

std::string mapped(std::string_view text, char first, char last, int shift) {
  std::string changed(text);
  for (char& c : changed) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  return changed;
}

const json::value* step_to(const json::value& from, const std::string& name) {
  return from.is_object() ? from.get_object().if_contains(name) : nullptr;
}

const json::value* step_to(const json::value& from, std::int64_t index) {
  if (!from.is_array()) return nullptr;
  const json::array& items = from.get_array();
  const auto size = static_cast<std::int64_t>(items.size());
  if (index < 0) index += size;
  return index < 0 || index >= size ? nullptr : &items[static_cast<std::size_t>(index)];
}

}  // namespace

std::string as_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return {};
  return base::compact_json(value);
}

/// Reads one path; `text` is what stands between the braces.
class PathParser {
 public:
  PathParser(std::string_view text, const Names& names) : text_(base::trim(text)), names_(names) {}

  Path parse() {
    path_.text_ = std::string(text_);
    read_root(word());
    while (!done() && (next() == '.' || next() == '[')) read_step();
    skip_spaces();
    if (!done() && next() == '|') read_function();
    skip_spaces();
    if (!done()) {
      refuse_text(fmt::format("'{{{}}}' cannot be read at '{}': a path is names after '.', and [0] or [-1]",
                              text_, text_.substr(at_)));
    }
    return std::move(path_);
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char next() const { return text_[at_]; }
  void skip_spaces() {
    while (!done() && next() == ' ') ++at_;
  }
  std::string_view word() {
    const std::size_t begin = at_;
    while (!done() && is_name_character(next())) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void read_root(std::string_view root) {
    if (root == "state" && names_.state != nullptr) {
      path_.root_ = Path::Root::kState;
    } else if (root == "item" && names_.item) {
      path_.root_ = Path::Root::kItem;
    } else if (root == "index" && names_.index) {
      path_.root_ = Path::Root::kIndex;
    } else if (root == "error" && names_.error) {
      path_.root_ = Path::Root::kError;
    } else if (root == "result" && names_.result != nullptr) {
      path_.root_ = Path::Root::kResult;
    } else if (root == "context" && names_.context != nullptr) {
      path_.root_ = Path::Root::kContext;
      read_told();
    } else {
      refuse_root(root);
    }
  }

  [[noreturn]] void refuse_root(std::string_view root) const {
    if (root == "state") refuse_text("a node that a map starts sees its item, not the state: use {item}");
    if (root == "item") refuse_text("only a map and the node it starts have an {item}: use {state.…}");
    if (root == "index") refuse_text("only the 'with' of a map has an {index}");
    if (root == "error") refuse_text("only what a node's 'on_error' writes has an {error}");
    if (root == "result") refuse_text("only the 'output' of a subgraph has a {result}");
    refuse_text(fmt::format("'{{{}}}' must begin with {}, as in {}; write {{{{ for a brace", text_,
                            names_.state != nullptr ? "state" : "item",
                            names_.state != nullptr ? "{state.name}" : "{item.name}"));
  }

  /// `.name`, which the file must declare.
  void read_told() {
    const bool is_name = !done() && next() == '.';
    if (is_name) ++at_;
    path_.told_ = is_name ? std::string(word()) : std::string();
    const auto field = names_.context->find(path_.told_);
    if (!field) {
      refuse_text(fmt::format("the 'context' of the file has no '{}'{}", path_.told_,
                              graph::hint(path_.told_, names_.context->names())));
    }
    path_.untold_ = (*names_.context)[*field].initial.value();
  }

  void read_step() {
    if (next() == '[') return read_index();
    ++at_;
    const std::string_view name = word();
    if (name.empty()) refuse_text(fmt::format("'{{{}}}' has a '.' without a name after it", text_));
    if (path_.root_ == Path::Root::kState && !path_.field_) {
      path_.field_ = names_.state->find(name);
      if (path_.field_) return;
      refuse_text(
          fmt::format("the state has no field '{}'{}", name, graph::hint(name, names_.state->names())));
    }
    if (path_.root_ == Path::Root::kResult && path_.steps_.empty() && !names_.result->find(name)) {
      refuse_text(fmt::format("the graph inside has no field '{}'{}", name,
                              graph::hint(name, names_.result->names())));
    }
    path_.steps_.emplace_back(std::string(name));
  }

  void read_index() {
    const std::size_t close = text_.find(']', at_);
    if (close == std::string_view::npos) refuse_text(fmt::format("'{{{}}}' lacks a ']'", text_));
    const std::string_view inside = base::trim(text_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    std::int64_t index = 0;
    const auto [end, failure] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
    if (inside.empty() || failure != std::errc() || end != inside.data() + inside.size()) {
      refuse_text(
          fmt::format("'[{}]' in '{{{}}}' must hold a whole number; use '.' for names", inside, text_));
    }
    path_.steps_.emplace_back(index);
  }

  void read_function() {
    static const std::vector<std::string> names{"", "count", "sum", "join", "json", "trim", "upper", "lower"};
    ++at_;
    skip_spaces();
    const std::string name(word());
    const auto found = std::find(names.begin() + 1, names.end(), name);
    if (found == names.end()) {
      refuse_text(fmt::format("there is no function '{}'{}", name,
                              graph::hint(name, std::vector<std::string>(names.begin() + 1, names.end()))));
    }
    path_.function_ = static_cast<Path::Function>(found - names.begin());
  }

  std::string_view text_;
  const Names& names_;
  std::size_t at_ = 0;
  Path path_;
};

Path Path::parse(std::string_view text, const Names& names) {
  return PathParser(text, names).parse();
}

const json::value* Path::find(const Scope& scope) const {
  const json::value* value = nullptr;
  if (root_ == Root::kItem) value = scope.item;
  if (root_ == Root::kError) value = scope.error;
  if (root_ == Root::kResult) value = scope.result;
  if (root_ == Root::kState && field_) value = &(*scope.state)[*field_];
  if (root_ == Root::kContext) {
    value = scope.context == nullptr ? nullptr : scope.context->if_contains(told_);
    if (value == nullptr) value = &untold_;
  }
  for (const Step& step : steps_) {
    if (value == nullptr) return nullptr;
    value = std::visit([&](const auto& to) { return step_to(*value, to); }, step);
  }
  return value;
}

json::value Path::evaluate(const Scope& scope) const {
  const bool whole = root_ == Root::kState && !field_ && steps_.empty();
  if (root_ == Root::kIndex) return applied(scope.index);
  if (whole) return applied(scope.state->to_json());
  const json::value* value = find(scope);
  if (value == nullptr) {
    throw base::Error(base::Code::kNotFound, fmt::format("there is nothing at '{{{}}}'", text_));
  }
  return applied(*value);
}

json::value Path::applied(const json::value& value) const {
  const auto counted = [](std::size_t count) { return json::value(static_cast<std::int64_t>(count)); };
  switch (function_) {
    case Function::kNone:
      return value;
    case Function::kCount:
      if (value.is_array()) return counted(value.get_array().size());
      if (value.is_object()) return counted(value.get_object().size());
      if (value.is_string()) return counted(base::count_code_points(value.get_string()));
      refuse(value, "a list, an object or text");
    case Function::kSum: {
      if (!value.is_array()) refuse(value, "a list of numbers");
      json::value sum = 0;
      for (const json::value& each : value.get_array()) {
        if (!each.is_number()) refuse(each, "numbers only");
        if (sum.is_int64() && each.is_int64()) {
          std::int64_t total = 0;
          if (!__builtin_add_overflow(sum.get_int64(), each.get_int64(), &total)) {
            sum = total;
            continue;
          }
        }
        sum = sum.to_number<double>() + each.to_number<double>();
      }
      return sum;
    }
    case Function::kJoin: {
      if (!value.is_array()) refuse(value, "a list");
      std::vector<std::string> parts;
      for (const json::value& each : value.get_array()) parts.push_back(as_text(each));
      return json::value(base::join(parts, ", "));
    }
    case Function::kJson:
      return json::value(base::compact_json(value));
    case Function::kTrim:
    case Function::kUpper:
    case Function::kLower:
      break;
  }
  if (!value.is_string()) refuse(value, "text");
  const std::string_view text = value.get_string();
  if (function_ == Function::kTrim) return json::value(base::trim(text));
  return json::value(function_ == Function::kUpper ? mapped(text, 'a', 'z', 'A' - 'a')
                                                   : mapped(text, 'A', 'Z', 'a' - 'A'));
}

void Path::refuse(const json::value& value, std::string_view wanted) const {
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("'{{{}}}' takes {}, not {}", text_, wanted, kind_of(value)));
}

Template Template::text(std::string_view text, const Names& names) {
  Text pieces;
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool twice = at + 1 < text.size() && text[at + 1] == c;
    if ((c == '{' || c == '}') && twice) {
      plain += c;
      ++at;
    } else if (c == '}') {
      refuse_text("a '}' stands alone: write }} for a brace");
    } else if (c == '{') {
      const std::size_t close = text.find('}', at);
      if (close == std::string_view::npos)
        refuse_text("a '{' is never closed: add '}', or write {{ for a brace");
      if (!plain.empty()) pieces.emplace_back(std::exchange(plain, {}));
      pieces.emplace_back(Path::parse(text.substr(at + 1, close - at - 1), names));
      at = close;
    } else {
      plain += c;
    }
  }
  if (pieces.empty()) return literal(json::value(plain));
  if (!plain.empty()) pieces.emplace_back(std::move(plain));
  Template made;
  if (pieces.size() == 1) {
    made.content_ = std::get<Path>(std::move(pieces[0]));
  } else {
    made.content_ = std::move(pieces);
  }
  return made;
}

Template Template::literal(json::value value) {
  Template made;
  made.content_.emplace<json::value>(std::move(value));
  return made;
}

Template Template::list(std::vector<Template> items) {
  json::array constants;
  for (const Template& item : items) {
    if (item.constant() != nullptr) constants.push_back(*item.constant());
  }
  if (constants.size() == items.size()) return literal(std::move(constants));
  Template made;
  made.content_ = std::move(items);
  return made;
}

Template Template::object(std::vector<std::pair<std::string, Template>> members) {
  json::object constants;
  for (const auto& [name, member] : members) {
    if (member.constant() != nullptr) constants.emplace(name, *member.constant());
  }
  if (constants.size() == members.size()) return literal(std::move(constants));
  Template made;
  made.content_ = std::move(members);
  return made;
}

json::value Template::evaluate(const Scope& scope) const {
  if (const json::value* value = constant()) return *value;
  if (const Path* only = path()) return only->evaluate(scope);
  if (const auto* pieces = std::get_if<Text>(&content_)) {
    std::string text;
    for (const Piece& piece : *pieces) {
      const auto* plain = std::get_if<std::string>(&piece);
      text += plain != nullptr ? *plain : as_text(std::get<Path>(piece).evaluate(scope));
    }
    return json::value(text);
  }
  if (const auto* items = std::get_if<List>(&content_)) {
    json::array array;
    for (const Template& item : *items) array.push_back(item.evaluate(scope));
    return array;
  }
  json::object object;
  for (const auto& [name, member] : std::get<Object>(content_)) object.emplace(name, member.evaluate(scope));
  return object;
}

}  // namespace pharos::flow
