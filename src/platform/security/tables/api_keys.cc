#include "platform/security/tables/api_keys.h"

#include <limits>

#include "core/base/json.h"
#include "core/base/text.h"

namespace pharos::security {
namespace {
using storage::Row;
using storage::Session;

constexpr const char* kSelect =
    "SELECT id, team_id, user_id, name, secret_hash, scopes, created_at, expires_at, revoked_at, last_used_at"
    " FROM api_keys ";

/// The names of the permissions with commas between; empty for all of them.
std::string text_of(PermissionSet scopes) {
  if (scopes == PermissionSet::all()) return "";
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Permission>>([&](auto each) {
    if (scopes.has(each.value)) names.push_back(base::to_name(each.value));
  });
  return base::join(names, ",");
}

PermissionSet scopes_in(const std::string& text) {
  if (text.empty()) return PermissionSet::all();
  PermissionSet scopes;
  for (const std::string& name : base::split(text, ','))
    scopes.add(base::from_name<Permission>(name, "a scope"));
  return scopes;
}

ApiKeyRow key_of(const Row& row) {
  return {.id = row.text("id"),
          .team_id = row.text("team_id"),
          .user_id = row.text("user_id"),
          .name = row.text("name"),
          .secret_hash = row.text("secret_hash"),
          .scopes = scopes_in(row.text("scopes")),
          .created_at = row.number("created_at"),
          .expires_at = row.optional_number("expires_at"),
          .revoked_at = row.optional_number("revoked_at"),
          .last_used_at = row.optional_number("last_used_at")};
}

}  // namespace

void add_api_key(Session& session, const ApiKeyRow& row) {
  session.run(
      "INSERT INTO api_keys (id, team_id, user_id, name, secret_hash, scopes, created_at, expires_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      row.id, row.team_id, row.user_id, row.name, row.secret_hash, text_of(row.scopes), row.created_at,
      row.expires_at);
}

std::optional<ApiKeyRow> find_api_key(Session& session, const std::string& id) {
  const std::optional<Row> row =
      session.find(std::string(kSelect) + "WHERE id = $1 AND team_id = $2", id, session.scope().team_id);
  return row ? std::optional(key_of(*row)) : std::nullopt;
}

std::vector<ApiKeyRow> list_api_keys(Session& session, const std::string& user_id) {
  std::vector<ApiKeyRow> keys;
  const std::string sql =
      std::string(kSelect) + "WHERE team_id = $1 AND ($2 = '' OR user_id = $2) ORDER BY created_at DESC, id";
  for (const Row& row : session.run(sql, session.scope().team_id, user_id)) keys.push_back(key_of(row));
  return keys;
}

bool revoke_api_key(Session& session, const std::string& id, storage::Moment now) {
  session.run(
      "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND team_id = $2 AND revoked_at IS NULL"
      " AND (expires_at IS NULL OR expires_at > $3)",
      id, session.scope().team_id, now);
  return session.changed() == 1;
}

void limit_api_key(Session& session, const std::string& id, storage::Moment at) {
  session.run(
      "UPDATE api_keys SET expires_at = $3 WHERE id = $1 AND team_id = $2 AND (expires_at IS NULL OR "
      "expires_at > $3)",
      id, session.scope().team_id, at);
}

void note_api_key_use(Session& session, const std::string& id, storage::Moment now) {
  session.run("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", id, now);
}

std::optional<KeyIdentity> identity_of_key(Session& session, const std::string& id, storage::Moment now) {
  const std::optional<Row> row = session.find(
      "SELECT k.team_id AS team_id, k.user_id AS user_id, k.secret_hash AS secret_hash, k.scopes AS scopes,"
      " k.expires_at AS expires_at, k.last_used_at AS last_used_at, u.email AS email, m.role AS role FROM "
      "api_keys k"
      " JOIN users u ON u.id = k.user_id JOIN memberships m ON m.team_id = k.team_id AND m.user_id = "
      "k.user_id"
      " WHERE k.id = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND "
      "u.is_active = "
      "$3",
      id, now, true);
  if (!row) return std::nullopt;
  return KeyIdentity{.identity = {.caller = {.user_id = row->text("user_id"),
                                             .email = row->text("email"),
                                             .team_id = row->text("team_id"),
                                             .role = base::from_name<Role>(row->text("role"), "a role"),
                                             .session_id = id,
                                             .within = scopes_in(row->text("scopes"))},
                                  .expires_at = row->optional_number("expires_at")
                                                    .value_or(std::numeric_limits<storage::Moment>::max()),
                                  .secret_hash = row->text("secret_hash")},
                     .last_used_at = row->optional_number("last_used_at").value_or(0)};
}

}  // namespace pharos::security
