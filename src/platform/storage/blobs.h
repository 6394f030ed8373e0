// Large things that tables refer to by name: photos, documents, exports.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/task.h"

namespace pharos::storage {

/// What is kept. The name is made from the content's SHA-256 and an id, so that each thing that was put is
/// one of its own, whoever else has put the same: removing it is nobody else's business.
struct Blob {
  std::string name;
  std::string sha256;
  std::uintmax_t bytes = 0;
};

/// One blob on its way in. Used by one coroutine at a time; what is not finished is gone with the object.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual base::Task<void> write(std::string piece) = 0;
  /// The blob is kept, also through a loss of power, when this ends.
  virtual base::Task<Blob> finish() = 0;
};

/// One blob on its way out. Used by one coroutine at a time; reads on although the blob is removed meanwhile.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  virtual std::uintmax_t bytes() const = 0;
  /// At most `most` bytes from `offset` on; empty behind the end.
  virtual base::Task<std::string> read(std::uintmax_t offset, std::size_t most) = 0;
};

/// Thread-safe. Contents are not kept apart by team: who may ask for a name is decided where the name is
/// kept. Throws base::Error: kUnavailable when the disk is full or the store does not answer, kNotFound for a
/// name that is not there, kInvalidInput for a text that is no blob's name.
class Blobs {
 public:
  virtual ~Blobs() = default;

  virtual base::Task<std::unique_ptr<BlobWriter>> create() = 0;
  virtual base::Task<std::unique_ptr<BlobReader>> open(std::string name) = 0;
  /// Removing what is not there is no failure.
  virtual base::Task<void> remove(std::string name) = 0;
  /// The names after `after`, sorted, at most `most` of them.
  virtual base::Task<std::vector<std::string>> list(std::string after, std::size_t most) = 0;

  /// A whole blob at once.
  base::Task<Blob> put(std::string content);
  /// Throws base::Error: kTooLarge above `max_bytes`, kUnavailable when the content is not what was put.
  base::Task<std::string> read(std::string name, std::uintmax_t max_bytes = std::uintmax_t{64} << 20);
};

/// `<sha256>-<id>`.
std::string blob_name(std::string_view sha256, std::string_view id);
/// Throws base::Error (kInvalidInput) when it is none.
void check_blob_name(std::string_view name);

}  // namespace pharos::storage
