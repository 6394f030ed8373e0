// Copies of everything that is kept of somebody, for them to take away.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/task.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/worker.h"
#include "platform/privacy/inventory.h"
#include "platform/security/caller.h"
#include "platform/storage/blobs.h"

namespace pharos::privacy {

struct PersonalExport {
  std::string id;
  std::int64_t bytes = 0;
  std::string created_at;
  std::string expires_at;
};
BOOST_DESCRIBE_STRUCT(PersonalExport, (), (id, bytes, created_at, expires_at))

/// What exports are made with; all of it must outlive them.
struct ExportParts {
  jobs::Jobs& jobs;
  storage::Blobs& blobs;
  const Inventory& inventory;
  const base::Clock& clock;
  base::Ids& ids;
};

/// Thread-safe. An export is a ZIP archive: a JSON file of each table of the inventory, the blobs that they
/// name, and `manifest.json` with the SHA-256 of each. Each caller has their own: another's is not there
/// (base::Error, kNotFound).
class PersonalExports {
 public:
  static constexpr std::chrono::hours kGoodFor{24 * 7};

  explicit PersonalExports(ExportParts parts) : parts_(parts) {}

  /// One at a time: the job that waits or runs already is given again.
  base::Task<jobs::Job> make_later(security::Caller caller);
  /// Does those jobs, whose result names the export.
  void work_in(jobs::Worker& worker);
  base::Task<std::vector<PersonalExport>> list(security::Caller caller);
  base::Task<std::unique_ptr<storage::BlobReader>> open(security::Caller caller, std::string id);

 private:
  base::Task<boost::json::value> do_job(jobs::Job job, jobs::JobContext& context);
  base::Task<storage::Blob> write_archive(std::string user_id);

  ExportParts parts_;
};

/// Removes what nobody may fetch any more; its blobs are doomed. For housekeeping.
void forget_exports(storage::Session& session, std::int64_t now);

}  // namespace pharos::privacy
