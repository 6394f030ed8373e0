#include "platform/security/tables/external_identities.h"

namespace pharos::security {

std::optional<std::string> use_external_identity(storage::Session& session, const std::string& issuer,
                                                 const std::string& subject, storage::Moment now) {
  const std::optional<storage::Row> row = session.find(
      "UPDATE external_identities SET last_used_at = $3 WHERE issuer = $1 AND subject = $2 RETURNING user_id",
      issuer, subject, now);
  return row ? std::optional(row->text(0)) : std::nullopt;
}

bool add_external_identity(storage::Session& session, const std::string& issuer, const std::string& subject,
                           const std::string& user_id, storage::Moment now) {
  session.run(
      "INSERT INTO external_identities (issuer, subject, user_id, created_at, last_used_at)"
      " VALUES ($1, $2, $3, $4, $4) ON CONFLICT (issuer, subject) DO NOTHING",
      issuer, subject, user_id, now);
  return session.changed() == 1;
}

}  // namespace pharos::security
