#include "platform/privacy/consents.h"

#include <set>

#include "platform/security/tables/audit_log.h"
#include "platform/storage/time.h"

namespace pharos::privacy {
namespace {
using storage::Row;
using storage::Session;

constexpr const char* kColumns = "id, purpose, version, is_granted, source, created_at";

GivenConsent consent_of(const Row& row) {
  return {.id = row.text("id"),
          .purpose = row.text("purpose"),
          .version = row.text("version"),
          .is_granted = row.truth("is_granted"),
          .source = row.text("source"),
          .at = storage::time_text(row.number("created_at"))};
}

}  // namespace

base::Task<std::vector<GivenConsent>> Consents::list(security::Caller caller) {
  const auto read = [id = caller.user_id](Session& session) {
    std::vector<GivenConsent> consents;
    std::set<std::string> purposes;
    for (const Row& row : session.run(
             std::string("SELECT ") + kColumns + " FROM consents WHERE user_id = $1 ORDER BY id DESC", id)) {
      consents.push_back(consent_of(row));
      consents.back().is_current = purposes.insert(consents.back().purpose).second;
    }
    return consents;
  };
  co_return co_await database_.read(caller.scope(), read);
}

base::Task<GivenConsent> Consents::add(security::Caller caller, NewConsent consent) {
  const auto write = [caller, consent, id = ids_.next(),
                      now = storage::time_number(clock_)](Session& session) {
    const Row row =
        session
            .run(std::string(
                     "INSERT INTO consents (id, user_id, purpose, version, is_granted, source, created_at)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ") +
                     kColumns,
                 id, caller.user_id, consent.purpose, consent.version, consent.is_granted, consent.source,
                 now)
            .at(0);
    security::append_audit(session,
                           {.team_id = caller.team_id,
                            .actor_id = caller.user_id,
                            .action = consent.is_granted ? "consent_given" : "consent_withdrawn",
                            .subject = id},
                           now);
    GivenConsent added = consent_of(row);
    added.is_current = true;
    return added;
  };
  co_return co_await database_.write(caller.scope(), write, {.isolation = storage::Isolation::kCommitted});
}

}  // namespace pharos::privacy
