// Keys for programs, as rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/security/permissions.h"
#include "platform/security/tables/sessions.h"
#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

struct ApiKeyRow {
  std::string id;
  std::string team_id;
  std::string user_id;
  std::string name;
  std::string secret_hash;
  PermissionSet scopes = PermissionSet::all();
  storage::Moment created_at = 0;
  std::optional<storage::Moment> expires_at;
  std::optional<storage::Moment> revoked_at;
  std::optional<storage::Moment> last_used_at;
};

void add_api_key(storage::Session& session, const ApiKeyRow& row);
/// Of the scope's team.
std::optional<ApiKeyRow> find_api_key(storage::Session& session, const std::string& id);
/// Of the scope's team, the newest first; of one user, unless that is empty.
std::vector<ApiKeyRow> list_api_keys(storage::Session& session, const std::string& user_id);
/// Of the scope's team; false when there is none that is good still.
bool revoke_api_key(storage::Session& session, const std::string& id, storage::Moment now);
/// Ends at `at` if it would not end before.
void limit_api_key(storage::Session& session, const std::string& id, storage::Moment at);
void note_api_key_use(storage::Session& session, const std::string& id, storage::Moment now);

/// Who a key acts for; nothing when it was revoked, has expired, or its owner is disabled or has left.
struct KeyIdentity {
  Identity identity;
  storage::Moment last_used_at = 0;
};
std::optional<KeyIdentity> identity_of_key(storage::Session& session, const std::string& id,
                                           storage::Moment now);

}  // namespace pharos::security
