#include "platform/security/api_keys.h"

#include <utility>

#include <boost/mp11/algorithm.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "platform/security/api_key.h"
#include "platform/security/tables/api_keys.h"
#include "platform/storage/time.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Isolation;
using storage::Session;

constexpr std::size_t kLongestName = 100;
constexpr std::int64_t kMostDays = 3650;
constexpr auto kLongestOverlap = std::chrono::hours(24 * 30);

std::vector<Permission> listed(PermissionSet scopes) {
  std::vector<Permission> permissions;
  if (scopes == PermissionSet::all()) return permissions;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Permission>>([&](auto each) {
    if (scopes.has(each.value)) permissions.push_back(each.value);
  });
  return permissions;
}

ApiKeyInfo info_of(const ApiKeyRow& row, storage::Moment now) {
  const auto date = [](const std::optional<storage::Moment>& moment) {
    return moment ? std::optional(storage::time_text(*moment)) : std::nullopt;
  };
  return {.id = row.id,
          .name = row.name,
          .user_id = row.user_id,
          .scopes = listed(row.scopes),
          .created_at = storage::time_text(row.created_at),
          .expires_at = date(row.expires_at),
          .last_used_at = date(row.last_used_at),
          .is_good = !row.revoked_at && (!row.expires_at || *row.expires_at > now)};
}

/// No key may more than the key that made it.
PermissionSet scopes_of(const NewApiKey& wanted, const Caller& caller) {
  if (wanted.scopes.empty()) return caller.within;
  PermissionSet scopes;
  for (const Permission permission : wanted.scopes) {
    if (!caller.within.has(permission)) {
      throw Error(Code::kForbidden,
                  fmt::format("the key you came with is not good for '{}', so it cannot make one "
                              "that is",
                              base::to_name(permission)));
    }
    scopes.add(permission);
  }
  return scopes;
}

void check_wanted(const NewApiKey& wanted) {
  if (wanted.name.empty() || wanted.name.size() > kLongestName || !base::is_utf8(wanted.name)) {
    throw Error(Code::kInvalidInput, fmt::format("a key has a name of 1 to {} bytes", kLongestName));
  }
  if (wanted.expires_in_days && (*wanted.expires_in_days < 1 || *wanted.expires_in_days > kMostDays)) {
    throw Error(Code::kInvalidInput,
                fmt::format("a key is good for 1 to {} days, or without a limit", kMostDays));
  }
}

AuditEntry entry_of(const Caller& caller, std::string action, const std::string& key_id) {
  return {
      .team_id = caller.team_id, .actor_id = caller.user_id, .action = std::move(action), .subject = key_id};
}

/// One that the caller may change; throws kNotFound for all others, whatever the reason.
ApiKeyRow key_within_reach(Session& session, const Caller& caller, const std::string& id) {
  std::optional<ApiKeyRow> row = find_api_key(session, id);
  if (!row || (row->user_id != caller.user_id && !caller.may(Permission::kTeamManage))) {
    throw Error(Code::kNotFound, "there is no such key");
  }
  return *std::move(row);
}

}  // namespace

base::Task<CreatedApiKey> ApiKeys::create(Caller caller, NewApiKey wanted) {
  check_wanted(wanted);
  const ApiKey key = make_api_key();
  const storage::Moment at = now();
  ApiKeyRow row{.id = key.id,
                .team_id = caller.team_id,
                .user_id = caller.user_id,
                .name = wanted.name,
                .secret_hash = key.secret_hash,
                .scopes = scopes_of(wanted, caller),
                .created_at = at};
  if (wanted.expires_in_days)
    row.expires_at = at + storage::micros(std::chrono::hours(24) * *wanted.expires_in_days);
  const auto add = [caller, row, at](Session& session) {
    add_api_key(session, row);
    append_audit(session, entry_of(caller, "key_created", row.id), at);
  };
  co_await parts_.database.write(caller.scope(), add, {.isolation = Isolation::kCommitted});
  co_return CreatedApiKey{.key = key.text, .info = info_of(row, at)};
}

base::Task<std::vector<ApiKeyInfo>> ApiKeys::list(Caller caller) {
  const std::string whose = caller.may(Permission::kTeamManage) ? "" : caller.user_id;
  const auto read = [whose](Session& session) { return list_api_keys(session, whose); };
  std::vector<ApiKeyInfo> infos;
  for (const ApiKeyRow& row : co_await parts_.database.read(caller.scope(), read))
    infos.push_back(info_of(row, now()));
  co_return infos;
}

base::Task<void> ApiKeys::revoke(Caller caller, std::string id) {
  const auto end = [caller, id, at = now()](Session& session) {
    key_within_reach(session, caller, id);
    if (!revoke_api_key(session, id, at))
      throw Error(Code::kNotFound, "this key is not good any more already");
    append_audit(session, entry_of(caller, "key_revoked", id), at);
  };
  co_await parts_.database.write(caller.scope(), end, {.isolation = Isolation::kCommitted});
  identities_.forget(id);
}

base::Task<CreatedApiKey> ApiKeys::rotate(Caller caller, std::string id, std::chrono::hours overlap) {
  if (overlap < std::chrono::hours(0) || overlap > kLongestOverlap) {
    throw Error(Code::kInvalidInput, "a key that was replaced stays good for 0 to 720 hours");
  }
  const ApiKey key = make_api_key();
  const storage::Moment at = now();
  const auto replace = [caller, id, key, at, overlap](Session& session) {
    ApiKeyRow row = key_within_reach(session, caller, id);
    if (!info_of(row, at).is_good)
      throw Error(Code::kNotFound, "this key is not good any more; make a new one");
    limit_api_key(session, id, at + storage::micros(overlap));
    if (row.expires_at) *row.expires_at = at + (*row.expires_at - row.created_at);
    row.id = key.id;
    row.secret_hash = key.secret_hash;
    row.created_at = at;
    row.last_used_at.reset();
    add_api_key(session, row);
    append_audit(session, entry_of(caller, "key_rotated", id), at);
    return row;
  };
  const ApiKeyRow row =
      co_await parts_.database.write(caller.scope(), replace, {.isolation = Isolation::kCommitted});
  identities_.forget(id);
  co_return CreatedApiKey{.key = key.text, .info = info_of(row, at)};
}

}  // namespace pharos::security
