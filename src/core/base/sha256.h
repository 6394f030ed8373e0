// SHA-256 (FIPS 180-4): a fingerprint of text that nobody can make a second text for.
#pragma once

#include <string>
#include <string_view>

namespace pharos::base {

/// 64 hexadecimal digits.
std::string sha256(std::string_view text);

}  // namespace pharos::base
