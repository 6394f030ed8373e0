#include "platform/security/security_tables.h"

namespace pharos::embedded {
extern const std::string_view _0001_identity_sql;
extern const std::string_view _0002_audit_sql;
extern const std::string_view _0003_links_sql;
extern const std::string_view _0004_audit_subjects_sql;
extern const std::string_view _0005_verified_emails_sql;
extern const std::string_view _0006_external_identities_sql;
}  // namespace pharos::embedded

namespace pharos::security {

storage::RoomTables security_tables() {
  return {.room = "security",
          .migrations = {{1, "identity", embedded::_0001_identity_sql},
                         {2, "audit", embedded::_0002_audit_sql},
                         {3, "links", embedded::_0003_links_sql},
                         {4, "audit_subjects", embedded::_0004_audit_subjects_sql},
                         {5, "verified_emails", embedded::_0005_verified_emails_sql},
                         {6, "external_identities", embedded::_0006_external_identities_sql}}};
}

}  // namespace pharos::security
