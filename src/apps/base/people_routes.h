// Everybody's accounts, for whoever runs the server: /api/v1/users.
#pragma once

#include <optional>
#include <string>

#include "platform/http/routes.h"
#include "platform/privacy/account_deletion.h"
#include "platform/security/people.h"

namespace pharos::base_api {

struct WantedPerson {
  http::Email email;
  http::Text<8, 1024> password;
  std::optional<http::Text<0, 255>> full_name;
  bool is_active = true;
  bool is_superuser = false;
};
BOOST_DESCRIBE_STRUCT(WantedPerson, (), (email, password, full_name, is_active, is_superuser))

struct WantedPersonChange {
  std::optional<http::Email> email;
  std::optional<http::Text<8, 1024>> password;
  std::optional<http::Text<0, 255>> full_name;
  std::optional<bool> is_active;
  std::optional<bool> is_superuser;
};
BOOST_DESCRIBE_STRUCT(WantedPersonChange, (), (email, password, full_name, is_active, is_superuser))

/// Of whoever has the link that the server printed when it started with nobody to run it.
struct FirstAdmin {
  http::Text<1, 200> token;
  http::Email email;
  http::Text<8, 1024> password;
};
BOOST_DESCRIBE_STRUCT(FirstAdmin, (), (token, email, password))

class PeopleRoutes {
 public:
  /// All outlive it, and it the table's use.
  PeopleRoutes(http::Routes& table, security::People& people, privacy::AccountDeletion& deletion);

 private:
  base::Task<security::User> set_up(FirstAdmin wanted);
  base::Task<security::UserPage> list(security::Caller caller, http::Query<http::Page> page);
  base::Task<security::User> create(security::Caller caller, WantedPerson wanted);
  base::Task<security::User> read(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<security::User> change(security::Caller caller, http::Path<http::IdKey> key,
                                    WantedPersonChange wanted);
  base::Task<void> remove(security::Caller caller, http::Path<http::IdKey> key);

  security::People& people_;
  privacy::AccountDeletion& deletion_;
};

}  // namespace pharos::base_api
