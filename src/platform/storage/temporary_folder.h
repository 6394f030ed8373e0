// A folder for as long as an object lives.
#pragma once

#include <filesystem>

namespace pharos::storage {

/// A new folder among the system's temporary ones, gone with the object. Throws base::Error (kUnavailable).
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pharos::storage
