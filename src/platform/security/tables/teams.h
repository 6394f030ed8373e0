// Teams, who is in them and who was asked to be, as rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/security/permissions.h"
#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

struct TeamRow {
  std::string id;
  std::string name;
  bool is_personal = false;
  storage::Moment created_at = 0;
};

struct MemberRow {
  std::string user_id;
  std::string email;
  std::optional<std::string> full_name;
  Role role = Role::kUser;
  storage::Moment created_at = 0;
};

/// A team and what somebody is in it.
struct BelongingRow {
  TeamRow team;
  Role role = Role::kUser;
};

struct InvitationRow {
  std::string id;
  std::string team_id;
  std::string email;
  Role role = Role::kUser;
  std::string token_hash;
  std::string invited_by;
  storage::Moment created_at = 0;
  storage::Moment expires_at = 0;
};

void add_team(storage::Session& session, const TeamRow& team);
std::optional<TeamRow> find_team(storage::Session& session, const std::string& id);
void rename_team(storage::Session& session, const std::string& id, const std::string& name);
std::vector<BelongingRow> teams_of(storage::Session& session, const std::string& user_id);

/// False when they were in it already.
bool add_member(storage::Session& session, const std::string& team_id, const std::string& user_id, Role role,
                storage::Moment now);
/// Of the scope's team, sorted by address.
std::vector<MemberRow> members_of_team(storage::Session& session);
void set_member_role(storage::Session& session, const std::string& team_id, const std::string& user_id,
                     Role role);
/// With the keys that they have made there; their sessions act for their personal team again.
void remove_member(storage::Session& session, const std::string& team_id, const std::string& user_id);
std::int64_t count_owners(storage::Session& session, const std::string& team_id);

void add_invitation(storage::Session& session, const InvitationRow& row);
/// Of the scope's team: neither accepted nor expired.
std::vector<InvitationRow> open_invitations(storage::Session& session, storage::Moment now);
bool remove_invitation(storage::Session& session, const std::string& id);
/// Once; nothing when it is unknown, accepted, withdrawn or too old, or meant for another address.
std::optional<InvitationRow> accept_invitation(storage::Session& session, const std::string& token_hash,
                                               const std::string& email, storage::Moment now);

}  // namespace pharos::security
