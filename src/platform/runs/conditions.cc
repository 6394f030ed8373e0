#include "platform/runs/conditions.h"

#include <algorithm>

#include <fmt/format.h>

#include "platform/storage/json_text.h"

namespace pharos::runs {
namespace {

/// Numbers are compared as numbers, however they are written.
constexpr std::string_view kSqliteMembers =
    "NOT EXISTS (SELECT 1 FROM json_each({0}) AS wanted WHERE NOT EXISTS (SELECT 1 FROM json_each({1}) AS had"
    " WHERE had.key = wanted.key AND had.value IS wanted.value AND (had.type = wanted.type"
    " OR (had.type IN ('integer', 'real') AND wanted.type IN ('integer', 'real')))))";
/// The same for members that are objects or lists: everything in them, by its place, is in both.
constexpr std::string_view kSqliteDeepMembers =
    "NOT EXISTS (SELECT 1 FROM json_tree({0}) AS wanted WHERE NOT EXISTS (SELECT 1 FROM json_tree({1}) AS had"
    " WHERE had.fullkey = wanted.fullkey AND had.atom IS wanted.atom AND (had.type = wanted.type"
    " OR (had.type IN ('integer', 'real') AND wanted.type IN ('integer', 'real')))))"
    " AND NOT EXISTS (SELECT 1 FROM json_each({0}) AS member, json_tree({1}) AS had"
    " WHERE substr(had.fullkey, 1, length(member.fullkey) + 1) IN (member.fullkey || '.', member.fullkey || "
    "'[')"
    " AND NOT EXISTS (SELECT 1 FROM json_tree({0}) AS wanted WHERE wanted.fullkey = had.fullkey))";
constexpr std::string_view kPostgresMembers =
    "NOT EXISTS (SELECT 1 FROM jsonb_each({0}::jsonb) AS wanted"
    " WHERE ({1}::jsonb -> wanted.key) IS DISTINCT FROM wanted.value)";

bool is_deep(const boost::json::object& members) {
  return std::ranges::any_of(members, [](const auto& each) { return each.value().is_structured(); });
}

}  // namespace

std::string Conditions::place(const storage::Value& value) {
  values_.push_back(value);
  return fmt::format("${}", values_.size());
}

void Conditions::demand(std::string_view condition, const storage::Value& value) {
  add(fmt::format(fmt::runtime(condition), place(value)));
}

void Conditions::demand_one_of(std::string_view column, const std::vector<std::string>& values) {
  std::string places;
  for (const std::string& value : values) places += (places.empty() ? "" : ", ") + place(value);
  add(places.empty() ? "1 = 0" : fmt::format("{} IN ({})", column, places));
}

void Conditions::demand_own(const storage::Scope& scope, std::string_view table) {
  demand(fmt::format("{}.team_id = {{}}", table), scope.team_id);
  demand(fmt::format("{}.user_id = {{}}", table), scope.user_id);
}

std::string Conditions::page(std::int64_t limit, std::int64_t offset) {
  const std::string most = place(limit);
  return fmt::format(" LIMIT {} OFFSET {}", most, place(offset));
}

void Conditions::demand_members(std::string_view column, const boost::json::object& members) {
  if (members.empty()) return;
  const std::string wanted = place(storage::write_json(members, "a filter"));
  const auto on_sqlite = is_deep(members) ? kSqliteDeepMembers : kSqliteMembers;
  const auto sql = engine_ == storage::Engine::kSqlite ? on_sqlite : kPostgresMembers;
  add(fmt::format(fmt::runtime(sql), wanted, column));
}

bool has_members(const boost::json::object& object, const boost::json::object& members) {
  return std::ranges::all_of(members, [&](const auto& member) {
    const boost::json::value* had = object.if_contains(member.key());
    return had != nullptr && *had == member.value();
  });
}

}  // namespace pharos::runs
