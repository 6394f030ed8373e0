// Blobs as files in a folder.
#pragma once

#include <filesystem>

#include "core/base/ids.h"
#include "core/base/pool.h"
#include "platform/storage/blobs.h"
#include "platform/storage/file_system.h"

namespace pharos::storage {

struct DiskBlobsSettings {
  std::filesystem::path folder;
  /// Stays free on the disk: the database beside the blobs must be able to go on when they may not.
  std::uintmax_t bytes_to_leave = std::uintmax_t{512} << 20;
};

/// `folder/ab/ab34…-id`; what is being written lies in `folder/partial`. Several programs may share the
/// folder.
class DiskBlobs final : public Blobs {
 public:
  /// Makes the folder; removes what was left half written longer than a day ago. Blocks. Pool, ids and file
  /// system must outlive it and its readers and writers.
  DiskBlobs(DiskBlobsSettings settings, base::Pool& disk, base::Ids& ids, FileSystem& files);

  base::Task<std::unique_ptr<BlobWriter>> create() override;
  base::Task<std::unique_ptr<BlobReader>> open(std::string name) override;
  base::Task<void> remove(std::string name) override;
  base::Task<std::vector<std::string>> list(std::string after, std::size_t most) override;

 private:
  DiskBlobsSettings settings_;
  base::Pool& disk_;
  base::Ids& ids_;
  FileSystem& files_;
};

}  // namespace pharos::storage
