#include "platform/security/tables/one_time_links.h"

#include "platform/security/crypto.h"

namespace pharos::security {
namespace {

std::string hash_of(const std::string& token) {
  return hex(bytes_of(sha256_of(token)));
}

}  // namespace

std::string make_one_time_link(storage::Session& session, std::string_view purpose,
                               const std::string& user_id, storage::Moment now, storage::Moment good_for) {
  std::string token = base64(random_bytes(32), Base64::kUrl);
  const std::optional<std::string> owner = user_id.empty() ? std::nullopt : std::optional(user_id);
  session.run("DELETE FROM one_time_links WHERE purpose = $1 AND COALESCE(user_id, '') = $2", purpose,
              user_id);
  session.run(
      "INSERT INTO one_time_links (token_hash, purpose, user_id, created_at, expires_at)"
      " VALUES ($1, $2, $3, $4, $5)",
      hash_of(token), purpose, owner, now, now + good_for);
  return token;
}

std::optional<std::string> use_one_time_link(storage::Session& session, std::string_view purpose,
                                             const std::string& token, storage::Moment now) {
  const std::optional<storage::Row> row = session.find(
      "DELETE FROM one_time_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING "
      "user_id",
      hash_of(token), purpose, now);
  return row ? std::optional(row->optional_text(0).value_or("")) : std::nullopt;
}

void forget_one_time_links(storage::Session& session, storage::Moment now) {
  session.run("DELETE FROM one_time_links WHERE expires_at <= $1", now);
}

}  // namespace pharos::security
