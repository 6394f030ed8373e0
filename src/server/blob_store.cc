#include "server/blob_store.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/storage/disk_blobs.h"

namespace pharos::server {

std::unique_ptr<storage::Blobs> open_blobs(const Settings& settings, const BlobStoreParts& parts) {
  if (!settings.serve.s3) {
    return std::make_unique<storage::DiskBlobs>(storage::DiskBlobsSettings{.folder = settings.data / "blobs"},
                                                parts.disk, parts.ids, parts.files);
  }
  try {
    return std::make_unique<storage::S3Blobs>(*settings.serve.s3, parts.disk, parts.ids, parts.clock);
  } catch (const base::Error& error) {
    throw base::Error(error.code(), fmt::format("S3_ENDPOINT: {}", error.what()));
  }
}

base::Task<void> check_store(const storage::S3BlobsSettings& settings, storage::Blobs& blobs) {
  try {
    co_await blobs.list("", 1);
  } catch (const base::Error& error) {
    throw base::Error(
        base::Code::kInvalidInput,
        fmt::format("S3_ENDPOINT {}, S3_BUCKET {}: {}", settings.endpoint, settings.bucket, error.what()));
  }
}

}  // namespace pharos::server
