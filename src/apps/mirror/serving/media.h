// Photos that people have sent.
#pragma once

#include <cstdint>
#include <string>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/http/upload.h"
#include "platform/http/values.h"
#include "platform/security/caller.h"
#include "platform/storage/blobs.h"
#include "platform/storage/database.h"

namespace pharos::mirror {

/// One photo, as its owner sees it.
struct Medium {
  std::string id;
  std::string name;
  std::string format;  ///< jpeg, png, webp or heic, as its first bytes say
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t bytes = 0;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(Medium, (), (id, name, format, width, height, bytes, created_at))

/// What somebody sent, and what is known of it.
struct Photo {
  Medium medium;
  std::string content;
};

/// Thread-safe. Each caller has their own: another's photo is not there (base::Error, kNotFound).
class Media {
 public:
  /// All outlive it.
  Media(storage::Database& database, storage::Blobs& blobs, base::Pool& disk, base::Pool& cpu,
        const base::Clock& clock, base::Ids& ids)
      : database_(database), blobs_(blobs), disk_(disk), cpu_(cpu), clock_(clock), ids_(ids) {}

  /// Throws base::Error for what is no photo, or not all of one, as vision::decode does.
  base::Task<Medium> add(security::Caller caller, std::string name, std::string content);
  base::Task<Medium> add(security::Caller caller, http::UploadedFile file);
  base::Task<http::Listing<Medium>> list(security::Caller caller, http::Page page);
  base::Task<Medium> read(storage::Scope owner, std::string id);
  /// With the file as it was sent.
  base::Task<Photo> read_whole(storage::Scope owner, std::string id);
  /// With its reports.
  base::Task<void> remove(security::Caller caller, std::string id);

 private:
  storage::Database& database_;
  storage::Blobs& blobs_;
  base::Pool& disk_;
  base::Pool& cpu_;
  const base::Clock& clock_;
  base::Ids& ids_;
};

}  // namespace pharos::mirror
