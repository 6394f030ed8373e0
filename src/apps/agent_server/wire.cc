#include "apps/agent_server/wire.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::agent_server {
namespace {

[[noreturn]] void refuse(const std::string& path, std::string_view wanted) {
  throw base::Error(base::Code::kInvalidInput, fmt::format("{}: must be {}", path, wanted));
}

constexpr double kLongestMinutes = 60.0 * 24 * 365 * 100;

}  // namespace

TextOrList TextOrList::from_json(const json::value& from, const std::string& path) {
  if (from.is_string()) return {{std::string(from.get_string())}};
  if (!from.is_array()) refuse(path, "a text, or a list of texts");
  return {base::from_json<std::vector<std::string>>(from, path)};
}

json::object TextOrList::schema() {
  const json::object text{{"type", "string"}};
  return {{"anyOf", json::array{text, json::object{{"type", "array"}, {"items", text}}}}};
}

Depth Depth::from_json(const json::value& from, const std::string& path) {
  const bool is_text = from.is_string();
  const std::string_view text = is_text ? std::string_view(from.get_string()) : std::string_view();
  if (from.is_bool()) return {from.get_bool() ? 100 : 0};
  if (from.is_int64() && from.get_int64() >= 0 && from.get_int64() <= 100) {
    return {static_cast<int>(from.get_int64())};
  }
  if (text == "true") return {100};
  if (text == "false") return {0};
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '9') return {text[0] - '0'};
  refuse(path, "true, false or a number from 0 to 9");
}

json::object Depth::schema() {
  return {{"type", "string"},
          {"enum", json::array{"true", "false", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}}};
}

Fields Fields::from_json(const json::value& from, const std::string& path) {
  if (from.is_null()) return {};
  if (!from.is_object()) refuse(path, "an object");
  return {from.get_object()};
}

json::object Fields::schema() {
  return {{"type", json::array{"object", "null"}}};
}

FoundPage page_of(std::vector<json::object> found, std::int64_t offset, std::int64_t total) {
  FoundPage page{.body = std::move(found), .headers = {{"X-Pagination-Total", std::to_string(total)}}};
  const std::int64_t next = offset + std::ssize(page.body);
  if (next < total) page.headers.add("X-Pagination-Next", std::to_string(next));
  return page;
}

base::Duration duration_of(const TimeToLive& ttl) {
  if (!(ttl.ttl > 0) || ttl.ttl > kLongestMinutes) refuse("body.ttl", "a number of minutes above 0");
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double, std::ratio<60>>(ttl.ttl));
}

}  // namespace pharos::agent_server
