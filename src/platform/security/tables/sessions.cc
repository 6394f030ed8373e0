#include "platform/security/tables/sessions.h"

#include <algorithm>

#include "core/base/json.h"
#include "platform/security/crypto.h"

namespace pharos::security {
namespace {
using storage::Bytes;
using storage::Row;
using storage::Session;

constexpr std::size_t kTokenBytes = 32;

std::string new_refresh_token() {
  return base64(random_bytes(kTokenBytes), Base64::kUrl);
}
std::string hash_of(const std::string& token) {
  return hex(bytes_of(sha256_of(token)));
}

/// A child's bytes under a pad that only the parent token gives, which is not kept: whoever reads the table
/// reads nothing, whoever shows the parent again gets the same child. The same again undoes it.
std::string mask(const std::string& bytes, const std::string& parent) {
  const Digest pad = hmac_sha256(parent, "pharos refresh child");
  std::string masked = bytes;
  for (std::size_t i = 0; i < masked.size(); ++i)
    masked[i] = static_cast<char>(masked[i] ^ pad[i % pad.size()]);
  return masked;
}

void add_refresh_token(Session& session, const std::string& token, const std::string& session_id,
                       storage::Moment now, const SessionSettings& settings) {
  session.run("INSERT INTO refresh_tokens (token_hash, session_id, expires_at) VALUES ($1, $2, $3)",
              hash_of(token), session_id, now + storage::micros(settings.idle));
}

/// The login of a token, when it has not ended and its user may sign in.
std::optional<Exchange> living_session(Session& session, const std::string& token_hash, storage::Moment now) {
  const std::optional<Row> row = session.find(
      "SELECT s.id AS session_id, s.user_id AS user_id FROM refresh_tokens t JOIN sessions s ON s.id = "
      "t.session_id"
      " JOIN users u ON u.id = s.user_id"
      " WHERE t.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND u.is_active = $3",
      token_hash, now, true);
  if (!row) return std::nullopt;
  return Exchange{.session_id = row->text("session_id"), .user_id = row->text("user_id")};
}

/// A token that was exchanged already: its answer may have been lost, or it was stolen.
Exchange judge_reuse(Session& session, Exchange found, const std::string& token, storage::Moment now,
                     const SessionSettings& settings) {
  const std::optional<Row> row = session.find(
      "SELECT t.used_at AS used_at, t.child_masked AS child_masked, c.used_at AS child_used_at FROM "
      "refresh_tokens t"
      " LEFT JOIN refresh_tokens c ON c.token_hash = t.child_hash WHERE t.token_hash = $1",
      hash_of(token));
  if (!row || row->is_null("used_at")) return {};  // it has expired unused
  const bool is_forgiven = now - row->number("used_at") <= storage::micros(settings.reuse_is_forgiven) &&
                           row->is_null("child_used_at") && !row->is_null("child_masked");
  if (is_forgiven) {
    found.kind = Exchange::Kind::kRepeated;
    found.token = base64(mask(row->bytes("child_masked"), token), Base64::kUrl);
  } else {
    found.kind = Exchange::Kind::kReused;
    end_session(session, found.user_id, found.session_id, now);
  }
  return found;
}

SessionRow session_of(const Row& row) {
  return {.id = row.text("id"),
          .user_id = row.text("user_id"),
          .team_id = row.text("acts_for"),
          .created_at = row.number("created_at"),
          .last_used_at = row.number("last_used_at"),
          .expires_at = row.number("expires_at"),
          .address = row.text("address"),
          .user_agent = row.text("user_agent")};
}

}  // namespace

std::string add_session(Session& session, const SessionRow& row, const SessionSettings& settings) {
  session.run(
      "INSERT INTO sessions (id, user_id, acts_for, created_at, last_used_at, expires_at, address, "
      "user_agent)"
      " VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
      row.id, row.user_id, row.team_id, row.created_at, row.created_at + storage::micros(settings.absolute),
      row.address, row.user_agent);
  std::string token = new_refresh_token();
  add_refresh_token(session, token, row.id, row.created_at, settings);
  return token;
}

std::vector<SessionRow> live_sessions(Session& session, const std::string& user_id, storage::Moment now) {
  std::vector<SessionRow> rows;
  for (const Row& row : session.run(
           "SELECT id, user_id, acts_for, created_at, last_used_at, expires_at, address, user_agent FROM "
           "sessions"
           " WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY last_used_at DESC, id",
           user_id, now)) {
    rows.push_back(session_of(row));
  }
  return rows;
}

bool end_session(Session& session, const std::string& user_id, const std::string& id, storage::Moment now) {
  session.run("UPDATE sessions SET ended_at = $3 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL", id,
              user_id, now);
  return session.changed() == 1;
}

void end_all_sessions(Session& session, const std::string& user_id, storage::Moment now) {
  session.run("UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL", user_id, now);
}

bool set_session_team(Session& session, const std::string& id, const std::string& team_id) {
  session.run("UPDATE sessions SET acts_for = $2 WHERE id = $1 AND ended_at IS NULL", id, team_id);
  return session.changed() == 1;
}

std::int64_t forget_sessions(Session& session, storage::Moment before) {
  session.run("DELETE FROM sessions WHERE expires_at < $1 OR ended_at < $1", before);
  return static_cast<std::int64_t>(session.changed());
}

Exchange exchange_refresh_token(Session& session, const std::string& token, storage::Moment now,
                                const SessionSettings& settings) {
  const std::string token_hash = hash_of(token);
  std::optional<Exchange> found = living_session(session, token_hash, now);
  if (!found) return {};
  const std::string child_bytes = random_bytes(kTokenBytes);
  const std::string child = base64(child_bytes, Base64::kUrl);
  // Of two at the same time, one changes the row and the other finds it changed.
  session.run(
      "UPDATE refresh_tokens SET used_at = $2, child_hash = $3, child_masked = $4"
      " WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
      token_hash, now, hash_of(child), Bytes{mask(child_bytes, token)});
  if (session.changed() == 0) return judge_reuse(session, *std::move(found), token, now, settings);
  add_refresh_token(session, child, found->session_id, now, settings);
  session.run("UPDATE refresh_tokens SET child_masked = NULL WHERE child_hash = $1", token_hash);
  session.run("UPDATE sessions SET last_used_at = $2 WHERE id = $1", found->session_id, now);
  found->kind = Exchange::Kind::kExchanged;
  found->token = child;
  return *std::move(found);
}

std::optional<Identity> identity_of_session(Session& session, const std::string& id) {
  const std::optional<Row> row = session.find(
      "SELECT s.user_id AS user_id, s.acts_for AS acts_for, s.expires_at AS expires_at, u.email AS email,"
      " u.is_superuser AS is_superuser, u.session_version AS session_version, m.role AS role FROM sessions s"
      " JOIN users u ON u.id = s.user_id JOIN memberships m ON m.team_id = s.acts_for AND m.user_id = "
      "s.user_id"
      " WHERE s.id = $1 AND s.ended_at IS NULL AND u.is_active = $2",
      id, true);
  if (!row) return std::nullopt;
  return Identity{.caller = {.user_id = row->text("user_id"),
                             .email = row->text("email"),
                             .team_id = row->text("acts_for"),
                             .role = base::from_name<Role>(row->text("role"), "a role"),
                             .is_superuser = row->truth("is_superuser"),
                             .session_id = id},
                  .session_version = row->number("session_version"),
                  .expires_at = row->number("expires_at")};
}

}  // namespace pharos::security
