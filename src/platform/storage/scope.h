// In whose name a query is made.
#pragma once

#include <string>

namespace pharos::storage {

/// Who asks. Repositories put `team_id` into their statements; PostgreSQL also keeps the rows of other teams
/// out of reach by itself. Nobody's scope (an empty team) reaches no team's rows there.
struct Scope {
  std::string team_id;
  std::string user_id;
  bool is_system = false;  ///< reaches every team's rows

  /// For what Pharos does by itself and for all: signing in, queues, retention.
  static Scope system() { return {.team_id = {}, .user_id = {}, .is_system = true}; }
};

}  // namespace pharos::storage
