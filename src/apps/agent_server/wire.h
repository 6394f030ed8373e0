// What the bodies of the Agent Server API are made of, where it is more than a described struct.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "platform/http/handler.h"
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

/// Which part of what a search finds is wanted, in which order, and what of each.
struct SearchPage {
  std::optional<http::Whole<1, 1000, 10>> limit;
  std::optional<http::Whole<0, 1'000'000'000>> offset;
  std::optional<std::string> sort_by;
  std::optional<SortOrder> sort_order;
  std::optional<std::vector<std::string>> select;
};
BOOST_DESCRIBE_STRUCT(SearchPage, (), (limit, offset, sort_by, sort_order, select))

/// Fills what queries have in common.
template <class Query>
void set_page(Query& query, const SearchPage& page) {
  if (page.sort_by) query.sort_by = *page.sort_by;
  query.ascending = page.sort_order == SortOrder::kAsc;
  query.limit = page.limit ? std::int64_t{*page.limit} : 10;
  query.offset = page.offset ? std::int64_t{*page.offset} : 0;
}

using FoundPage = http::WithHeaders<std::vector<json::object>>;
/// With header fields that say how many there are in all, and where the next page begins.
FoundPage page_of(std::vector<json::object> found, std::int64_t offset, std::int64_t total);

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
