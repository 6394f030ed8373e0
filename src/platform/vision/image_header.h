// What kind of file photo bytes are and how large the photo in them is, without decoding it.
#pragma once

#include <string_view>

namespace pharos::vision {

/// "jpeg", "png", "webp" or "heic" by the first bytes; empty when it is none of them.
std::string_view photo_format(std::string_view file);

/// What other bytes look like, as words that fit after "looks like": "a PDF document", "text", ...
std::string_view looks_like(std::string_view file);

}  // namespace pharos::vision
