// Keys for programs: `phk_<id>_<secret>_<crc>`. Shown once, kept as a sum.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pharos::security {

/// A key as it is shown to whoever made it, and what is kept of it.
struct ApiKey {
  std::string text;         ///< what is shown once and sent with each request
  std::string id;           ///< 16 hexadecimal digits, not secret
  std::string secret_hash;  ///< SHA-256 of the secret in hexadecimal; 256 random bits need no slow hash
};

ApiKey make_api_key();

/// True for what looks like a key of ours, whole or not: worth no second try as a token.
bool is_api_key(std::string_view text);

/// Id and sum of a key whose CRC is right; nothing for any other text. The CRC lets scanners of repositories
/// find lost keys, and lets us refuse slips of the hand without the database.
std::optional<ApiKey> read_api_key(std::string_view text);

}  // namespace pharos::security
