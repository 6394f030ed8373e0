#include "platform/security/teams.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "platform/security/crypto.h"
#include "platform/security/tables/teams.h"
#include "platform/storage/time.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Scope;
using storage::Session;

constexpr std::size_t kLongestName = 100;
constexpr storage::Moment kInvitationIsGoodFor = storage::micros(std::chrono::hours(24 * 7));
constexpr storage::WriteOptions kWrite{.isolation = storage::Isolation::kCommitted};
// Of two owners who make each other users at the same moment, one comes second.
constexpr storage::WriteOptions kAlone{.isolation = storage::Isolation::kSerializable};

Team team_of(const TeamRow& row, Role role, const Caller& caller) {
  return {.id = row.id,
          .name = row.name,
          .is_personal = row.is_personal,
          .role = role,
          .is_current = row.id == caller.team_id,
          .created_at = storage::time_text(row.created_at)};
}

Invitation invitation_of(const InvitationRow& row) {
  return {.id = row.id,
          .email = row.email,
          .role = row.role,
          .invited_by = row.invited_by,
          .created_at = storage::time_text(row.created_at),
          .expires_at = storage::time_text(row.expires_at)};
}

void require_manager(const Caller& caller) {
  if (!caller.may(Permission::kTeamManage)) {
    throw Error(Code::kForbidden, "only administrators and owners of the team may do that");
  }
}

void check_team_name(const std::string& name) {
  if (base::trim(name).empty() || name.size() > kLongestName || !base::is_utf8(name)) {
    throw Error(Code::kInvalidInput, fmt::format("a team has a name of 1 to {} bytes", kLongestName));
  }
}

/// Whoever runs the server stands above every role.
void check_not_above(const Caller& caller, Role role) {
  if (role > caller.role && !caller.is_superuser) {
    throw Error(Code::kForbidden, fmt::format("the role '{}' is above your own", base::to_name(role)));
  }
}

TeamRow find_or_throw(Session& session, const std::string& team_id) {
  std::optional<TeamRow> team = find_team(session, team_id);
  if (!team) throw Error(Code::kNotFound, "there is no such team");
  return *std::move(team);
}

/// The role of somebody in the caller's team, whom the caller may touch.
Role role_within_reach(Session& session, const Caller& caller, const std::string& user_id) {
  const std::optional<Role> role = role_in_team(session, caller.team_id, user_id);
  if (!role) throw Error(Code::kNotFound, "there is nobody like that in the team");
  if (user_id != caller.user_id) check_not_above(caller, *role);
  return *role;
}

void check_owner_is_left(Session& session, const std::string& team_id) {
  if (count_owners(session, team_id) == 0) {
    throw Error(Code::kConflict, "a team always has an owner; make somebody else one first");
  }
}

AuditEntry entry_of(const Caller& caller, std::string action, std::string subject, std::string details = "") {
  return {.team_id = caller.team_id,
          .actor_id = caller.user_id,
          .action = std::move(action),
          .subject = std::move(subject),
          .details = std::move(details)};
}

}  // namespace

base::Task<Team> Teams::create(Caller caller, std::string name) {
  check_team_name(name);
  const TeamRow row{.id = parts_.ids.next(), .name = std::string(base::trim(name)), .created_at = now()};
  const auto add = [caller, row](Session& session) {
    add_team(session, row);
    add_member(session, row.id, caller.user_id, Role::kOwner, row.created_at);
    AuditEntry entry = entry_of(caller, "team_created", row.id);
    entry.team_id = row.id;
    append_audit(session, entry, row.created_at);
  };
  co_await parts_.database.write(Scope::system(), add, kWrite);
  co_return team_of(row, Role::kOwner, caller);
}

base::Task<std::vector<Team>> Teams::list(Caller caller) {
  const auto read = [id = caller.user_id](Session& session) { return teams_of(session, id); };
  std::vector<Team> teams;
  for (const BelongingRow& row : co_await parts_.database.read(Scope::system(), read)) {
    teams.push_back(team_of(row.team, row.role, caller));
  }
  co_return teams;
}

base::Task<Team> Teams::rename(Caller caller, std::string name) {
  require_manager(caller);
  check_team_name(name);
  const auto set = [caller, name = std::string(base::trim(name)), at = now()](Session& session) {
    rename_team(session, caller.team_id, name);
    append_audit(session, entry_of(caller, "team_renamed", caller.team_id), at);
    return find_or_throw(session, caller.team_id);
  };
  co_return team_of(co_await parts_.database.write(caller.scope(), set, kWrite), caller.role, caller);
}

base::Task<Team> Teams::enter(Caller caller, std::string team_id) {
  const auto go = [caller, team_id](Session& session) {
    const std::optional<Role> role = role_in_team(session, team_id, caller.user_id);
    if (!role) throw Error(Code::kNotFound, "there is no such team, or you are not in it");
    if (!set_session_team(session, caller.session_id, team_id)) {
      throw Error(Code::kForbidden, "a key belongs to one team; make another one in the other team");
    }
    return BelongingRow{.team = find_or_throw(session, team_id), .role = *role};
  };
  const BelongingRow row = co_await parts_.database.write(Scope::system(), go, kWrite);
  identities_.forget(caller.session_id);
  caller.team_id = team_id;
  co_return team_of(row.team, row.role, caller);
}

