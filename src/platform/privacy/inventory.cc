#include "platform/privacy/inventory.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"

namespace pharos::privacy {
namespace {

[[noreturn]] void refuse(const TableRule& rule, const std::string& why) {
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("the inventory of personal data, table '{}': {}", rule.table, why));
}

void check(const TableRule& rule) {
  std::set<std::string> seen;
  for (const std::string& column : rule.columns()) {
    if (!seen.insert(column).second) refuse(rule, fmt::format("the column '{}' comes twice", column));
  }
  const bool has_rows = rule.goes_with != GoesWith::kNothing;
  if (has_rows && rule.rows.empty()) refuse(rule, "say in 'rows' which are a person's");
  if (!has_rows && rule.deleted.size() + rule.secret.size() > 0)
    refuse(rule, "columns that are deleted go with something: say it in 'goes_with'");
  if (rule.is_exported && rule.rows.empty()) refuse(rule, "say in 'rows' which are exported");
  for (const RetainedColumn& retained : rule.retained) {
    if (retained.why.empty()) refuse(rule, fmt::format("say why '{}' is retained", retained.column));
  }
}

}  // namespace

std::vector<std::string> TableRule::columns() const {
  std::vector<std::string> all = deleted;
  all.insert(all.end(), secret.begin(), secret.end());
  all.insert(all.end(), impersonal.begin(), impersonal.end());
  for (const AnonymisedColumn& each : anonymised) {
    // Of a table whose rows go as well, it names somebody in the rows of others.
    if (std::ranges::find(all, each.column) == all.end()) all.push_back(each.column);
  }
  for (const RetainedColumn& each : retained) all.push_back(each.column);
  return all;
}

const TableRule* Inventory::find(std::string_view table) const {
  const auto found = std::ranges::find(tables, table, &TableRule::table);
  return found == tables.end() ? nullptr : &*found;
}

Inventory read_inventory(std::string_view text) {
  auto inventory = base::from_json<Inventory>(base::parse_json(text, "the inventory of personal data"),
                                              "the inventory of personal data");
  std::set<std::string> seen;
  for (const TableRule& rule : inventory.tables) {
    if (!seen.insert(rule.table).second) refuse(rule, "it comes twice");
    check(rule);
  }
  return inventory;
}

}  // namespace pharos::privacy
