#include "platform/flags/flags.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/security/crypto.h"
#include "platform/security/tables/audit_log.h"
#include "platform/storage/time.h"

namespace pharos::flags {
namespace {
using base::Code;
using base::Error;
using security::Caller;
using storage::Row;
using storage::Scope;
using storage::Session;

void require_manager(const Caller& caller) {
  if (!caller.may(security::Permission::kSystemManage))
    throw Error(Code::kForbidden, "only whoever runs this server may turn features on and off");
}

/// 0 to 99, the same for a feature and a team forever; each feature has another order of teams.
std::int64_t place_of(std::string_view name, std::string_view team_id) {
  const security::Digest sum = security::sha256_of(fmt::format("feature {} {}", name, team_id));
  return (sum[0] * 0x1'0000 + sum[1] * 0x100 + sum[2]) % 100;
}

/// Nothing when nobody has named it.
std::optional<bool> named(const Flag& flag, const std::string& id) {
  if (std::ranges::binary_search(flag.off_for, id)) return false;
  if (std::ranges::binary_search(flag.on_for, id)) return true;
  return std::nullopt;
}

Verdict judge(const Flag& flag, const Caller& caller) {
  if (const auto choice = named(flag, caller.user_id)) return {flag.name, *choice, Source::kUser};
  if (const auto choice = named(flag, caller.team_id)) return {flag.name, *choice, Source::kTeam};
  return {flag.name, place_of(flag.name, caller.team_id) < flag.percent,
          flag.changed_at ? Source::kPercent : Source::kDefault};
}

std::vector<Flag> read_flags(Session& session) {
  std::map<std::string, Flag> flags;
  for (const Row& row : session.run("SELECT name, about, percent, changed_at FROM feature_flags")) {
    flags[row.text("name")] = {.name = row.text("name"),
                               .about = row.text("about"),
                               .percent = row.number("percent"),
                               .on_for = {},
                               .off_for = {},
                               .changed_at = storage::time_text(row.number("changed_at"))};
  }
  for (const Row& row : session.run("SELECT flag, subject_id, is_on FROM feature_flag_choices")) {
    Flag& flag = flags[row.text("flag")];
    (row.truth("is_on") ? flag.on_for : flag.off_for).push_back(row.text("subject_id"));
  }
  std::vector<Flag> all;
  for (auto& [name, flag] : flags) {
    std::ranges::sort(flag.on_for);
    std::ranges::sort(flag.off_for);
    all.push_back(std::move(flag));
  }
  return all;
}

void check(const NewFlag& flag) {
  if (flag.percent < 0 || flag.percent > 100)
    throw Error(Code::kInvalidInput, "a percentage is a number from 0 to 100");
  for (const auto* named : {&flag.on_for, &flag.off_for}) {
    if (named->size() > Flags::kMostNamed)
      throw Error(Code::kInvalidInput,
                  fmt::format("a feature is on or off for at most {} that are named; use the percentage",
                              Flags::kMostNamed));
  }
  for (const std::string& id : flag.on_for) {
    if (std::ranges::find(flag.off_for, id) != flag.off_for.end())
      throw Error(Code::kInvalidInput,
                  fmt::format("'{}' is in on_for and in off_for: take it out of one", id));
  }
}

void put_choices(Session& session, const std::string& flag, const std::vector<std::string>& ids, bool is_on) {
  for (const std::string& id : ids) {
    const bool is_known = session.find("SELECT 1 FROM users WHERE id = $1", id) ||
                          session.find("SELECT 1 FROM teams WHERE id = $1", id);
    if (!is_known)
      throw Error(Code::kInvalidInput, fmt::format("'{}' is the id of no person and of no team", id));
    session.run(
        "INSERT INTO feature_flag_choices (flag, subject_id, is_on) VALUES ($1, $2, $3)"
        " ON CONFLICT (flag, subject_id) DO NOTHING",
        flag, id, is_on);
  }
}

/// Who is named is not said: nothing of people stays in the log for good.
std::string details_of(const NewFlag& flag) {
  return base::compact_json(boost::json::object{
      {"percent", flag.percent}, {"on_for", flag.on_for.size()}, {"off_for", flag.off_for.size()}});
}

void note(Session& session, const Caller& caller, const char* action, const std::string& name,
          const std::string& details, storage::Moment now) {
  security::append_audit(session,
                         {.team_id = std::string(security::kServerChain),
                          .actor_id = caller.user_id,
                          .action = action,
                          .subject = name,
                          .details = details},
                         now);
}

}  // namespace

Flags::Flags(storage::Database& database, DefaultFlags defaults, const base::Clock& clock)
    : database_(database),
      defaults_(std::move(defaults)),
      clock_(clock),
      known_(std::make_shared<const Known>(with_defaults({}))),
      known_at_(clock.now()) {}

std::shared_ptr<const Flags::Known> Flags::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

Flags::Known Flags::with_defaults(std::vector<Flag> changed) const {
  Known known;
  for (Flag& flag : changed) known[flag.name] = std::move(flag);
  for (const auto& [name, percent] : defaults_)
    known.try_emplace(name, Flag{.name = name, .percent = percent});
  return known;
}

bool Flags::is_on(std::string_view name, const Caller& caller) const {
  const auto known = this->known();
  const auto flag = known->find(name);
  return flag != known->end() && judge(flag->second, caller).is_on;
}

void Flags::require(std::string_view name, const Caller& caller) const {
  if (!is_on(name, caller))
    throw Error(Code::kNotFound, fmt::format("the feature '{}' is not on for your team", name));
}

std::vector<Verdict> Flags::all_for(const Caller& caller) const {
  std::vector<Verdict> verdicts;
  const auto known = this->known();
  for (const auto& [name, flag] : *known) verdicts.push_back(judge(flag, caller));
  return verdicts;
}

base::Task<std::vector<Flag>> Flags::list(Caller caller) {
  require_manager(caller);
  std::vector<Flag> flags;
  Known known = with_defaults(co_await database_.read(Scope::system(), &read_flags));
  for (auto& [name, flag] : known) flags.push_back(std::move(flag));
  co_return flags;
}

base::Task<Flag> Flags::put(Caller caller, std::string name, NewFlag flag) {
  require_manager(caller);
  check_flag_name(name);
  check(flag);
  const auto write = [caller, name, flag, now = storage::time_number(clock_)](Session& session) {
    session.run(
        "INSERT INTO feature_flags (name, about, percent, changed_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (name) DO UPDATE SET about = $2, percent = $3, changed_at = $4",
        name, flag.about, flag.percent, now);
    session.run("DELETE FROM feature_flag_choices WHERE flag = $1", name);
    put_choices(session, name, flag.on_for, true);
    put_choices(session, name, flag.off_for, false);
    note(session, caller, "feature_changed", name, details_of(flag), now);
    const std::vector<Flag> all = read_flags(session);
    return *std::ranges::find(all, name, &Flag::name);
  };
  Flag changed = co_await database_.write(Scope::system(), write);
  co_await refresh();
  co_return changed;
}

base::Task<void> Flags::remove(Caller caller, std::string name) {
  require_manager(caller);
  const auto drop = [caller, name, now = storage::time_number(clock_)](Session& session) {
    session.run("DELETE FROM feature_flag_choices WHERE flag = $1", name);
    session.run("DELETE FROM feature_flags WHERE name = $1", name);
    if (session.changed() == 0)
      throw Error(Code::kNotFound, fmt::format("nobody has changed a feature '{}'", name));
    note(session, caller, "feature_reset", name, "", now);
  };
  co_await database_.write(Scope::system(), drop);
  co_await refresh();
}

base::Task<void> Flags::refresh() {
  const base::SteadyTime asked_at = clock_.now();
  std::uint64_t question = 0;
  {
    const std::lock_guard lock(mutex_);
    question = ++questions_;
  }
  std::vector<Flag> changed = co_await database_.read(Scope::system(), &read_flags);
  auto known = std::make_shared<const Known>(with_defaults(std::move(changed)));
  const std::lock_guard lock(mutex_);
  if (question < known_from_) co_return;  // somebody has asked later, and was answered sooner
  known_ = std::move(known);
  known_at_ = asked_at;
  known_from_ = question;
}

base::Duration Flags::age() const {
  const std::lock_guard lock(mutex_);
  return clock_.now() - known_at_;
}

}  // namespace pharos::flags
