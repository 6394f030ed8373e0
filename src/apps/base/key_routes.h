// Keys for programs: /api/v1/keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/http/routes.h"
#include "platform/security/api_keys.h"

namespace pharos::base_api {

struct WantedKey {
  http::Text<1, 100> name;
  std::vector<security::Permission> scopes;
  std::optional<http::Whole<1, 3650>> expires_in_days;
};
BOOST_DESCRIBE_STRUCT(WantedKey, (), (name, scopes, expires_in_days))

struct KeyRotation {
  http::Whole<0, 720, 24> overlap_hours;  ///< how long the old key stays good
};
BOOST_DESCRIBE_STRUCT(KeyRotation, (), (overlap_hours))

struct KeyList {
  std::vector<security::ApiKeyInfo> data;
};
BOOST_DESCRIBE_STRUCT(KeyList, (), (data))

/// Of `/keys/{id}`: not secret, 16 hexadecimal digits.
struct KeyId {
  http::Text<1, 64> id;
};
BOOST_DESCRIBE_STRUCT(KeyId, (), (id))

class KeyRoutes {
 public:
  /// Both outlive it, and it the table's use.
  KeyRoutes(http::Routes& table, security::ApiKeys& keys);

 private:
  base::Task<security::CreatedApiKey> create(security::Caller caller, WantedKey wanted);
  base::Task<KeyList> list(security::Caller caller);
  base::Task<security::CreatedApiKey> rotate(security::Caller caller, http::Path<KeyId> key,
                                             KeyRotation rotation);
  base::Task<void> revoke(security::Caller caller, http::Path<KeyId> key);

  security::ApiKeys& keys_;
};

}  // namespace pharos::base_api
