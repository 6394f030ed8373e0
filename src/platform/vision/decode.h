// The decoders behind decode(), one a format. Each takes a file whose header was read and accepted, and gives
// RGB as stored (not yet turned upright) at the target size. They throw base::Error as decode() does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platform/vision/image.h"
#include "platform/vision/shrink.h"

namespace pharos::vision {

Image decode_jpeg(std::string_view file, Size stored, Size target);
Image decode_png(std::string_view file, Size stored, Size target);
Image decode_webp(std::string_view file, Size stored, Size target);
/// HEIC is turned upright by its library, so its size is known only here: shrunk to `max_side`, and
/// `original` is set to the upright size. `library` is the file name of libheif.
Image decode_heic(std::string_view file, int max_side, const DecodeLimits& limits, Size& original,
                  const char* library = "libheif.so.1");

/// Throws base::Error (kInvalidInput): the file says one thing in its header and another later, or a library
/// found it broken. `detail` is the library's sentence.
[[noreturn]] void fail_broken(std::string_view format, std::string_view detail);

/// Throws base::Error (kTooLarge) above the limits, kInvalidInput for a side of 0 pixels.
void check_size(std::uint64_t width, std::uint64_t height, const DecodeLimits& limits);

/// Lays `count` RGBA pixels on white; `rgb` may be the same memory.
void lay_on_white(const std::uint8_t* rgba, std::uint8_t* rgb, std::size_t count) noexcept;

}  // namespace pharos::vision
