// WebP by libwebp: lossy, lossless, with transparency.
#include <cstddef>

#include <webp/decode.h>

#include "platform/vision/bytes.h"
#include "platform/vision/decode.h"

namespace pharos::vision {
namespace {

void check(VP8StatusCode status) {
  if (status == VP8_STATUS_OK) return;
  if (status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED) fail_cut_off();
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  fail_broken("WebP", "its compressed pixels make no sense");
}

}  // namespace

Image decode_webp(std::string_view file, Size stored, Size target) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(file.data());
  WebPDecoderConfig config;
  WebPInitDecoderConfig(&config);
  check(WebPGetFeatures(data, file.size(), &config.input));
  if (Size{config.input.width, config.input.height} != stored) fail_broken("WebP", "it states two sizes");

  const bool has_alpha = config.input.has_alpha != 0;
  const auto width = static_cast<std::size_t>(stored.width);
  const std::size_t stride = width * (has_alpha ? 4 : 3);
  std::vector<std::uint8_t> pixels(stride * static_cast<std::size_t>(stored.height));
  config.output.colorspace = has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {pixels.data(), static_cast<int>(stride), pixels.size()};
  check(WebPDecode(data, file.size(), &config));

  if (!has_alpha && stored == target) return {stored.width, stored.height, std::move(pixels)};
  AreaShrinker shrinker(stored, target);
  for (std::uint8_t* row = pixels.data(); row != pixels.data() + pixels.size(); row += stride) {
    if (has_alpha) lay_on_white(row, row, width);
    shrinker.push(row);
  }
  return shrinker.take();
}

}  // namespace pharos::vision
