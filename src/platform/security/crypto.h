// The few pieces of cryptography that this room is built from, each over bytes held in a string.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pharos::security {

/// A SHA-256 sum or HMAC: 32 bytes, none of them text.
using Digest = std::array<unsigned char, 32>;

/// Lets libsodium choose what suits this processor; to be called before its other functions, as often as one
/// likes. Thread-safe.
void start_sodium();

/// From the machine's randomness; throws base::Error (kInternal) when it has none.
std::string random_bytes(std::size_t count);

Digest sha256_of(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);

/// The digest's bytes as text that is no text.
inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
std::string hex(std::string_view bytes);

/// Takes the same time wherever two texts of one length differ.
bool same_secret(std::string_view left, std::string_view right);

enum class Base64 {
  kUrl,       ///< of tokens (RFC 4648 section 5), without padding
  kStandard,  ///< of password hashes, without padding
};
std::string base64(std::string_view bytes, Base64 alphabet);
/// Nothing when `text` is not exactly what `base64` writes for some bytes: one text for each value.
std::optional<std::string> from_base64(std::string_view text, Base64 alphabet);

}  // namespace pharos::security
