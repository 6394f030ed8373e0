// What happened, kept so that nobody can change it afterwards without being found out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// The chain of what belongs to no team: failed logins, settings of the server.
inline constexpr std::string_view kServerChain = "server";

struct AuditEntry {
  std::string team_id;   ///< whose chain
  std::string actor_id;  ///< a user's id; empty when it is not known
  std::string action;    ///< `login`, `password_changed`, …
  std::string subject;   ///< the id of what it was done to
  std::string details;   ///< JSON or empty; no names, addresses or texts of people
  std::string personal;  ///< JSON or empty: just those, sealed so that they can be forgotten
  std::string person;    ///< the user whom `personal` is about
};

/// Adds a link to the team's chain, in the transaction of what happened: both are kept or neither.
void append_audit(storage::Session& session, const AuditEntry& entry, storage::Moment at);

/// An entry as it is read.
struct AuditRow {
  std::int64_t number = 0;
  storage::Moment at = 0;
  AuditEntry entry;
  bool is_erased = false;  ///< whom `personal` was about is gone, and what it said
};
/// Which entries somebody wants: the newest first.
struct AuditFilter {
  std::string action;                  ///< empty: all
  std::string actor_id;                ///< empty: everybody's
  std::optional<std::int64_t> before;  ///< numbers below this one
  std::int64_t limit = 100;
};
std::vector<AuditRow> search_audit(storage::Session& session, const std::string& team_id,
                                   const AuditFilter& filter);

/// The end of a chain.
struct AuditHead {
  std::string team_id;
  std::int64_t number = 0;
  std::string link;
};
std::vector<AuditHead> audit_heads(storage::Session& session);
/// The link of one entry; nothing when there is none.
std::optional<std::string> audit_link(storage::Session& session, const std::string& team_id,
                                      std::int64_t number);
/// Every team that has a chain, or what is left of one.
std::vector<std::string> audited_teams(storage::Session& session);

/// Removes the entries before `before` from the beginning of a chain, and says so in it: a chain may begin
/// there and nowhere else. The last entry stays. Gives how many.
std::int64_t trim_audit_chain(storage::Session& session, const std::string& team_id, storage::Moment before,
                              storage::Moment now);

/// What is wrong with a chain; nothing when it is whole.
struct AuditFault {
  std::string team_id;
  std::int64_t number = 0;  ///< of the first entry that is wrong or missing
  std::string what;         ///< in words
};
std::optional<AuditFault> verify_audit_chain(storage::Session& session, const std::string& team_id);

}  // namespace pharos::security
