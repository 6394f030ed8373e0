// A file seen as memory, read from disk page by page when touched.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace pharos::inference {

/// Maps a whole file read-only. The bytes live as long as the object.
class MappedFile {
 public:
  /// Throws base::Error: kNotFound without the file, kUnavailable when it cannot be mapped.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

  /// Gives the pages read so far back to the system; touching them again reads them again.
  void release_pages() const;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace pharos::inference
