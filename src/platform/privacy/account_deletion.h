// Deleting accounts, and what people have put into them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/privacy/inventory.h"
#include "platform/security/caller.h"
#include "platform/security/identities.h"
#include "platform/storage/blobs.h"
#include "platform/storage/database.h"

namespace pharos::privacy {

/// An account that is to be erased.
struct PendingDeletion {
  std::string requested_at;
  std::string due_at;
  bool is_done = false;  ///< it cannot be undone any more
};
BOOST_DESCRIBE_STRUCT(PendingDeletion, (), (requested_at, due_at, is_done))

struct DeletedData {
  std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(DeletedData, (), (rows))

/// What deletions are made with; all of it must outlive them.
struct DeletionParts {
  storage::Database& database;
  storage::Blobs& blobs;
  const Inventory& inventory;
  security::Identities& identities;
  const base::Clock& clock;
};

/// Thread-safe. What is deleted is what the inventory says. Throws base::Error: kConflict while a legal hold
/// keeps somebody's data, while nobody else owns a team that others are in, and for the last who runs the
/// server.
class AccountDeletion {
 public:
  explicit AccountDeletion(DeletionParts parts) : parts_(parts) {}

  /// In thirty days, or at once. Ends every login and key; logging in again is possible until then.
  /// kForbidden for keys, and at once for who has not logged in within the last quarter of an hour.
  base::Task<PendingDeletion> request(security::Caller caller, bool at_once);
  /// kNotFound when nothing is pending.
  base::Task<PendingDeletion> pending(security::Caller caller);
  base::Task<void> undo(security::Caller caller);
  /// Everything but the account itself: its login, its teams, what was agreed to.
  base::Task<DeletedData> delete_data(security::Caller caller);
  /// Somebody else's account, at once, by whoever runs the server: kForbidden otherwise.
  base::Task<void> remove(security::Caller caller, std::string user_id);

  /// Erases what is due, and again ten minutes later what requests that were under way have left; removes
  /// blobs that nothing refers to any more. To be called each minute. Gives how many accounts were due.
  base::Task<std::size_t> carry_out();

 private:
  base::Task<void> carry_out(std::string user_id);
  base::Task<void> remove_doomed_blobs();

  DeletionParts parts_;
};

}  // namespace pharos::privacy
