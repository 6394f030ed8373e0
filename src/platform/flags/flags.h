// Features that are on for some people, some teams, or a part of all.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/flags/default_flags.h"
#include "platform/security/caller.h"
#include "platform/storage/database.h"

namespace pharos::flags {

/// What whoever runs the server wants of a feature.
struct NewFlag {
  std::string about;
  std::int64_t percent = 0;          ///< of all teams, 0 to 100
  std::vector<std::string> on_for;   ///< people's and teams' ids, at most `kMostNamed`
  std::vector<std::string> off_for;  ///< likewise, and none of them in both
};

struct Flag {
  std::string name;
  std::string about;
  std::int64_t percent = 0;
  std::vector<std::string> on_for;  ///< sorted
  std::vector<std::string> off_for;
  std::optional<std::string> changed_at;  ///< nothing: as the settings say
};
BOOST_DESCRIBE_STRUCT(Flag, (), (name, about, percent, on_for, off_for, changed_at))

/// Why a feature is on for somebody, or off: the first of these that says something.
enum class Source {
  kUser,     ///< the person is named
  kTeam,     ///< the team that they act for is
  kPercent,  ///< the team is in that part of all, or not
  kDefault   ///< likewise, and the settings say how large the part is
};
BOOST_DESCRIBE_ENUM(Source, kUser, kTeam, kPercent, kDefault)

/// What a feature is for one caller.
struct Verdict {
  std::string name;
  bool is_on = false;
  Source source = Source::kDefault;
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (name, is_on, source))

/// Thread-safe. Changes are for whoever runs the server (base::Error, kForbidden, for others) and are audited
/// in the server's chain; the process that made one knows it at once, others when they refresh().
class Flags {
 public:
  static constexpr std::size_t kMostNamed = 200;

  /// The database and the clock must outlive it.
  Flags(storage::Database& database, DefaultFlags defaults, const base::Clock& clock);

  /// Answers from memory. A team stays on the side where it is as long as the percentage does, and what is on
  /// at 10 % is on at 20 %. What nobody has heard of is off.
  bool is_on(std::string_view name, const security::Caller& caller) const;
  /// The line with which a handler keeps a feature to itself: kNotFound where it is off.
  void require(std::string_view name, const security::Caller& caller) const;
  /// All of them, sorted.
  std::vector<Verdict> all_for(const security::Caller& caller) const;

  base::Task<std::vector<Flag>> list(security::Caller caller);
  /// All of it: what was said before is forgotten. kInvalidInput when it names nobody.
  base::Task<Flag> put(security::Caller caller, std::string name, NewFlag flag);
  /// Back to what the settings say. kNotFound when it was not changed.
  base::Task<void> remove(security::Caller caller, std::string name);

  /// Looks at what others have changed. To be called every few seconds.
  base::Task<void> refresh();
  /// How old what is_on() answers from is.
  base::Duration age() const;

 private:
  using Known = std::map<std::string, Flag, std::less<>>;

  std::shared_ptr<const Known> known() const;
  Known with_defaults(std::vector<Flag> changed) const;

  storage::Database& database_;
  const DefaultFlags defaults_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::shared_ptr<const Known> known_;
  base::SteadyTime known_at_;     ///< when the database was asked
  std::uint64_t known_from_ = 0;  ///< by which of the questions
  std::uint64_t questions_ = 0;
};

}  // namespace pharos::flags
