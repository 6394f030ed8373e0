// The folder in which a program keeps what it keeps.
#pragma once

#include <filesystem>

namespace pharos::server {

/// Makes it where it is missing, for its owner's eyes alone. Throws base::Error (kInvalidInput) when none is
/// named or it cannot be made.
std::filesystem::path made_folder(std::filesystem::path folder);

}  // namespace pharos::server
