// What secrets in the database are sealed with.
#pragma once

#include <filesystem>

#include "platform/storage/cipher.h"

namespace pharos::server {

/// From a file with a line `ID HEX` for each key, the one in use first; made when there is none, so that
/// replicas that share a data folder share it. Throws base::Error (kInvalidInput) that names the line.
storage::KeyRing load_or_make_sealing_keys(const std::filesystem::path& file);

}  // namespace pharos::server
