#include "platform/storage/temporary_folder.h"

#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::storage {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "pharos-storage-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw base::Error(
        base::Code::kUnavailable,
        fmt::format("no temporary folder can be made as '{}'; is there space, and may this user "
                    "write there?",
                    pattern));
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace pharos::storage
