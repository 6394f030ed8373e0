// A photo as pixels: decoded, upright, eight bits, RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

namespace pharos::vision {

/// Rows of RGB triples without padding. Upright: orientation has been applied and forgotten.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;

  const std::uint8_t* pixel(int x, int y) const {
    return rgb.data() +
           (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3;
  }
};

/// What the first bytes of an image file say, before any pixel is decoded.
struct ImageHeader {
  std::string format;  ///< "jpeg", "png", "webp" or "heic"
  int width = 0;       ///< as stored, before orientation
  int height = 0;
  int orientation = 1;  ///< EXIF 1 to 8; 1 when absent or broken
};
BOOST_DESCRIBE_STRUCT(ImageHeader, (), (format, width, height, orientation))

struct DecodeLimits {
  std::int64_t max_pixels = 40'000'000;
};

/// A decoded photo. `image` may be smaller than the file's pixels; coordinates times `scale` are pixels of
/// the upright original.
struct Photo {
  Image image;
  int original_width = 0;  ///< upright
  int original_height = 0;
  double scale = 1.0;  ///< original_width / image.width
  std::string format;
};

/// Reads the header of a jpeg, png, webp or heic. Throws base::Error: kInvalidInput for an empty or broken
/// file, kUnsupported for anything else (naming what it looks like) and for animations, kTooLarge above the
/// limits.
ImageHeader read_header(std::string_view file, const DecodeLimits& limits = {});

/// Decodes upright RGB. Transparency is laid on white, CMYK and 16 bits are converted. `max_side` > 0 shrinks
/// by area to that longest side (large JPEGs are decoded at reduced scale first); 0 keeps the original size.
/// Throws as read_header does; truncated pixels are kInvalidInput.
Photo decode(std::string_view file, int max_side, const DecodeLimits& limits = {});

/// Mean of the source pixels under each target pixel. `width` and `height` must not exceed the source's.
Image shrink(const Image& source, int width, int height);

/// Baseline JPEG, quality 1 to 100: for embedding the photo in reports.
std::string encode_jpeg(const Image& image, int quality);
/// For golden tests and pictures in docs.
std::string encode_png(const Image& image);

}  // namespace pharos::vision
