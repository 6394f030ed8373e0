// People and the teams they act for, as rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/security/permissions.h"
#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

struct UserRow {
  std::string id;
  std::string email;
  std::optional<std::string> full_name;
  std::optional<std::string> password_hash;
  bool is_active = true;
  bool is_superuser = false;
  bool is_verified = false;  ///< the address is theirs
  std::int64_t session_version = 1;
  std::string personal_team;
  storage::Moment created_at = 0;
};

std::optional<UserRow> find_user(storage::Session& session, const std::string& id);
/// `email` in lower case.
std::optional<UserRow> find_user_by_email(storage::Session& session, const std::string& email);

/// With a personal team, which the user owns. False when the address is taken, and then nothing was added.
bool add_user(storage::Session& session, const UserRow& user);

void set_full_name(storage::Session& session, const std::string& id, const std::optional<std::string>& name);
/// False when the address is taken. A new one is not verified, nor by a link that was sent to the old one.
bool set_email(storage::Session& session, const std::string& id, const std::string& email);
/// Whoever has this account has shown that its present address is theirs.
void set_verified(storage::Session& session, const std::string& id, storage::Moment at);
/// Only when the hash still is `before`: of two changes at a time, one counts.
bool replace_password(storage::Session& session, const std::string& id,
                      const std::optional<std::string>& before, const std::string& after);
void set_active(storage::Session& session, const std::string& id, bool is_active);
void set_superuser(storage::Session& session, const std::string& id, bool is_superuser);
/// Makes every access token void that was made before; gives the new version.
std::int64_t raise_session_version(storage::Session& session, const std::string& id);

/// Sorted by address; how many there are at all.
std::vector<UserRow> list_users(storage::Session& session, std::int64_t skip, std::int64_t limit);
std::int64_t count_users(storage::Session& session);

/// How many may sign in and run this server.
std::int64_t count_active_superusers(storage::Session& session);

/// The role in a team; nothing for strangers.
std::optional<Role> role_in_team(storage::Session& session, const std::string& team_id,
                                 const std::string& user_id);

}  // namespace pharos::security
