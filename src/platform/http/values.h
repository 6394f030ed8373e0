// Types that say what they hold: a struct made of them is its own validation and its own documentation.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/base/json.h"

namespace pharos::http {

namespace detail {
std::string checked_text(const boost::json::value& value, const std::string& path, std::size_t min,
                         std::size_t max);
std::string checked_email(const boost::json::value& value, const std::string& path);
std::string checked_id(const boost::json::value& value, const std::string& path);
std::int64_t checked_whole(const boost::json::value& value, const std::string& path, std::int64_t min,
                           std::int64_t max);
}  // namespace detail

/// What the text types share.
struct AnyText {
  std::string value;

  boost::json::value to_json() const { return boost::json::value(value); }
  operator const std::string&() const { return value; }  // NOLINT: it is a text
  friend bool operator==(const AnyText&, const AnyText&) = default;
};

/// A text of so many characters (code points).
template <std::size_t min, std::size_t max>
struct Text : AnyText {
  Text() = default;
  Text(std::string text) : AnyText{std::move(text)} {}  // NOLINT: it is a text
  static Text from_json(const boost::json::value& from, const std::string& path) {
    return Text(detail::checked_text(from, path, min, max));
  }
  static boost::json::object schema() { return {{"type", "string"}, {"minLength", min}, {"maxLength", max}}; }
};

/// An address to which mail can go, in lower case: `name@domain`, at most 254 characters.
struct Email : AnyText {
  static Email from_json(const boost::json::value& from, const std::string& path) {
    return {detail::checked_email(from, path)};
  }
  static boost::json::object schema() {
    return {{"type", "string"}, {"format", "email"}, {"maxLength", 254}};
  }
};

/// What names a thing: a UUID in lower case.
struct Id : AnyText {
  static Id from_json(const boost::json::value& from, const std::string& path) {
    return {detail::checked_id(from, path)};
  }
  static boost::json::object schema() { return {{"type", "string"}, {"format", "uuid"}}; }
};

/// A whole number from min to max; `start` where nothing is said.
template <std::int64_t min, std::int64_t max, std::int64_t start = min>
struct Whole {
  std::int64_t value = start;

  boost::json::value to_json() const { return boost::json::value(value); }
  static Whole from_json(const boost::json::value& from, const std::string& path) {
    return {detail::checked_whole(from, path, min, max)};
  }
  static boost::json::object schema() {
    return {{"type", "integer"}, {"minimum", min}, {"maximum", max}, {"default", start}};
  }
  operator std::int64_t() const { return value; }  // NOLINT: it is a number
};

/// What was said, without its type's name.
template <class Checked>
auto value_of(const std::optional<Checked>& given) {
  return given ? std::optional(given->value) : std::nullopt;
}

/// Of paths such as `/items/{id}`.
struct IdKey {
  Id id;
};
BOOST_DESCRIBE_STRUCT(IdKey, (), (id))

/// Which part of a list is wanted.
struct Page {
  Whole<0, 1'000'000'000> skip;
  Whole<1, 1'000, 100> limit;
};
BOOST_DESCRIBE_STRUCT(Page, (), (skip, limit))

/// A part of a list, and how long all of it is.
template <class T>
struct Listing {
  std::vector<T> data;
  std::int64_t total = 0;
  std::int64_t limit = 0;
  std::int64_t offset = 0;
  BOOST_DESCRIBE_CLASS(Listing, (), (data, total, limit, offset), (), ())
};

}  // namespace pharos::http
