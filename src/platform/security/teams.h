// People who work together: their team, who is in it, who is asked to be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "platform/security/accounts.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// A team that somebody is in.
struct Team {
  std::string id;
  std::string name;
  bool is_personal = false;
  Role role = Role::kUser;  ///< what they are in it
  bool is_current = false;  ///< they act for it now
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(Team, (), (id, name, is_personal, role, is_current, created_at))

struct Member {
  std::string user_id;
  std::string email;
  std::optional<std::string> full_name;
  Role role = Role::kUser;
  std::string since;
};
BOOST_DESCRIBE_STRUCT(Member, (), (user_id, email, full_name, role, since))

struct NewInvitation {
  std::string email;
  Role role = Role::kUser;
};
BOOST_DESCRIBE_STRUCT(NewInvitation, (), (email, role))

struct Invitation {
  std::string id;
  std::string email;
  Role role = Role::kUser;
  std::string invited_by;  ///< a user's id
  std::string created_at;
  std::string expires_at;
};
BOOST_DESCRIBE_STRUCT(Invitation, (), (id, email, role, invited_by, created_at, expires_at))

/// What becomes a letter.
struct SentInvitation {
  Invitation invitation;
  std::string token;  ///< for the link; not kept
  std::string team_name;
};

/// Thread-safe. Everything concerns the team that the caller acts for, and is in its chain. Whoever manages a
/// team gives no role above their own and touches nobody above themselves; a team always keeps an owner.
/// Throws base::Error: kForbidden, kNotFound, kConflict, kInvalidInput.
class Teams {
 public:
  Teams(AccountParts parts, Identities& identities) : parts_(parts), identities_(identities) {}

  /// Owned by the caller, who goes on acting for the team they act for now.
  base::Task<Team> create(Caller caller, std::string name);
  base::Task<std::vector<Team>> list(Caller caller);
  base::Task<Team> rename(Caller caller, std::string name);
  /// From now on the caller's session acts for that team. kNotFound when they are not in it; kForbidden for
  /// keys, which belong to one team.
  base::Task<Team> enter(Caller caller, std::string team_id);

  base::Task<std::vector<Member>> members(Caller caller);
  base::Task<void> change_role(Caller caller, std::string user_id, Role role);
  /// Somebody else, or oneself: leaving needs no permission.
  base::Task<void> remove(Caller caller, std::string user_id);

  /// Good for a week; an earlier one to the same address is void.
  base::Task<SentInvitation> invite(Caller caller, NewInvitation wanted);
  base::Task<std::vector<Invitation>> invitations(Caller caller);
  base::Task<void> withdraw(Caller caller, std::string invitation_id);
  /// By whoever has the address that was invited.
  base::Task<Team> accept(Caller caller, std::string token);

 private:
  storage::Moment now() const { return storage::time_number(parts_.clock); }

  AccountParts parts_;
  Identities& identities_;
};

}  // namespace pharos::security
