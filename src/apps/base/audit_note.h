// What a team's log says that one of them has done.
#pragma once

#include <string>
#include <utility>

#include "platform/security/audit.h"
#include "platform/security/caller.h"

namespace pharos::base_api {

/// `subject` is the id of what it was done to.
inline base::Task<void> note_done(security::AuditLog& audit, const security::Caller& caller,
                                  std::string action, std::string subject) {
  return audit.note({.team_id = caller.team_id,
                     .actor_id = caller.user_id,
                     .action = std::move(action),
                     .subject = std::move(subject)});
}

}  // namespace pharos::base_api
