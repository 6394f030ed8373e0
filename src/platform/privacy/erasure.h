// Deleting what is kept of a person, as the inventory says.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "platform/privacy/inventory.h"
#include "platform/storage/session.h"

namespace pharos::privacy {

struct Person {
  std::string user_id;
  std::string email;  ///< empty: not known any more
  std::string personal_team;
};

/// A condition of the inventory with places for values, and the values.
struct BoundCondition {
  std::string sql;
  std::vector<storage::Value> values;
};
/// The first place is `$first`. Throws base::Error (kInternal) when it names anything but a person.
BoundCondition bind_person(const std::string& condition, const Person& person, std::size_t first = 1);

/// Deletes and anonymises within the session's transaction, of the system; gives how many rows were deleted.
/// Their blobs are doomed. `what` is kData or kAccount.
std::int64_t erase(storage::Session& session, const Inventory& inventory, const Person& person,
                   GoesWith what);

/// From now on nothing refers to that blob: it is to be removed.
void doom_blob(storage::Session& session, const std::string& name);
/// At most `most` of them.
std::vector<std::string> doomed_blobs(storage::Session& session, std::int64_t most);
void forget_doomed_blob(storage::Session& session, const std::string& name);

}  // namespace pharos::privacy
