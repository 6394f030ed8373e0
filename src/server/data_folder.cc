#include "server/data_folder.h"

#include <system_error>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::server {

std::filesystem::path made_folder(std::filesystem::path folder) {
  if (folder.empty()) {
    throw base::Error(base::Code::kInvalidInput,
                      "say where to keep what is kept: --data FOLDER or PHAROS_DATA");
  }
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw base::Error(base::Code::kInvalidInput, fmt::format("the data folder '{}' cannot be made: {}",
                                                             folder.string(), failure.message()));
  }
  // What people keep here is nobody else's business.
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
  return folder;
}

}  // namespace pharos::server
