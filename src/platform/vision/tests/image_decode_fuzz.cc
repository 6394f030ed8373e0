// Whatever the bytes, a photo is decoded to the size its header says or refused with a sentence.
#include <algorithm>
#include <cstdlib>

#include "core/base/error.h"
#include "platform/vision/tests/fuzz_photos.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pharos;
  static const std::vector<std::string> files = vision::fuzz::good_files();
  if (size == 0) return 0;
  const int max_side = data[0] % 64;
  try {
    const std::string file = vision::fuzz::damaged(files, data + 1, size - 1);
    const vision::Photo photo = vision::decode(file, max_side, {.max_pixels = 1 << 16});
    const vision::Image& image = photo.image;
    const bool whole = image.width > 0 && image.height > 0 &&
                       image.rgb.size() == static_cast<std::size_t>(image.width * image.height) * 3 &&
                       image.width <= photo.original_width && image.height <= photo.original_height &&
                       (max_side == 0 || std::max(image.width, image.height) <= max_side);
    if (!whole) std::abort();
  } catch (const base::Error& error) {
    if (!base::is_users_mistake(error.code())) std::abort();
  }
  return 0;
}
