// The passwords that everybody tries first.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::security {

/// A list of them, one a line, in lower case, as set-up fetches it. Does not change once read; thread-safe.
class CommonPasswords {
 public:
  /// An empty list.
  CommonPasswords() = default;
  /// Reads a text file, compressed with gzip or not. Throws base::Error (kUnavailable) when it cannot be
  /// read.
  explicit CommonPasswords(const std::filesystem::path& file);

  /// Whatever the case of its letters.
  bool contains(std::string_view password) const;
  std::size_t size() const { return passwords_.size(); }

 private:
  std::vector<std::string> passwords_;  // sorted
};

}  // namespace pharos::security
