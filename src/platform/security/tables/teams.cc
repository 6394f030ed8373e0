#include "platform/security/tables/teams.h"

#include "core/base/json.h"

namespace pharos::security {
namespace {
using storage::Row;
using storage::Session;

Role role_in(const Row& row) {
  return base::from_name<Role>(row.text("role"), "a role");
}

TeamRow team_of(const Row& row) {
  return {.id = row.text("id"),
          .name = row.text("name"),
          .is_personal = row.truth("is_personal"),
          .created_at = row.number("created_at")};
}

InvitationRow invitation_of(const Row& row) {
  return {.id = row.text("id"),
          .team_id = row.text("team_id"),
          .email = row.text("email"),
          .role = role_in(row),
          .token_hash = row.text("token_hash"),
          .invited_by = row.text("invited_by"),
          .created_at = row.number("created_at"),
          .expires_at = row.number("expires_at")};
}

}  // namespace

void add_team(Session& session, const TeamRow& team) {
  session.run("INSERT INTO teams (id, name, is_personal, created_at) VALUES ($1, $2, $3, $4)", team.id,
              team.name, team.is_personal, team.created_at);
}

std::optional<TeamRow> find_team(Session& session, const std::string& id) {
  const std::optional<Row> row =
      session.find("SELECT id, name, is_personal, created_at FROM teams WHERE id = $1", id);
  return row ? std::optional(team_of(*row)) : std::nullopt;
}

void rename_team(Session& session, const std::string& id, const std::string& name) {
  session.run("UPDATE teams SET name = $2 WHERE id = $1", id, name);
}

std::vector<BelongingRow> teams_of(Session& session, const std::string& user_id) {
  std::vector<BelongingRow> teams;
  for (const Row& row : session.run(
           "SELECT t.id AS id, t.name AS name, t.is_personal AS is_personal, t.created_at AS created_at,"
           " m.role AS role FROM memberships m JOIN teams t ON t.id = m.team_id WHERE m.user_id = $1"
           " ORDER BY t.created_at, t.id",
           user_id)) {
    teams.push_back({.team = team_of(row), .role = role_in(row)});
  }
  return teams;
}

bool add_member(Session& session, const std::string& team_id, const std::string& user_id, Role role,
                storage::Moment now) {
  session.run(
      "INSERT INTO memberships (team_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (team_id, user_id) DO NOTHING",
      team_id, user_id, base::to_name(role), now);
  return session.changed() == 1;
}

std::vector<MemberRow> members_of_team(Session& session) {
  std::vector<MemberRow> members;
  for (const Row& row :
       session.run("SELECT m.user_id AS user_id, u.email AS email, u.full_name AS full_name, m.role AS role,"
                   " m.created_at AS created_at FROM memberships m JOIN users u ON u.id = m.user_id"
                   " WHERE m.team_id = $1 ORDER BY u.email",
                   session.scope().team_id)) {
    members.push_back({.user_id = row.text("user_id"),
                       .email = row.text("email"),
                       .full_name = row.optional_text("full_name"),
                       .role = role_in(row),
                       .created_at = row.number("created_at")});
  }
  return members;
}

void set_member_role(Session& session, const std::string& team_id, const std::string& user_id, Role role) {
  session.run("UPDATE memberships SET role = $3 WHERE team_id = $1 AND user_id = $2", team_id, user_id,
              base::to_name(role));
}

void remove_member(Session& session, const std::string& team_id, const std::string& user_id) {
  session.run("DELETE FROM memberships WHERE team_id = $1 AND user_id = $2", team_id, user_id);
  session.run("DELETE FROM api_keys WHERE team_id = $1 AND user_id = $2", team_id, user_id);
  session.run(
      "UPDATE sessions SET acts_for = (SELECT personal_team FROM users WHERE id = $2)"
      " WHERE acts_for = $1 AND user_id = $2",
      team_id, user_id);
}

std::int64_t count_owners(Session& session, const std::string& team_id) {
  return session
      .run("SELECT count(*) FROM memberships WHERE team_id = $1 AND role = $2", team_id,
           base::to_name(Role::kOwner))
      .at(0)
      .number(0);
}

void add_invitation(Session& session, const InvitationRow& row) {
  session.run("DELETE FROM invitations WHERE team_id = $1 AND email = $2 AND accepted_at IS NULL",
              row.team_id, row.email);
  session.run(
      "INSERT INTO invitations (id, team_id, email, role, token_hash, invited_by, created_at, expires_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      row.id, row.team_id, row.email, base::to_name(row.role), row.token_hash, row.invited_by, row.created_at,
      row.expires_at);
}

std::vector<InvitationRow> open_invitations(Session& session, storage::Moment now) {
  std::vector<InvitationRow> invitations;
  for (const Row& row : session.run(
           "SELECT id, team_id, email, role, token_hash, invited_by, created_at, expires_at FROM invitations"
           " WHERE team_id = $1 AND accepted_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id",
           session.scope().team_id, now)) {
    invitations.push_back(invitation_of(row));
  }
  return invitations;
}

bool remove_invitation(Session& session, const std::string& id) {
  session.run("DELETE FROM invitations WHERE id = $1 AND team_id = $2 AND accepted_at IS NULL", id,
              session.scope().team_id);
  return session.changed() == 1;
}

std::optional<InvitationRow> accept_invitation(Session& session, const std::string& token_hash,
                                               const std::string& email, storage::Moment now) {
  const std::optional<Row> row = session.find(
      "UPDATE invitations SET accepted_at = $3 WHERE token_hash = $1 AND email = $2 AND accepted_at IS NULL"
      " AND expires_at > $3 RETURNING id, team_id, email, role, token_hash, invited_by, created_at, "
      "expires_at",
      token_hash, email, now);
  return row ? std::optional(invitation_of(*row)) : std::nullopt;
}

}  // namespace pharos::security
