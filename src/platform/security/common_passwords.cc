#include "platform/security/common_passwords.h"

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>
#include <zlib.h>

#include "core/base/ascii.h"
#include "core/base/error.h"

namespace pharos::security {
namespace {

std::string read_gzip(const std::filesystem::path& file) {
  const auto close = [](gzFile_s* opened) { gzclose_r(opened); };
  const std::unique_ptr<gzFile_s, decltype(close)> stream(gzopen(file.c_str(), "rb"), close);
  std::string text;
  std::array<char, 65536> block;
  int got = stream ? gzread(stream.get(), block.data(), block.size()) : -1;
  for (; got > 0; got = gzread(stream.get(), block.data(), block.size())) {
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  if (got < 0) {
    throw base::Error(
        base::Code::kUnavailable,
        fmt::format("the list of common passwords, {}, cannot be read: run set-up again", file.string()));
  }
  return text;
}

}  // namespace

CommonPasswords::CommonPasswords(const std::filesystem::path& file) {
  const std::string text = read_gzip(file);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) passwords_.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::ranges::sort(passwords_);
}

bool CommonPasswords::contains(std::string_view password) const {
  return std::ranges::binary_search(passwords_, base::lower(std::string(password)));
}

}  // namespace pharos::security
