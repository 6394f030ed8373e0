#include "platform/security/people.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/error.h"
#include "platform/security/tables/one_time_links.h"
#include "platform/storage/time.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Isolation;
using storage::Scope;
using storage::Session;

constexpr std::int64_t kMostUsers = 1000;
constexpr storage::Moment kFirstAdminLinkIsGoodFor = storage::micros(std::chrono::hours(24));
constexpr storage::WriteOptions kWrite{.isolation = Isolation::kCommitted};
// Of two who disable each other at the same moment, one comes second.
constexpr storage::WriteOptions kAlone{.isolation = Isolation::kSerializable};

void require_manager(const Caller& caller) {
  if (!caller.may(Permission::kUsersManage)) {
    throw Error(Code::kForbidden, "only whoever runs this server may manage its accounts");
  }
}

UserRow find_or_throw(Session& session, const std::string& id) {
  std::optional<UserRow> row = find_user(session, id);
  if (!row) throw Error(Code::kNotFound, "there is no such account");
  return *std::move(row);
}

void add_or_throw(Session& session, const UserRow& row) {
  if (!add_user(session, row)) throw Error(Code::kConflict, "this e-mail address has an account already");
  set_verified(session, row.id, row.created_at);  // whoever runs the server says so
}

AuditEntry entry_of(const Caller& caller, std::string action, const std::string& user_id) {
  return {.team_id = std::string(kServerChain),
          .actor_id = caller.user_id,
          .action = std::move(action),
          .subject = user_id};
}

/// After a change: somebody must be left who can undo it.
void check_somebody_runs_it(Session& session, const UserRow& before) {
  if (before.is_superuser && before.is_active && count_active_superusers(session) == 0) {
    throw Error(Code::kConflict,
                "this is the last account that can run the server; give another one that right first");
  }
}

bool ends_logins(const PersonChange& change, const UserRow& before) {
  return change.password || (change.email && *change.email != before.email) ||
         (change.is_active && *change.is_active != before.is_active) ||
         (change.is_superuser && *change.is_superuser != before.is_superuser);
}

void apply(Session& session, const UserRow& before, const PersonChange& change,
           const std::optional<std::string>& hash) {
  if (change.full_name) set_full_name(session, before.id, change.full_name);
  if (change.email && !set_email(session, before.id, *change.email)) {
    throw Error(Code::kConflict, "another account has this e-mail address");
  }
  if (hash) replace_password(session, before.id, before.password_hash, *hash);
  if (change.is_active) set_active(session, before.id, *change.is_active);
  if (change.is_superuser) set_superuser(session, before.id, *change.is_superuser);
}

}  // namespace

base::Task<UserPage> People::list(Caller caller, std::int64_t skip, std::int64_t limit) {
  require_manager(caller);
  const auto read = [skip = std::max<std::int64_t>(0, skip),
                     limit = std::clamp<std::int64_t>(limit, 0, kMostUsers)](Session& session) {
    UserPage page{.data = {}, .count = count_users(session)};
    for (const UserRow& row : list_users(session, skip, limit)) page.data.push_back(user_of(row));
    return page;
  };
  co_return co_await parts_.database.read(Scope::system(), read);
}

base::Task<User> People::get(Caller caller, std::string id) {
  require_manager(caller);
  const auto read = [id](Session& session) { return find_or_throw(session, id); };
  co_return user_of(co_await parts_.database.read(Scope::system(), read));
}

base::Task<UserRow> People::row_for(NewPerson person) {
  check_name(person.full_name);
  UserRow row{.id = parts_.ids.next(),
              .email = checked_email(person.email),
              .full_name = person.full_name,
              .is_active = person.is_active,
              .is_superuser = person.is_superuser,
              .personal_team = parts_.ids.next(),
              .created_at = now()};
  parts_.passwords.check_choice(person.password, row.email);
  row.password_hash = co_await parts_.passwords.hash(std::move(person.password));
  row.is_verified = true;  // as add_or_throw() writes down
  co_return row;
}

base::Task<User> People::create(Caller caller, NewPerson person) {
  require_manager(caller);
  const UserRow row = co_await row_for(std::move(person));
  const auto add = [caller, row](Session& session) {
    add_or_throw(session, row);
    append_audit(session, entry_of(caller, "user_created", row.id), row.created_at);
  };
  co_await parts_.database.write(Scope::system(), add, kWrite);
  co_return user_of(row);
}

base::Task<User> People::change(Caller caller, std::string id, PersonChange change) {
  require_manager(caller);
  check_name(change.full_name);
  if (change.email) change.email = checked_email(*change.email);
  std::optional<std::string> hash;
  if (change.password) {
    parts_.passwords.check_choice(*change.password, change.email.value_or(""));
    hash = co_await parts_.passwords.hash(*change.password);
    change.password = "";  // nobody needs it any more
  }
  const auto set = [caller, id, change, hash, at = now()](Session& session) {
    const UserRow before = find_or_throw(session, id);
    apply(session, before, change, hash);
    check_somebody_runs_it(session, before);
    if (ends_logins(change, before)) {
      end_all_sessions(session, id, at);
      raise_session_version(session, id);
    }
    append_audit(session, entry_of(caller, "user_changed", id), at);
    return find_or_throw(session, id);
  };
  const UserRow row = co_await parts_.database.write(Scope::system(), set, kAlone);
  identities_.forget_all();
  co_return user_of(row);
}

base::Task<std::optional<std::string>> People::first_admin_link() {
  const auto make = [at = now()](Session& session) -> std::optional<std::string> {
    if (count_active_superusers(session) > 0) return std::nullopt;
    return make_one_time_link(session, kFirstAdmin, "", at, kFirstAdminLinkIsGoodFor);
  };
  co_return co_await parts_.database.write(Scope::system(), make, kAlone);
}

base::Task<User> People::make_first_admin(std::string token, NewUser user) {
  const UserRow row = co_await row_for({.email = std::move(user.email),
                                        .password = std::move(user.password),
                                        .full_name = std::move(user.full_name),
                                        .is_superuser = true});
  const auto add = [token, row](Session& session) {
    const bool is_good = use_one_time_link(session, kFirstAdmin, token, row.created_at).has_value() &&
                         count_active_superusers(session) == 0;
    if (!is_good) {
      throw Error(Code::kUnauthenticated,
                  "this link was used already or is too old; start the server again for a new one");
    }
    add_or_throw(session, row);
    append_audit(session, entry_of({.user_id = row.id}, "first_admin_made", row.id), row.created_at);
  };
  co_await parts_.database.write(Scope::system(), add, kAlone);
  co_return user_of(row);
}

}  // namespace pharos::security
