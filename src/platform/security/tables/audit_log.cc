#include "platform/security/tables/audit_log.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/base/json.h"
#include "platform/security/audit_chain.h"
#include "platform/security/tables/audit_subjects.h"

namespace pharos::security {
namespace {
using storage::Bytes;
using storage::Row;
using storage::Session;

constexpr std::int64_t kPage = 1000;

Digest digest_of(const std::string& bytes) {
  Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

/// Entries without a sealed part have the sums that they always had.
Digest link_of(const Digest& before, std::int64_t number, storage::Moment at, const AuditEntry& entry,
               const std::string& sealed) {
  const std::string count = std::to_string(number);
  const std::string time = std::to_string(at);
  if (sealed.empty()) {
    return next_link(
        before, {count, time, entry.team_id, entry.actor_id, entry.action, entry.subject, entry.details});
  }
  return next_link(before, {count, time, entry.team_id, entry.actor_id, entry.action, entry.subject,
                            entry.details, sealed});
}

Bytes bytes_for_table(const Digest& link) {
  return {std::string(bytes_of(link))};
}

/// Walks along a chain and compares each link with what it should be.
class Walk {
 public:
  Walk(const std::string& team_id, std::int64_t number, const Digest& link)
      : team_id_(team_id), number_(number), link_(link) {}

  std::int64_t number() const { return number_; }
  const Digest& link() const { return link_; }

  std::optional<AuditFault> step(const Row& row) {
    const AuditEntry entry{.team_id = team_id_,
                           .actor_id = row.text("actor_id"),
                           .action = row.text("action"),
                           .subject = row.text("subject"),
                           .details = row.text("details")};
    if (row.number("number") != ++number_) return fault("an entry was removed");
    link_ = link_of(link_, number_, row.number("at"), entry, row.optional_text("sealed").value_or(""));
    if (bytes_of(link_) != row.bytes("link")) return fault("an entry was changed or put in");
    return std::nullopt;
  }
  AuditFault fault(const char* what) const { return {.team_id = team_id_, .number = number_, .what = what}; }

 private:
  const std::string& team_id_;
  std::int64_t number_;
  Digest link_;
};

constexpr const char* kTrimmed = "audit_trimmed";

/// Where a chain's beginning was cut off, as the chain says itself.
struct Cut {
  std::int64_t number = 0;  ///< of the last entry that is gone
  std::string link;         ///< its link, in base64
};
BOOST_DESCRIBE_STRUCT(Cut, (), (number, link))

Walk walk_from_the_beginning(Session& session, const std::string& team_id) {
  const std::optional<Row> row = session.find(
      "SELECT details FROM audit_log WHERE team_id = $1 AND action = $2 ORDER BY number DESC LIMIT 1",
      team_id, kTrimmed);
  if (!row) return {team_id, 0, first_link(team_id)};
  const auto cut = base::from_json<Cut>(base::parse_json(row->text(0), "an audit entry"), "an audit entry");
  return {team_id, cut.number, digest_of(from_base64(cut.link, Base64::kUrl).value_or(""))};
}

}  // namespace

void append_audit(Session& session, const AuditEntry& entry, storage::Moment at) {
  session.run(
      "INSERT INTO audit_heads (team_id, number, link) VALUES ($1, 0, $2) ON CONFLICT (team_id) DO NOTHING",
      entry.team_id, bytes_for_table(first_link(entry.team_id)));
  const Row head =
      session
          .run("UPDATE audit_heads SET number = number + 1 WHERE team_id = $1 RETURNING number, link",
               entry.team_id)
          .at(0);
  const std::int64_t number = head.number("number");
  std::string sealed;
  if (!entry.personal.empty() && !entry.person.empty())
    sealed = seal_for_subject(session, entry.person, entry.personal);
  const Bytes link = bytes_for_table(link_of(digest_of(head.bytes("link")), number, at, entry, sealed));
  session.run("UPDATE audit_heads SET link = $2 WHERE team_id = $1", entry.team_id, link);
  session.run(
      "INSERT INTO audit_log (team_id, number, at, actor_id, action, subject, details, link, sealed)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      entry.team_id, number, at, entry.actor_id, entry.action, entry.subject, entry.details, link,
      sealed.empty() ? std::nullopt : std::optional(sealed));
}

std::vector<AuditRow> search_audit(Session& session, const std::string& team_id, const AuditFilter& filter) {
  std::vector<AuditRow> found;
  for (const Row& row : session.run(
           "SELECT number, at, actor_id, action, subject, details, sealed FROM audit_log WHERE team_id = $1"
           " AND ($2 = '' OR action = $2) AND ($3 = '' OR actor_id = $3) AND number < $4"
           " ORDER BY number DESC LIMIT $5",
           team_id, filter.action, filter.actor_id,
           filter.before.value_or(std::numeric_limits<std::int64_t>::max()), filter.limit)) {
    found.push_back({.number = row.number("number"),
                     .at = row.number("at"),
                     .entry = {.team_id = team_id,
                               .actor_id = row.text("actor_id"),
                               .action = row.text("action"),
                               .subject = row.text("subject"),
                               .details = row.text("details")}});
    const std::optional<std::string> sealed = row.optional_text("sealed");
    if (!sealed) continue;
    const std::optional<std::string> personal = open_for_subject(session, *sealed);
    found.back().entry.personal = personal.value_or("");
    found.back().is_erased = !personal;
  }
  return found;
}

std::vector<AuditHead> audit_heads(Session& session) {
  std::vector<AuditHead> heads;
  for (const Row& row : session.run("SELECT team_id, number, link FROM audit_heads ORDER BY team_id")) {
    heads.push_back({.team_id = row.text(0), .number = row.number(1), .link = row.bytes(2)});
  }
  return heads;
}

std::optional<std::string> audit_link(Session& session, const std::string& team_id, std::int64_t number) {
  const std::optional<Row> row =
      session.find("SELECT link FROM audit_log WHERE team_id = $1 AND number = $2", team_id, number);
  return row ? std::optional(row->bytes(0)) : std::nullopt;
}

std::vector<std::string> audited_teams(Session& session) {
  std::vector<std::string> teams;
  for (const Row& row :
       session.run("SELECT team_id FROM audit_heads UNION SELECT team_id FROM audit_log ORDER BY team_id")) {
    teams.push_back(row.text(0));
  }
  return teams;
}

std::int64_t trim_audit_chain(Session& session, const std::string& team_id, storage::Moment before,
                              storage::Moment now) {
  const std::int64_t kept =
      session
          .run(
              "SELECT COALESCE((SELECT min(number) FROM audit_log WHERE team_id = $1 AND at >= $2),"
              " (SELECT max(number) FROM audit_log WHERE team_id = $1), 0)",
              team_id, before)
          .at(0)
          .number(0);
  const std::optional<std::string> link = audit_link(session, team_id, kept - 1);
  if (!link) return 0;  // it begins there already
  const Cut cut{.number = kept - 1, .link = base64(*link, Base64::kUrl)};
  append_audit(session,
               {.team_id = team_id, .action = kTrimmed, .details = base::compact_json(base::to_json(cut))},
               now);
  session.run("DELETE FROM audit_log WHERE team_id = $1 AND number < $2", team_id, kept);
  return static_cast<std::int64_t>(session.changed());
}

std::optional<AuditFault> verify_audit_chain(Session& session, const std::string& team_id) {
  Walk walk = walk_from_the_beginning(session, team_id);
  for (bool more = true; more;) {
    const storage::Rows rows = session.run(
        "SELECT number, at, actor_id, action, subject, details, link, sealed FROM audit_log"
        " WHERE team_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        team_id, walk.number(), kPage);
    for (const Row& row : rows) {
      if (std::optional<AuditFault> fault = walk.step(row)) return fault;
    }
    more = static_cast<std::int64_t>(rows.size()) == kPage;
  }
  const std::optional<Row> head =
      session.find("SELECT number, link FROM audit_heads WHERE team_id = $1", team_id);
  if (!head)
    return walk.number() == 0 ? std::nullopt : std::optional(walk.fault("the chain's head was removed"));
  if (head->number("number") != walk.number() || head->bytes("link") != bytes_of(walk.link())) {
    return walk.fault("the entries after this one were removed");
  }
  return std::nullopt;
}

}  // namespace pharos::security
