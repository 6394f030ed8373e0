// What the bodies of the Agent Server API are made of, where it is more than a described struct.
#pragma once

#include <concepts>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "platform/http/values.h"

namespace pharos::agent_server {

namespace json = boost::json;

/// One text, or a list of them.
struct TextOrList {
  std::vector<std::string> values;

  json::value to_json() const { return base::to_json(values); }
  static TextOrList from_json(const json::value& from, const std::string& path);
  static json::object schema();
};

/// true or false, or a number: how deep to look.
struct Depth {
  int value = 0;

  json::value to_json() const { return json::value(value); }
  static Depth from_json(const json::value& from, const std::string& path);
  static json::object schema();
};

/// An object; null is an empty one.
struct Fields {
  json::object value;

  json::value to_json() const { return value; }
  static Fields from_json(const json::value& from, const std::string& path);
  static json::object schema();
};

enum class IfExists { kRaise, kDoNothing };
BOOST_DESCRIBE_ENUM(IfExists, kRaise, kDoNothing)
enum class SortOrder { kAsc, kDesc };
BOOST_DESCRIBE_ENUM(SortOrder, kAsc, kDesc)

/// How long something is to live: minutes, and what is to become of it then.
struct TimeToLive {
  double ttl = 0;
  std::string strategy = "delete";
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(TimeToLive, (), (ttl, strategy))
/// Throws base::Error (kInvalidInput) when that is no time.
base::Duration duration_of(const TimeToLive& ttl);

/// A struct as JSON, but only the members that are named; all when none is.
template <class T>
json::object selected(const T& all, const std::vector<std::string>& names) {
  json::object object = base::to_json(all).as_object();
  if (names.empty()) return object;
  json::object some;
  for (const std::string& name : names) {
    if (const json::value* value = object.if_contains(name)) some.emplace(name, *value);
  }
  return some;
}

}  // namespace pharos::agent_server
