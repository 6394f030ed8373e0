// Whatever the bytes, an EXIF block means one of the eight orientations.
#include <cstdlib>

#include "platform/vision/exif.h"
#include "platform/vision/tests/fuzz_photos.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pharos;
  static const std::vector<std::string> blocks{vision::fuzz::exif_block()};
  const int orientation = vision::exif_orientation(vision::fuzz::damaged(blocks, data, size));
  if (orientation < 1 || orientation > 8) std::abort();
  return 0;
}
