#include "apps/base/team_routes.h"

namespace pharos::base_api {

using base::Code;
using security::Permission;

TeamRoutes::TeamRoutes(http::Routes& table, security::Teams& teams, Post post)
    : teams_(teams), post_(std::move(post)) {
  auto routes = table.of(*this, "/api/v1");
  const auto in_teams = [](http::Route& route) -> http::Route& {
    return route.raises(Code::kConflict).raises(Code::kNotFound).tag("teams");
  };
  const auto managing = [&](http::Route& route) { in_teams(route).needs(Permission::kTeamManage); };
  in_teams(routes.post("/teams", &TeamRoutes::create).summary("Make a team").status(201));
  in_teams(routes.get("/teams", &TeamRoutes::list).summary("List my teams"));
  in_teams(routes.post("/teams/{id}/enter", &TeamRoutes::enter).summary("Act for a team"));
  managing(routes.patch("/team", &TeamRoutes::rename).summary("Rename the team"));
  in_teams(routes.get("/team/members", &TeamRoutes::members).summary("List who is in the team"));
  managing(routes.patch("/team/members/{id}", &TeamRoutes::change_role).summary("Change somebody's role"));
  in_teams(routes.remove("/team/members/{id}", &TeamRoutes::remove).summary("Leave, or take somebody out"));
  managing(routes.post("/team/invitations", &TeamRoutes::invite).summary("Invite somebody").status(201));
  managing(routes.get("/team/invitations", &TeamRoutes::invitations).summary("List who is invited"));
  managing(routes.remove("/team/invitations/{id}", &TeamRoutes::withdraw).summary("Withdraw an invitation"));
  in_teams(routes.post("/invitations/accept", &TeamRoutes::accept)
               .summary("Accept an invitation")
               .raises(Code::kUnauthenticated));
}

base::Task<security::Team> TeamRoutes::create(security::Caller caller, TeamName wanted) {
  co_return co_await teams_.create(std::move(caller), wanted.name);
}

base::Task<TeamList> TeamRoutes::list(security::Caller caller) {
  co_return TeamList{.data = co_await teams_.list(std::move(caller))};
}

base::Task<security::Team> TeamRoutes::rename(security::Caller caller, TeamName wanted) {
  co_return co_await teams_.rename(std::move(caller), wanted.name);
}

base::Task<security::Team> TeamRoutes::enter(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await teams_.enter(std::move(caller), key.id);
}

base::Task<MemberList> TeamRoutes::members(security::Caller caller) {
  co_return MemberList{.data = co_await teams_.members(std::move(caller))};
}

base::Task<void> TeamRoutes::change_role(security::Caller caller, http::Path<http::IdKey> key,
                                         WantedRole wanted) {
  co_await teams_.change_role(std::move(caller), key.id, wanted.role);
}

base::Task<void> TeamRoutes::remove(security::Caller caller, http::Path<http::IdKey> key) {
  co_await teams_.remove(std::move(caller), key.id);
}

base::Task<security::Invitation> TeamRoutes::invite(security::Caller caller, WantedInvitation wanted) {
  const security::SentInvitation sent =
      co_await teams_.invite(std::move(caller), {.email = wanted.email, .role = wanted.role});
  post_({.about = "invitation to " + sent.team_name,
         .to = sent.invitation.email,
         .path = "/api/v1/invitations/accept",
         .token = sent.token});
  co_return sent.invitation;
}

base::Task<InvitationList> TeamRoutes::invitations(security::Caller caller) {
  co_return InvitationList{.data = co_await teams_.invitations(std::move(caller))};
}

base::Task<void> TeamRoutes::withdraw(security::Caller caller, http::Path<http::IdKey> key) {
  co_await teams_.withdraw(std::move(caller), key.id);
}

base::Task<security::Team> TeamRoutes::accept(security::Caller caller, InvitationToken token) {
  co_return co_await teams_.accept(std::move(caller), token.token);
}

}  // namespace pharos::base_api
