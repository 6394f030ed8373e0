// Where photos and documents lie: in the data folder, or in a bucket that replicas share.
#pragma once

#include <memory>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/storage/blobs.h"
#include "platform/storage/file_system.h"
#include "server/settings.h"

namespace pharos::server {

/// What a store of blobs is made of; all outlive it.
struct BlobStoreParts {
  base::Pool& disk;
  base::Ids& ids;
  base::Clock& clock;
  storage::FileSystem& files;
};

/// Blocks. Throws base::Error (kInvalidInput) that names the setting.
std::unique_ptr<storage::Blobs> open_blobs(const Settings& settings, const BlobStoreParts& parts);

/// Whether the bucket lets us in: better told now than when somebody sends a photo. Throws base::Error
/// (kInvalidInput) that names the settings.
base::Task<void> check_store(const storage::S3BlobsSettings& settings, storage::Blobs& blobs);

}  // namespace pharos::server
