#include "server/sealing_key.h"

#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/security/crypto.h"

namespace pharos::server {
namespace {

namespace files = std::filesystem;

/// Whoever puts it there first wins: the others read theirs.
void make(const files::path& file) {
  const files::path draft = fmt::format("{}.{}", file.string(), security::hex(security::random_bytes(8)));
  base::write_file(draft,
                   fmt::format("{} {}\n", security::hex(security::random_bytes(4)),
                               security::hex(security::random_bytes(std::tuple_size_v<storage::Key>))));
  files::permissions(draft, files::perms::owner_read | files::perms::owner_write);
  std::error_code failure;
  files::create_hard_link(draft, file, failure);
  files::remove(draft);
  if (!files::exists(file)) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("'{}' cannot be made: {}", file.string(), failure.message()));
  }
}

storage::Key key_of(const std::string& text, const files::path& file, int line) {
  storage::Key key{};
  bool is_good = text.size() == 2 * key.size();
  for (std::size_t i = 0; is_good && i < key.size(); ++i) {
    const char* start = text.data() + 2 * i;
    const auto [end, failure] = std::from_chars(start, start + 2, key.at(i), 16);
    is_good = failure == std::errc{} && end == start + 2;
  }
  if (!is_good) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("line {} of '{}' is no key: an id, a space and {} hexadecimal digits", line,
                                  file.string(), 2 * key.size()));
  }
  return key;
}

}  // namespace

storage::KeyRing load_or_make_sealing_keys(const files::path& file) {
  if (!files::exists(file)) make(file);
  std::istringstream lines(base::read_file(file, 1 << 20));
  storage::KeyRing ring;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string id = line.substr(0, space);
    ring.keys[id] = key_of(line.substr(std::min(space + 1, line.size())), file, number);
    if (ring.in_use.empty()) ring.in_use = id;
  }
  if (ring.keys.empty()) {
    throw base::Error(base::Code::kInvalidInput, fmt::format("'{}' has no key", file.string()));
  }
  return ring;
}

}  // namespace pharos::server
