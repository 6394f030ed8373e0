#include "platform/storage/postgres/plan.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace pharos::storage::postgres {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

/// An index without a condition is read from end to end too.
void collect_scans(const json::object& node, std::string& scans) {
  const std::string kind = text_of(node, "Node Type");
  const bool is_index = kind == "Index Scan" || kind == "Index Only Scan";
  if (kind == "Seq Scan" || (is_index && !node.contains("Index Cond"))) {
    scans += fmt::format("{}{} of {}", scans.empty() ? "" : "; ", kind, text_of(node, "Relation Name"));
  }
  if (const json::value* plans = node.if_contains("Plans")) {
    for (const json::value& plan : plans->as_array()) collect_scans(plan.as_object(), scans);
  }
}

}  // namespace

std::string whole_table_scans(Connection& connection, std::string_view sql) {
  connection.execute(fmt::format("PREPARE pharos_plan AS {}", sql));
  const Rows counted = connection.execute(
      "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'pharos_plan'");
  std::string values;
  for (int i = std::stoi(*counted.at(0).at(0)); i > 0; --i) values += i > 1 ? "NULL, " : "NULL";
  connection.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off");
  const std::string asked = values.empty() ? "" : "(" + values + ")";
  const Rows plan = connection.execute("EXPLAIN (FORMAT JSON) EXECUTE pharos_plan" + asked);
  connection.execute("DEALLOCATE pharos_plan");
  std::string scans;
  for (const json::value& root : json::parse(*plan.at(0).at(0)).as_array()) {
    collect_scans(root.at("Plan").as_object(), scans);
  }
  return scans;
}

}  // namespace pharos::storage::postgres
