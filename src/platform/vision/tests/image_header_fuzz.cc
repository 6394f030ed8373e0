// Whatever the bytes, a header is read within the limits or refused with a sentence.
#include <cstdlib>

#include "core/base/error.h"
#include "platform/vision/tests/fuzz_photos.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pharos;
  static const std::vector<std::string> files = vision::fuzz::good_files();
  const vision::DecodeLimits limits;
  try {
    const vision::ImageHeader header = vision::read_header(vision::fuzz::damaged(files, data, size), limits);
    const bool possible = header.width > 0 && header.height > 0 &&
                          std::int64_t{header.width} * header.height <= limits.max_pixels &&
                          header.orientation >= 1 && header.orientation <= 8;
    if (!possible) std::abort();
  } catch (const base::Error& error) {
    if (!base::is_users_mistake(error.code())) std::abort();
  }
  return 0;
}
