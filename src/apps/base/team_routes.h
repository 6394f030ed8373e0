// People who work together: /api/v1/teams, and the team that the caller acts for.
#pragma once

#include <string>
#include <vector>

#include "apps/base/letters.h"
#include "platform/http/routes.h"
#include "platform/security/teams.h"

namespace pharos::base_api {

struct TeamName {
  http::Text<1, 100> name;
};
BOOST_DESCRIBE_STRUCT(TeamName, (), (name))

struct TeamList {
  std::vector<security::Team> data;
};
BOOST_DESCRIBE_STRUCT(TeamList, (), (data))

struct MemberList {
  std::vector<security::Member> data;
};
BOOST_DESCRIBE_STRUCT(MemberList, (), (data))

struct InvitationList {
  std::vector<security::Invitation> data;
};
BOOST_DESCRIBE_STRUCT(InvitationList, (), (data))

struct WantedRole {
  security::Role role = security::Role::kUser;
};
BOOST_DESCRIBE_STRUCT(WantedRole, (), (role))

struct WantedInvitation {
  http::Email email;
  security::Role role = security::Role::kUser;
};
BOOST_DESCRIBE_STRUCT(WantedInvitation, (), (email, role))

struct InvitationToken {
  http::Text<1, 200> token;
};
BOOST_DESCRIBE_STRUCT(InvitationToken, (), (token))

class TeamRoutes {
 public:
  /// `teams` outlives it, and it the table's use.
  TeamRoutes(http::Routes& table, security::Teams& teams, Post post);

 private:
  base::Task<security::Team> create(security::Caller caller, TeamName wanted);
  base::Task<TeamList> list(security::Caller caller);
  base::Task<security::Team> rename(security::Caller caller, TeamName wanted);
  base::Task<security::Team> enter(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<MemberList> members(security::Caller caller);
  base::Task<void> change_role(security::Caller caller, http::Path<http::IdKey> key, WantedRole wanted);
  base::Task<void> remove(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<security::Invitation> invite(security::Caller caller, WantedInvitation wanted);
  base::Task<InvitationList> invitations(security::Caller caller);
  base::Task<void> withdraw(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<security::Team> accept(security::Caller caller, InvitationToken token);

  security::Teams& teams_;
  Post post_;
};

}  // namespace pharos::base_api
