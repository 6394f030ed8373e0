// What people have agreed to.
#pragma once

#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/security/caller.h"
#include "platform/storage/database.h"

namespace pharos::privacy {

struct NewConsent {
  std::string purpose;      ///< what for: `newsletter`, `photos`
  std::string version;      ///< of the text that was read
  bool is_granted = false;  ///< false: not, or not any more
  std::string source;       ///< where it was said: `settings page`
};

struct GivenConsent {
  std::string id;
  std::string purpose;
  std::string version;
  bool is_granted = false;
  std::string source;
  std::string at;           ///< ISO 8601
  bool is_current = false;  ///< the last one for its purpose
};
BOOST_DESCRIBE_STRUCT(GivenConsent, (), (id, purpose, version, is_granted, source, at, is_current))

/// Thread-safe. Nothing that was said is changed: a new word is added.
class Consents {
 public:
  Consents(storage::Database& database, const base::Clock& clock, base::Ids& ids)
      : database_(database), clock_(clock), ids_(ids) {}

  /// All, the newest first.
  base::Task<std::vector<GivenConsent>> list(security::Caller caller);
  base::Task<GivenConsent> add(security::Caller caller, NewConsent consent);

 private:
  storage::Database& database_;
  const base::Clock& clock_;
  base::Ids& ids_;
};

}  // namespace pharos::privacy
