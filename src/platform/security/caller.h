// Who asks.
#pragma once

#include <string>

#include "platform/security/permissions.h"
#include "platform/storage/scope.h"

namespace pharos::security {

/// A person (or a key that acts for one) whose identity was proven. Made by the security room alone;
/// everything that is read or written is read or written in a caller's name.
struct Caller {
  std::string user_id;
  std::string email;
  std::string team_id;                          ///< the team they act for: the tenant
  Role role = Role::kUser;                      ///< within that team
  bool is_superuser = false;                    ///< runs this server
  std::string session_id;                       ///< of the login, or of the key
  PermissionSet within = PermissionSet::all();  ///< what the key they came with is good for

  bool may(Permission permission) const {
    return within.has(permission) && (is_superuser || security::may(role, permission));
  }
  /// In whose name the database is asked.
  storage::Scope scope() const { return {.team_id = team_id, .user_id = user_id}; }
};

}  // namespace pharos::security
