// From a file's bytes to an upright photo: the header first, then the format's decoder, then the turn.
#include "platform/vision/decode.h"

#include <utility>

#include "platform/vision/exif.h"
#include "platform/vision/image_header.h"

namespace pharos::vision {
namespace {

Image decode_stored(std::string_view file, const ImageHeader& header, Size target) {
  const Size stored{header.width, header.height};
  if (header.format == "jpeg") return decode_jpeg(file, stored, target);
  if (header.format == "png") return decode_png(file, stored, target);
  return decode_webp(file, stored, target);
}

}  // namespace

void lay_on_white(const std::uint8_t* rgba, std::uint8_t* rgb, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i, rgba += 4, rgb += 3) {
    const unsigned alpha = rgba[3];
    for (int channel = 0; channel < 3; ++channel) {
      rgb[channel] = static_cast<std::uint8_t>((rgba[channel] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
}

Photo decode(std::string_view file, int max_side, const DecodeLimits& limits) {
  const ImageHeader header = read_header(file, limits);
  Photo photo;
  photo.format = header.format;
  Size original{header.width, header.height};
  if (header.format == "heic") {
    photo.image = decode_heic(file, max_side, limits, original);
  } else {
    photo.image = turn_upright(decode_stored(file, header, fit(original, max_side)), header.orientation);
    if (swaps_sides(header.orientation)) std::swap(original.width, original.height);
  }
  photo.original_width = original.width;
  photo.original_height = original.height;
  photo.scale = static_cast<double>(original.width) / photo.image.width;
  return photo;
}

}  // namespace pharos::vision
