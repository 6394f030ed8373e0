// Keys that people make for their programs: made, listed, replaced, revoked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "platform/security/accounts.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// What somebody asks for.
struct NewApiKey {
  std::string name;
  std::vector<Permission> scopes;               ///< what it is good for; empty: whatever its owner may
  std::optional<std::int64_t> expires_in_days;  ///< 1 to 3650; missing: until it is revoked
};
BOOST_DESCRIBE_STRUCT(NewApiKey, (), (name, scopes, expires_in_days))

/// A key as it is listed: without its secret, which is not kept.
struct ApiKeyInfo {
  std::string id;
  std::string name;
  std::string user_id;
  std::vector<Permission> scopes;  ///< empty: whatever its owner may
  std::string created_at;
  std::optional<std::string> expires_at;
  std::optional<std::string> last_used_at;  ///< to the hour
  bool is_good = true;                      ///< neither revoked nor expired
};
BOOST_DESCRIBE_STRUCT(ApiKeyInfo, (),
                      (id, name, user_id, scopes, created_at, expires_at, last_used_at, is_good))

/// A key as it is shown, once.
struct CreatedApiKey {
  std::string key;
  ApiKeyInfo info;
};
BOOST_DESCRIBE_STRUCT(CreatedApiKey, (), (key, info))

/// Thread-safe. Everything is within the caller's team; another team's key is not found. Whoever may not
/// manage the team sees and changes their own keys.
class ApiKeys {
 public:
  ApiKeys(AccountParts parts, Identities& identities) : parts_(parts), identities_(identities) {}

  /// Throws base::Error: kInvalidInput; kForbidden when the caller came with a key that may less.
  base::Task<CreatedApiKey> create(Caller caller, NewApiKey wanted);
  base::Task<std::vector<ApiKeyInfo>> list(Caller caller);
  /// kNotFound when there is none that is good still.
  base::Task<void> revoke(Caller caller, std::string id);
  /// A new key like this one, which stays good for `overlap` so that programs can be changed one by one.
  base::Task<CreatedApiKey> rotate(Caller caller, std::string id, std::chrono::hours overlap);

 private:
  storage::Moment now() const { return storage::time_number(parts_.clock); }

  AccountParts parts_;
  Identities& identities_;
};

}  // namespace pharos::security
