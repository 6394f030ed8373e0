#include "platform/privacy/erasure.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"

namespace pharos::privacy {
namespace {
using storage::Row;
using storage::Session;
using storage::Value;

bool is_of_name(char letter) {
  return base::is_lower(letter) || base::is_upper(letter);
}

const std::string& meant(std::string_view name, const Person& person) {
  if (name == "user") return person.user_id;
  if (name == "email") return person.email;
  if (name == "team") return person.personal_team;
  throw base::Error(
      base::Code::kInternal,
      fmt::format("the inventory of personal data knows no ':{}'; write :user, :email or :team", name));
}

void doom_blobs_of(Session& session, const TableRule& rule, const BoundCondition& theirs) {
  const std::string sql = fmt::format("SELECT {} FROM {} WHERE {}", *rule.blob, rule.table, theirs.sql);
  for (const Row& row : session.run_values(sql, theirs.values)) doom_blob(session, row.text(0));
}

std::int64_t delete_rows(Session& session, const TableRule& rule, const Person& person) {
  const BoundCondition theirs = bind_person(rule.rows, person);
  if (rule.blob) doom_blobs_of(session, rule, theirs);
  session.run_values(fmt::format("DELETE FROM {} WHERE {}", rule.table, theirs.sql), theirs.values);
  return static_cast<std::int64_t>(session.changed());
}

void anonymise(Session& session, const TableRule& rule, const Person& person) {
  for (const AnonymisedColumn& each : rule.anonymised) {
    BoundCondition theirs = bind_person(each.rows, person, 2);
    theirs.values.insert(theirs.values.begin(), Value(each.with));
    session.run_values(fmt::format("UPDATE {} SET {} = $1 WHERE {}", rule.table, each.column, theirs.sql),
                       theirs.values);
  }
}

}  // namespace

BoundCondition bind_person(const std::string& condition, const Person& person, std::size_t first) {
  BoundCondition bound;
  for (std::size_t at = 0; at < condition.size();) {
    if (condition[at] != ':') {
      bound.sql += condition[at++];
      continue;
    }
    std::size_t end = at + 1;
    while (end < condition.size() && is_of_name(condition[end])) ++end;
    bound.values.emplace_back(meant(std::string_view(condition).substr(at + 1, end - at - 1), person));
    bound.sql += fmt::format("${}", first + bound.values.size() - 1);
    at = end;
  }
  return bound;
}

std::int64_t erase(Session& session, const Inventory& inventory, const Person& person, GoesWith what) {
  std::int64_t deleted = 0;
  for (const TableRule& rule : inventory.tables) {
    const bool goes = rule.goes_with == GoesWith::kData ||
                      (rule.goes_with == GoesWith::kAccount && what == GoesWith::kAccount);
    if (goes) deleted += delete_rows(session, rule, person);
    if (what == GoesWith::kAccount) anonymise(session, rule, person);
  }
  return deleted;
}

void doom_blob(Session& session, const std::string& name) {
  session.run("INSERT INTO doomed_blobs (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name);
}

std::vector<std::string> doomed_blobs(Session& session, std::int64_t most) {
  std::vector<std::string> names;
  for (const Row& row : session.run("SELECT name FROM doomed_blobs ORDER BY name LIMIT $1", most))
    names.push_back(row.text(0));
  return names;
}

void forget_doomed_blob(Session& session, const std::string& name) {
  session.run("DELETE FROM doomed_blobs WHERE name = $1", name);
}

}  // namespace pharos::privacy
