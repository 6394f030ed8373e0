// A ZIP archive, written from its beginning to its end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/task.h"

namespace pharos::privacy {

/// Contents are stored as they are: photos are compressed already. Used by one coroutine at a time.
class ZipWriter {
 public:
  using Write = std::function<base::Task<void>(std::string)>;

  explicit ZipWriter(Write write) : write_(std::move(write)) {}

  /// Throws base::Error (kTooLarge) when the archive would be larger than 4 GiB or has 65,535 entries.
  base::Task<void> add(std::string name, std::string content);
  /// The list of what is inside, without which it is no archive.
  base::Task<void> finish();

 private:
  struct Entry {
    std::string name;
    std::uint32_t sum = 0;
    std::uint32_t bytes = 0;
    std::uint32_t offset = 0;
  };

  base::Task<void> put(std::string bytes);
  static std::string head_of(const Entry& entry);

  Write write_;
  std::vector<Entry> entries_;
  std::uint64_t written_ = 0;
};

}  // namespace pharos::privacy
