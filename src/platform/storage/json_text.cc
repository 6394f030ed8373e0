#include "platform/storage/json_text.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::storage {
namespace {

constexpr std::size_t kMaxDepth = 1000;  // each level takes some stack of the parser

/// Builds a value from what the parser reports; doubles are read anew from their digits.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Failure = boost::system::error_code;

  Builder() { stack_.reset(); }
  json::value take() { return stack_.release(); }

  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) { return true; }
  bool on_array_begin(Failure&) { return true; }
  bool on_array_end(std::size_t size, Failure&) {
    stack_.push_array(size);
    return true;
  }
  bool on_object_begin(Failure&) { return true; }
  bool on_object_end(std::size_t size, Failure&) {
    stack_.push_object(size);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Failure&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view last, std::size_t, Failure&) {
    stack_.push_string(last);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, Failure&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view last, std::size_t, Failure&) {
    stack_.push_key(last);
    return true;
  }
  bool on_number_part(json::string_view, Failure&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, Failure&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, Failure&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double near, json::string_view digits, Failure&) {
    double exact = near;
    std::from_chars(digits.data(), digits.data() + digits.size(), exact);
    stack_.push_double(exact);
    return true;
  }
  bool on_bool(bool value, Failure&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(Failure&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, Failure&) { return true; }
  bool on_comment(json::string_view, Failure&) { return true; }

 private:
  json::value_stack stack_;
};

[[noreturn]] void throw_not_writable(std::string_view what, std::string_view why) {
  throw base::Error(base::Code::kInvalidInput, fmt::format("{} cannot be saved: {}", what, why));
}

void require_finite(const json::value& value, std::string_view what) {
  if (const double* number = value.if_double()) {
    if (!std::isfinite(*number)) throw_not_writable(what, "it has a number that is not finite");
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) require_finite(item, what);
  } else if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) require_finite(member.value(), what);
  }
}

}  // namespace

std::string write_json(const json::value& value, std::string_view what) {
  require_finite(value, what);
  std::string text = json::serialize(value);
  if (!base::is_utf8(text)) throw_not_writable(what, "it has text that is not UTF-8; decode it first");
  return text;
}

json::value read_json(std::string_view text, std::string_view what) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<Builder> parser(options);
  boost::system::error_code failure;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), failure);
  if (failure || read != text.size()) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("{} is damaged where it was saved: at character {} {}", what, read,
                                  failure ? failure.message() : "there is more than one value"));
  }
  return parser.handler().take();
}

}  // namespace pharos::storage
