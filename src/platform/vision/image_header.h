// What kind of file photo bytes are and how large the photo in them is, without decoding it.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/vision/image.h"

namespace pharos::vision {

/// "jpeg", "png", "webp" or "heic" by the first bytes; empty when it is none of them.
std::string_view photo_format(std::string_view file);

/// What other bytes look like, as words that fit after "looks like": "a PDF document", "text", ...
std::string_view looks_like(std::string_view file);

/// What the header of one format says; sides as wide as the file can state them.
struct Found {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  int orientation = 1;
};

/// True for ISO 14496-12 files whose brands say HEIC.
bool is_heic(std::string_view file);

/// The size of a HEIC file's primary picture. Its turn is a property that the decoder applies, so orientation
/// stays 1. Throws base::Error as read_header() does.
Found read_heic(std::string_view file, const DecodeLimits& limits);

}  // namespace pharos::vision
