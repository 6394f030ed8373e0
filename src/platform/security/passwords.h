// Passwords: which may be chosen, and their hashing, away from the event loop and never more at once than the
// server can bear.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/security/common_passwords.h"
#include "platform/security/password_hash.h"

namespace pharos::security {

struct PasswordSettings {
  HashSettings hash;
  int longest_queue = 64;  ///< hashes wanted and not yet made; one more is refused
};

/// What comparing a password with a stored hash has told.
struct PasswordVerdict {
  bool right = false;
  bool needs_rehash = false;  ///< right, and to be hashed anew while it is at hand
};

/// Thread-safe. The pool must outlive it; each of its threads uses 19 MiB while it hashes.
class Passwords {
 public:
  Passwords(PasswordSettings settings, CommonPasswords common, base::Pool& pool);

  /// Throws base::Error (kInvalidInput) unless it has 8 to 1024 bytes, is none of the common ones and is not
  /// the account's own name. Nothing is asked about which letters it has.
  void check_choice(std::string_view password, std::string_view email) const;

  /// Throws base::Error (kUnavailable) when too many others wait already.
  base::Task<std::string> hash(std::string password) const;

  /// Compares with `stored`, or with nobody's hash, at the same cost, when there is no account. Throws as
  /// `hash` does, and kInvalidInput above 1024 bytes.
  base::Task<PasswordVerdict> verify(std::string password, std::optional<std::string> stored) const;

 private:
  class Place;

  PasswordSettings settings_;
  CommonPasswords common_;
  base::Pool& pool_;
  std::string nobody_;
  std::shared_ptr<std::atomic<int>> waiting_;
};

}  // namespace pharos::security
