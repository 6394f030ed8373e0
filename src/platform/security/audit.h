// Reading the audit log, and finding out whether somebody has changed it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/security/caller.h"
#include "platform/security/signing_key.h"
#include "platform/security/tables/audit_log.h"
#include "platform/storage/database.h"

namespace pharos::security {

/// What somebody looks for.
struct AuditQuery {
  std::string action;                  ///< empty: all
  std::string actor_id;                ///< empty: everybody's
  std::optional<std::int64_t> before;  ///< for the next page: the last number of this one
  std::int64_t limit = 100;            ///< at most 1000
  bool of_server = false;              ///< the server's chain; for whoever runs it
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (action, actor_id, before, limit, of_server))

struct AuditRecord {
  std::int64_t number = 0;
  std::string at;  ///< ISO 8601
  std::string actor_id;
  std::string action;
  std::string subject;
  std::string details;
  std::string personal;    ///< JSON: addresses and the like; empty when there is none, or not any more
  bool is_erased = false;  ///< whom it was about is gone
};
BOOST_DESCRIBE_STRUCT(AuditRecord, (), (number, at, actor_id, action, subject, details, personal, is_erased))

/// Thread-safe.
class AuditLog {
 public:
  AuditLog(storage::Database& database, const base::Clock& clock) : database_(database), clock_(clock) {}

  /// The newest first, of the caller's team. Throws base::Error (kForbidden).
  base::Task<std::vector<AuditRecord>> search(Caller caller, AuditQuery query);
  /// For other rooms, when the change itself is not in a transaction with it.
  base::Task<void> note(AuditEntry entry);
  /// Removes what is older from the beginning of every chain. Gives how many entries.
  base::Task<std::int64_t> trim(base::WallTime before);
  /// What is wrong with each chain, of every team; empty when all are whole.
  base::Task<std::vector<AuditFault>> verify();

 private:
  storage::Database& database_;
  const base::Clock& clock_;
};

/// The ends of all chains, signed, in a file outside the database: whoever can write to every table can make
/// a chain anew, but not what was signed before. One JSON object a line; each names the sum of the line
/// before. Used by one coroutine at a time; each process has a file of its own.
class AuditCheckpoints {
 public:
  /// The file need not exist yet.
  AuditCheckpoints(storage::Database& database, SigningKey key, std::filesystem::path file,
                   const base::Clock& clock);

  /// Adds a line for the chains that have grown since the last; gives how many those were. To be called each
  /// minute.
  base::Task<std::size_t> write();
  /// What in the database is not as the file says; the file's own damage first. Throws base::Error
  /// (kInvalidInput) for a line that the key has not signed.
  base::Task<std::vector<AuditFault>> verify();

 private:
  /// The file as it was read and checked.
  struct Lines {
    std::uintmax_t bytes = 0;
    std::string last_sum;                      ///< of the last line; empty when there is none
    std::map<std::string, std::string> heads;  ///< what was signed last of each chain
  };

  Lines read_file() const;
  void append(const std::map<std::string, std::string>& heads);

  storage::Database& database_;
  SigningKey key_;
  std::filesystem::path file_;
  const base::Clock& clock_;
  std::optional<Lines> known_;  ///< so that the whole file need not be read each minute
};

}  // namespace pharos::security