base::Task<std::vector<Member>> Teams::members(Caller caller) {
  const auto read = [](Session& session) { return members_of_team(session); };
  std::vector<Member> members;
  for (const MemberRow& row : co_await parts_.database.read(caller.scope(), read)) {
    members.push_back({.user_id = row.user_id,
                       .email = row.email,
                       .full_name = row.full_name,
                       .role = row.role,
                       .since = storage::time_text(row.created_at)});
  }
  co_return members;
}

base::Task<void> Teams::change_role(Caller caller, std::string user_id, Role role) {
  require_manager(caller);
  check_not_above(caller, role);
  const auto set = [caller, user_id, role, at = now()](Session& session) {
    role_within_reach(session, caller, user_id);
    set_member_role(session, caller.team_id, user_id, role);
    check_owner_is_left(session, caller.team_id);
    append_audit(
        session,
        entry_of(caller, "role_changed", user_id, fmt::format(R"({{"role":"{}"}})", base::to_name(role))),
        at);
  };
  co_await parts_.database.write(caller.scope(), set, kAlone);
  identities_.forget_all();
}

base::Task<void> Teams::remove(Caller caller, std::string user_id) {
  if (user_id != caller.user_id) require_manager(caller);
  const auto drop = [caller, user_id, at = now()](Session& session) {
    role_within_reach(session, caller, user_id);
    if (find_or_throw(session, caller.team_id).is_personal) {
      throw Error(Code::kConflict, "nobody leaves their personal team");
    }
    remove_member(session, caller.team_id, user_id);
    check_owner_is_left(session, caller.team_id);
    append_audit(session, entry_of(caller, "member_removed", user_id), at);
  };
  co_await parts_.database.write(caller.scope(), drop, kAlone);
  identities_.forget_all();
}

base::Task<SentInvitation> Teams::invite(Caller caller, NewInvitation wanted) {
  require_manager(caller);
  check_not_above(caller, wanted.role);
  const storage::Moment at = now();
  const std::string token = base64(random_bytes(32), Base64::kUrl);
  const InvitationRow row{.id = parts_.ids.next(),
                          .team_id = caller.team_id,
                          .email = checked_email(wanted.email),
                          .role = wanted.role,
                          .token_hash = hex(bytes_of(sha256_of(token))),
                          .invited_by = caller.user_id,
                          .created_at = at,
                          .expires_at = at + kInvitationIsGoodFor};
  const auto add = [caller, row](Session& session) {
    const TeamRow team = find_or_throw(session, caller.team_id);
    if (team.is_personal) {
      throw Error(Code::kConflict,
                  "nobody can be invited to a personal team; create a team and enter it first");
    }
    add_invitation(session, row);
    append_audit(session, entry_of(caller, "invited", row.id), row.created_at);
    return team.name;
  };
  std::string name = co_await parts_.database.write(caller.scope(), add, kWrite);
  co_return SentInvitation{.invitation = invitation_of(row), .token = token, .team_name = std::move(name)};
}

base::Task<std::vector<Invitation>> Teams::invitations(Caller caller) {
  require_manager(caller);
  const auto read = [at = now()](Session& session) { return open_invitations(session, at); };
  std::vector<Invitation> invitations;
  for (const InvitationRow& row : co_await parts_.database.read(caller.scope(), read)) {
    invitations.push_back(invitation_of(row));
  }
  co_return invitations;
}

base::Task<void> Teams::withdraw(Caller caller, std::string invitation_id) {
  require_manager(caller);
  const auto drop = [caller, invitation_id, at = now()](Session& session) {
    if (!remove_invitation(session, invitation_id))
      throw Error(Code::kNotFound, "there is no such invitation");
    append_audit(session, entry_of(caller, "invitation_withdrawn", invitation_id), at);
  };
  co_await parts_.database.write(caller.scope(), drop, kWrite);
}

base::Task<Team> Teams::accept(Caller caller, std::string token) {
  const auto join = [caller, hash = hex(bytes_of(sha256_of(token))), at = now()](Session& session) {
    const std::optional<InvitationRow> row = accept_invitation(session, hash, caller.email, at);
    if (!row) {
      throw Error(
          Code::kNotFound,
          "this invitation was accepted, withdrawn, is older than a week, or was sent to another address");
    }
    if (!add_member(session, row->team_id, caller.user_id, row->role, at)) {
      throw Error(Code::kConflict, "you are in this team already");
    }
    AuditEntry entry = entry_of(caller, "member_joined", caller.user_id);
    entry.team_id = row->team_id;
    append_audit(session, entry, at);
    return BelongingRow{.team = find_or_throw(session, row->team_id), .role = row->role};
  };
  const BelongingRow row = co_await parts_.database.write(Scope::system(), join, kWrite);
  co_return team_of(row.team, row.role, caller);
}

}  // namespace pharos::security
