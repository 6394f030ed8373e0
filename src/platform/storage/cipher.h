// Values that only the holder of a key can read or change: AES-256-GCM, with the key named in each.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace pharos::storage {

using Key = std::array<unsigned char, 32>;

/// Keys by their ids. New values are sealed with the one in use; the others still open what they have sealed.
struct KeyRing {
  std::string in_use;
  std::map<std::string, Key, std::less<>> keys;
};

/// Thread-safe.
class Cipher {
 public:
  /// Throws base::Error (kInvalidInput) when the key in use is not among the keys, or an id has a ':'.
  explicit Cipher(KeyRing ring);

  /// `pharos1:KEY ID:base64`. `purpose` must be the same when it is opened: a value does not pass for
  /// another.
  std::string seal(std::string_view plain, std::string_view purpose) const;
  /// Throws base::Error: kUnavailable when the key is not on the ring, kInvalidInput when the value was
  /// changed, or sealed for another purpose.
  std::string open(std::string_view sealed, std::string_view purpose) const;

 private:
  KeyRing ring_;
};

}  // namespace pharos::storage
