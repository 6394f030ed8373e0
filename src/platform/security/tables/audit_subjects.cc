#include "platform/security/tables/audit_subjects.h"

#include <algorithm>

#include "platform/security/crypto.h"
#include "platform/storage/cipher.h"

namespace pharos::security {
namespace {
using storage::Bytes;
using storage::Row;
using storage::Session;

constexpr const char* kPurpose = "audit";

storage::Cipher cipher_of(const std::string& key_id, const std::string& bytes) {
  storage::Key key{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), key.size()), key.begin());
  return storage::Cipher({.in_use = key_id, .keys = {{key_id, key}}});
}

/// `pharos1:KEY ID:…`
std::string key_id_of(const std::string& sealed) {
  const std::size_t from = sealed.find(':') + 1;
  return sealed.substr(from, sealed.find(':', from) - from);
}

}  // namespace

std::string seal_for_subject(Session& session, const std::string& user_id, const std::string& text) {
  session.run(
      "INSERT INTO audit_subjects (user_id, key_id, key) VALUES ($1, $2, $3) ON CONFLICT (user_id) DO "
      "NOTHING",
      user_id, hex(random_bytes(16)), Bytes{random_bytes(std::tuple_size_v<storage::Key>)});
  const Row row = session.run("SELECT key_id, key FROM audit_subjects WHERE user_id = $1", user_id).at(0);
  return cipher_of(row.text(0), row.bytes(1)).seal(text, kPurpose);
}

std::optional<std::string> open_for_subject(Session& session, const std::string& sealed) {
  const std::string key_id = key_id_of(sealed);
  const auto row = session.find("SELECT key FROM audit_subjects WHERE key_id = $1", key_id);
  return row ? std::optional(cipher_of(key_id, row->bytes(0)).open(sealed, kPurpose)) : std::nullopt;
}

}  // namespace pharos::security
