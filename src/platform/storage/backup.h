// Everything of the embedded default in one folder, and back: `pharos backup` and `pharos restore`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/clock.h"
#include "platform/storage/file_system.h"

namespace pharos::storage {

/// What lies in a data folder.
struct DataFolder {
  std::filesystem::path folder;
  std::vector<std::string> databases;  ///< SQLite files in it; those that are not there yet are passed over
  std::vector<std::string> files =
      {};                       ///< others in it, such as keys; those that are not there are passed over
  std::string blobs = "blobs";  ///< DiskBlobs' folder in it
};

struct BackupFile {
  std::string path;  ///< in the folder
  std::string sha256;
  std::uint64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(BackupFile, (), (path, sha256, bytes))

/// `manifest.json`: written last, so that a backup that has one is whole.
struct BackupManifest {
  int format = 1;
  std::string made_at;
  std::vector<BackupFile> files;
};
BOOST_DESCRIBE_STRUCT(BackupManifest, (), (format, made_at, files))

/// Gets the bytes that are done and what there is to do, as far as it is known.
using BackupProgress = std::function<void(std::uintmax_t done, std::uintmax_t of)>;

/// Copies the data into the new folder `into` while programs go on working with it; nobody is held up. Each
/// database is one state of it. What the tables name is there, unless it was both put and removed while the
/// copy was made. Blocks. Throws base::Error: kConflict when the folder has something in it, kNotFound when
/// there is nothing to copy, kUnavailable when something cannot be read or written.
BackupManifest back_up(const DataFolder& data, const std::filesystem::path& into, const base::Clock& clock,
                       FileSystem& files, const BackupProgress& on_progress = {});

/// Looks whether every file is what the manifest says. Throws base::Error: kNotFound without a manifest (the
/// backup was not finished), kUnsupported for one of a newer program, kInvalidInput when a file is missing or
/// damaged.
BackupManifest check_backup(const std::filesystem::path& backup, const BackupProgress& on_progress = {});

/// Makes the data folder `folder` out of a backup that was checked: all of it or none. Throws base::Error,
/// kConflict when the folder has something in it.
BackupManifest restore(const std::filesystem::path& backup, const std::filesystem::path& folder,
                       FileSystem& files, const BackupProgress& on_progress = {});

}  // namespace pharos::storage
