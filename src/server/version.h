// The version of this build, from CMake.
#pragma once

#include <string_view>

namespace pharos::server {

inline constexpr std::string_view kVersion = PHAROS_VERSION;

}  // namespace pharos::server
