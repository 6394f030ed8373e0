// Everybody's accounts, for whoever runs the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "platform/security/accounts.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// An account that somebody makes for somebody else.
struct NewPerson {
  std::string email;
  std::string password;
  std::optional<std::string> full_name;
  bool is_active = true;
  bool is_superuser = false;
};
BOOST_DESCRIBE_STRUCT(NewPerson, (), (email, password, full_name, is_active, is_superuser))

/// What is missing stays.
struct PersonChange {
  std::optional<std::string> email;
  std::optional<std::string> password;
  std::optional<std::string> full_name;
  std::optional<bool> is_active;
  std::optional<bool> is_superuser;
};
BOOST_DESCRIBE_STRUCT(PersonChange, (), (email, password, full_name, is_active, is_superuser))

struct UserPage {
  std::vector<User> data;
  std::int64_t count = 0;  ///< of all there are
};
BOOST_DESCRIBE_STRUCT(UserPage, (), (data, count))

/// Who acts when nobody has signed in: the command line of the machine itself.
inline Caller server_itself() {
  return {.team_id = std::string(kServerChain), .role = Role::kOwner, .is_superuser = true};
}

/// Thread-safe. Every function throws base::Error (kForbidden) for callers who may not manage users, and is
/// audited in the server's chain. The server always keeps somebody who can run it: kConflict.
class People {
 public:
  People(AccountParts parts, Identities& identities) : parts_(parts), identities_(identities) {}

  /// Sorted by address; `limit` at most 1000.
  base::Task<UserPage> list(Caller caller, std::int64_t skip, std::int64_t limit);
  base::Task<User> get(Caller caller, std::string id);
  base::Task<User> create(Caller caller, NewPerson person);
  /// A new password, a new address, being disabled or another rank end every login of that person.
  base::Task<User> change(Caller caller, std::string id, PersonChange change);

  /// A token for the link with which the first administrator is made, good for a day; nothing when there is
  /// one already. A new one makes the earlier one void.
  base::Task<std::optional<std::string>> first_admin_link();
  /// kUnauthenticated when the link is used, unknown or too old, or somebody runs the server already.
  base::Task<User> make_first_admin(std::string token, NewUser user);

 private:
  storage::Moment now() const { return storage::time_number(parts_.clock); }
  base::Task<UserRow> row_for(NewPerson person);

  AccountParts parts_;
  Identities& identities_;
};

}  // namespace pharos::security
