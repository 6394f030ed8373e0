#include "platform/security/tables/users.h"

#include "core/base/json.h"
#include "platform/security/tables/one_time_links.h"

namespace pharos::security {
namespace {
using storage::Row;
using storage::Session;

constexpr const char* kSelect =
    "SELECT id, email, full_name, password_hash, is_active, is_superuser, session_version, personal_team,"
    " created_at, EXISTS (SELECT 1 FROM verified_emails WHERE user_id = users.id AND verified_emails.email ="
    " users.email) AS is_verified FROM users ";

UserRow user_of(const Row& row) {
  return {.id = row.text("id"),
          .email = row.text("email"),
          .full_name = row.optional_text("full_name"),
          .password_hash = row.optional_text("password_hash"),
          .is_active = row.truth("is_active"),
          .is_superuser = row.truth("is_superuser"),
          .is_verified = row.truth("is_verified"),
          .session_version = row.number("session_version"),
          .personal_team = row.text("personal_team"),
          .created_at = row.number("created_at")};
}

template <class Value>
std::optional<UserRow> find_where(Session& session, const char* condition, const Value& value) {
  const std::optional<Row> row = session.find(std::string(kSelect) + condition, value);
  return row ? std::optional(user_of(*row)) : std::nullopt;
}

}  // namespace

std::optional<UserRow> find_user(Session& session, const std::string& id) {
  return find_where(session, "WHERE id = $1", id);
}

std::optional<UserRow> find_user_by_email(Session& session, const std::string& email) {
  return find_where(session, "WHERE email = $1", email);
}

bool add_user(Session& session, const UserRow& user) {
  session.run(
      "INSERT INTO users (id, email, full_name, password_hash, is_active, is_superuser, session_version,"
      " personal_team, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (email) DO "
      "NOTHING",
      user.id, user.email, user.full_name, user.password_hash, user.is_active, user.is_superuser,
      user.session_version, user.personal_team, user.created_at);
  if (session.changed() == 0) return false;
  session.run("INSERT INTO teams (id, name, is_personal, created_at) VALUES ($1, $2, $3, $4)",
              user.personal_team, user.full_name.value_or(user.email), true, user.created_at);
  session.run("INSERT INTO memberships (team_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)",
              user.personal_team, user.id, base::to_name(Role::kOwner), user.created_at);
  return true;
}

void set_full_name(Session& session, const std::string& id, const std::optional<std::string>& name) {
  session.run("UPDATE users SET full_name = $2 WHERE id = $1", id, name);
}

bool set_email(Session& session, const std::string& id, const std::string& email) {
  const std::optional<UserRow> other = find_user_by_email(session, email);
  if (other) return other->id == id;
  session.run("UPDATE users SET email = $2 WHERE id = $1", id, email);
  session.run("DELETE FROM one_time_links WHERE purpose = $1 AND user_id = $2", kVerifyEmail, id);
  return true;
}

void set_verified(Session& session, const std::string& id, storage::Moment at) {
  session.run(
      "INSERT INTO verified_emails (user_id, email, verified_at) SELECT id, email, $2 FROM users WHERE id = "
      "$1"
      " ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, verified_at = excluded.verified_at",
      id, at);
}

bool replace_password(Session& session, const std::string& id, const std::optional<std::string>& before,
                      const std::string& after) {
  session.run("UPDATE users SET password_hash = $3 WHERE id = $1 AND COALESCE(password_hash, '') = $2", id,
              before.value_or(""), after);
  return session.changed() == 1;
}

void set_active(Session& session, const std::string& id, bool is_active) {
  session.run("UPDATE users SET is_active = $2 WHERE id = $1", id, is_active);
}

void set_superuser(Session& session, const std::string& id, bool is_superuser) {
  session.run("UPDATE users SET is_superuser = $2 WHERE id = $1", id, is_superuser);
}

std::int64_t raise_session_version(Session& session, const std::string& id) {
  const std::optional<Row> row = session.find(
      "UPDATE users SET session_version = session_version + 1 WHERE id = $1 RETURNING session_version", id);
  return row ? row->number(0) : 0;
}

std::vector<UserRow> list_users(Session& session, std::int64_t skip, std::int64_t limit) {
  std::vector<UserRow> users;
  for (const Row& row :
       session.run(std::string(kSelect) + "ORDER BY email LIMIT $1 OFFSET $2", limit, skip)) {
    users.push_back(user_of(row));
  }
  return users;
}

std::int64_t count_users(Session& session) {
  return session.run("SELECT count(*) FROM users").at(0).number(0);
}

std::int64_t count_active_superusers(Session& session) {
  return session.run("SELECT count(*) FROM users WHERE is_superuser = $1 AND is_active = $1", true)
      .at(0)
      .number(0);
}

std::optional<Role> role_in_team(Session& session, const std::string& team_id, const std::string& user_id) {
  const std::optional<Row> row =
      session.find("SELECT role FROM memberships WHERE team_id = $1 AND user_id = $2", team_id, user_id);
  return row ? std::optional(base::from_name<Role>(row->text(0), "a role")) : std::nullopt;
}

}  // namespace pharos::security
