// Features that are on for some: /api/v1/flags for whoever asks, /api/v1/feature-flags for whoever runs the
// server.
#pragma once

#include <vector>

#include "platform/flags/flags.h"
#include "platform/http/routes.h"

namespace pharos::base_api {

struct FlagKey {
  http::Text<1, 64> name;
};
BOOST_DESCRIBE_STRUCT(FlagKey, (), (name))

struct WantedFlag {
  http::Text<0, 200> about;
  http::Whole<0, 100> percent;   ///< of all teams
  std::vector<http::Id> on_for;  ///< people and teams
  std::vector<http::Id> off_for;
};
BOOST_DESCRIBE_STRUCT(WantedFlag, (), (about, percent, on_for, off_for))

struct FlagList {
  std::vector<flags::Flag> data;
};
BOOST_DESCRIBE_STRUCT(FlagList, (), (data))

struct VerdictList {
  std::vector<flags::Verdict> data;
};
BOOST_DESCRIBE_STRUCT(VerdictList, (), (data))

class FlagRoutes {
 public:
  /// Both outlive it, and it the table's use.
  FlagRoutes(http::Routes& table, flags::Flags& flags);

 private:
  base::Task<VerdictList> mine(security::Caller caller);
  base::Task<FlagList> list(security::Caller caller);
  base::Task<flags::Flag> put(security::Caller caller, http::Path<FlagKey> key, WantedFlag wanted);
  base::Task<void> remove(security::Caller caller, http::Path<FlagKey> key);

  flags::Flags& flags_;
};

}  // namespace pharos::base_api
