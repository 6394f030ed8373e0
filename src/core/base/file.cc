#include "core/base/file.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::base {

std::string read_file(const std::filesystem::path& path, std::uintmax_t max_bytes) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) {
    throw Error(Code::kNotFound, fmt::format("'{}' does not exist", path.string()));
  }
  if (std::filesystem::is_directory(status)) {
    throw Error(Code::kInvalidInput, fmt::format("'{}' is a folder, a file is needed", path.string()));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw Error(Code::kUnavailable, fmt::format("'{}' cannot be read: {}", path.string(),
                                                std::generic_category().message(errno)));
  }
  std::string content;
  char block[1 << 16];
  while (stream.read(block, sizeof block) || stream.gcount() > 0) {
    content.append(block, static_cast<std::size_t>(stream.gcount()));
    if (content.size() > max_bytes) {
      throw Error(Code::kTooLarge, fmt::format("'{}' is larger than {} bytes", path.string(), max_bytes));
    }
  }
  return content;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::path partial = path;
  partial += ".partial";
  std::ofstream stream(partial, std::ios::binary | std::ios::trunc);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  std::error_code failure;
  if (stream) std::filesystem::rename(partial, path, failure);
  if (!stream || failure) {
    const std::string reason = failure ? failure.message() : std::generic_category().message(errno);
    std::filesystem::remove(partial, failure);
    throw Error(Code::kUnavailable, fmt::format("'{}' cannot be written: {}", path.string(), reason));
  }
}

}  // namespace pharos::base
