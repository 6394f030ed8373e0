// A password as it is kept: hashed, salted, with its parameters beside it, as a PHC string.
#pragma once

#include <string>
#include <string_view>

namespace pharos::security {

/// What makes hashes. Both kinds are always read.
enum class PasswordHasher {
  kArgon2id,      ///< 19 MiB, 2 passes, 1 lane: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`
  kPbkdf2Sha256,  ///< 600,000 rounds: `$pbkdf2-sha256$i=600000$SALT$HASH`
};

/// How passwords are hashed from now on.
struct HashSettings {
  PasswordHasher hasher = PasswordHasher::kArgon2id;
  /// A secret kept apart from the database; without it, what was hashed with it cannot be guessed at. Empty
  /// for none. Its name (not itself) is written into each hash as `keyid`.
  std::string pepper;
};

/// Hashes with a salt of its own. Takes some 20 ms of one processor and 19 MiB.
std::string hash_password(std::string_view password, const HashSettings& settings);

/// True when `password` is what `stored` was made of. Throws base::Error: kInternal when `stored` is no hash
/// that Pharos reads or asks for more work than any hash here should, kUnavailable when it was made with a
/// pepper that is not set.
bool password_matches(std::string_view password, std::string_view stored, const HashSettings& settings);

/// True when `stored` was made in another way than `settings` say, so that it should be made anew while the
/// password is at hand.
bool needs_rehash(std::string_view stored, const HashSettings& settings);

/// The hash of no password: to be compared with where there is no account, at the same cost.
std::string nobodys_hash(const HashSettings& settings);

}  // namespace pharos::security
