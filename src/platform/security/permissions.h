// What people may do, and who may do what.
#pragma once

#include <cstdint>

#include <boost/describe/enum.hpp>

namespace pharos::security {

/// What a person is within a team; each may do what the one before may.
enum class Role { kUser, kAnalyst, kOperator, kAdmin, kOwner };
BOOST_DESCRIBE_ENUM(Role, kUser, kAnalyst, kOperator, kAdmin, kOwner)

/// What a route can ask of its caller.
enum class Permission {
  kSelf,          ///< what every signed-in person may: their own account and their own things
  kAnalyse,       ///< photos and bios
  kItemsWrite,    ///< make and change items
  kRunsReadAll,   ///< runs, scores and traces of the whole team
  kJobsManage,    ///< replay, cancel and schedule jobs of the team
  kTeamManage,    ///< invite, remove, change roles, keys of the team
  kUsersManage,   ///< every account of this server
  kAuditRead,     ///< the audit log
  kSystemManage,  ///< settings, backups, flags
};
BOOST_DESCRIBE_ENUM(Permission, kSelf, kAnalyse, kItemsWrite, kRunsReadAll, kJobsManage, kTeamManage,
                    kUsersManage, kAuditRead, kSystemManage)

/// The one table of who may do what.
constexpr bool may(Role role, Permission permission) {
  switch (permission) {
    case Permission::kSelf:
    case Permission::kAnalyse:
    case Permission::kItemsWrite:
      return true;
    case Permission::kRunsReadAll:
      return role >= Role::kAnalyst;
    case Permission::kJobsManage:
      return role >= Role::kOperator;
    case Permission::kTeamManage:
    case Permission::kAuditRead:
      return role >= Role::kAdmin;
    case Permission::kUsersManage:
    case Permission::kSystemManage:
      return false;  // of the server, not of a team: Caller::is_superuser
  }
  return false;
}

/// Some of the permissions: what a key may be used for, whatever its owner may.
class PermissionSet {
 public:
  constexpr PermissionSet() = default;  ///< none
  static constexpr PermissionSet all() {
    PermissionSet set;
    set.bits_ = ~std::uint32_t{0};
    return set;
  }

  constexpr void add(Permission permission) { bits_ |= bit(permission); }
  constexpr bool has(Permission permission) const { return (bits_ & bit(permission)) != 0; }
  bool operator==(const PermissionSet&) const = default;

 private:
  static constexpr std::uint32_t bit(Permission permission) {
    return std::uint32_t{1} << static_cast<unsigned>(permission);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace pharos::security
