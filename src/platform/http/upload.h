// Files that come in a form (multipart/form-data), saved while they come.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/http/message.h"

namespace pharos::http {

/// A file on disk that is gone with its last owner, unless it was moved away before.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  ~TemporaryFile();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct UploadedFile {
  std::string field;         ///< the form's name for it
  std::string name;          ///< what the client calls the file: shown to people, never used as a path
  std::string content_type;  ///< what the client says it is: not to be believed
  std::uint64_t size = 0;
  TemporaryFile file;
};

struct Upload {
  std::map<std::string, std::string> fields;
  std::vector<UploadedFile> files;

  /// The one file of that field. Throws InputError when there is none or more than one.
  UploadedFile& file(std::string_view field);
};

struct UploadSettings {
  std::filesystem::path folder;  ///< for files on their way; made when it is not there
  std::size_t max_files = 16;
  std::size_t max_fields = 64;
  std::size_t max_field_bytes = 64 * 1024;
};

/// Reads a form and saves its files on `disk`. Throws base::Error: kUnsupported when the content type is no
/// form, kInvalidInput when the form is broken, kTooLarge, kUnavailable when the disk is full.
base::Task<Upload> receive_upload(const Request& request, BodyReader& body, const UploadSettings& settings,
                                  base::Pool& disk);

}  // namespace pharos::http
