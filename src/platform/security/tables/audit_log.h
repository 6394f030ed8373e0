// What happened, kept so that nobody can change it afterwards without being found out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/security/moment.h"
#include "platform/storage/session.h"

namespace pharos::security {

/// The chain of what belongs to no team: failed logins, settings of the server.
inline constexpr std::string_view kServerChain = "server";

struct AuditEntry {
  std::string team_id;   ///< whose chain
  std::string actor_id;  ///< a user's id; empty when it is not known
  std::string action;    ///< `login`, `password_changed`, …
  std::string subject;   ///< the id of what it was done to
  std::string details;   ///< JSON or empty; no names, addresses or texts of people
};

/// Adds a link to the team's chain, in the transaction of what happened: both are kept or neither.
void append_audit(storage::Session& session, const AuditEntry& entry, Moment at);

/// What is wrong with a chain; nothing when it is whole.
struct AuditFault {
  std::string team_id;
  std::int64_t number = 0;  ///< of the first entry that is wrong or missing
  std::string what;         ///< in words
};
std::optional<AuditFault> verify_audit_chain(storage::Session& session, const std::string& team_id);

}  // namespace pharos::security
