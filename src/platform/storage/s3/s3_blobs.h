// Blobs in a bucket of S3 or of what speaks like it: where replicas share no disk.
#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/pool.h"
#include "platform/storage/blobs.h"
#include "platform/storage/s3/signature.h"

namespace pharos::storage {

struct S3BlobsSettings {
  std::string endpoint;  ///< `https://s3.eu-central-1.amazonaws.com`; the bucket is named in the path
  std::string bucket;    ///< which is there already
  std::string prefix;    ///< before each name, `pharos/`
  s3::Keys keys;
};

/// What is written lies in a temporary file until it is finished and then goes in one request, of at most 5
/// GB; the store refuses it when it has come to harm on the way.
class S3Blobs final : public Blobs {
 public:
  /// Throws base::Error (kInvalidInput) when the endpoint is none. Pool, ids and clock must outlive it and
  /// its readers and writers.
  S3Blobs(S3BlobsSettings settings, base::Pool& disk, base::Ids& ids, base::Clock& clock);

  base::Task<std::unique_ptr<BlobWriter>> create() override;
  base::Task<std::unique_ptr<BlobReader>> open(std::string name) override;
  base::Task<void> remove(std::string name) override;
  base::Task<std::vector<std::string>> list(std::string after, std::size_t most) override;

 private:
  struct Store;

  std::shared_ptr<Store> store_;
  base::Pool& disk_;
  base::Ids& ids_;
};

}  // namespace pharos::storage
