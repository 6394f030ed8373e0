#include "platform/security/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::security {
namespace {
namespace json = boost::json;
using Failure = json::error_code;
using Text = json::string_view;

/// Builds the value and remembers the names of every object that is open.
class Handler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  bool on_document_begin(Failure&) {
    stack_.reset();
    return true;
  }
  bool on_document_end(Failure&) { return true; }
  bool on_object_begin(Failure&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t count, Failure&) {
    names_.pop_back();
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(Failure&) { return true; }
  bool on_array_end(std::size_t count, Failure&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(Text part, std::size_t, Failure&) {
    name_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(Text rest, std::size_t, Failure& failure) {
    name_.append(rest.data(), rest.size());
    stack_.push_key(rest);
    const bool is_new = names_.back().insert(name_).second;
    if (!is_new) {
      twice_ = name_;
      failure = json::error::syntax;
    }
    name_.clear();
    return is_new;
  }
  bool on_string_part(Text part, std::size_t, Failure&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(Text rest, std::size_t, Failure&) {
    stack_.push_string(rest);
    return true;
  }
  bool on_number_part(Text, Failure&) { return true; }
  bool on_int64(std::int64_t number, Text, Failure&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, Text, Failure&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, Text, Failure&) {
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool is, Failure&) {
    stack_.push_bool(is);
    return true;
  }
  bool on_null(Failure&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(Text, Failure&) { return true; }
  bool on_comment(Text, Failure&) { return true; }

  json::value release() { return stack_.release(); }
  /// The name that came a second time; empty when none did.
  const std::string& twice() const { return twice_; }

 private:
  json::value_stack stack_;
  std::vector<std::set<std::string, std::less<>>> names_;
  std::string name_;
  std::string twice_;
};

}  // namespace

json::value parse_strict_json(std::string_view text, std::string_view what, std::size_t max_depth) {
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<Handler> parser(options);
  Failure failure;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), failure);
  if (!parser.handler().twice().empty()) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("{}: '{}' is there twice in one object", what, parser.handler().twice()));
  }
  if (failure || read != text.size()) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("{} is not JSON: {} at byte {}", what,
                                  failure ? failure.message() : "something follows its end", read));
  }
  return parser.handler().release();
}

}  // namespace pharos::security
