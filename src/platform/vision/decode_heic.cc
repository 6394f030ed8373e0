#include "core/base/error.h"
#include "platform/vision/decode.h"

namespace pharos::vision {

Image decode_heic(std::string_view, int, const DecodeLimits&, Size&) {
  throw base::Error(base::Code::kUnsupported,
                    "HEIC photos need the library libheif1, which is not installed: install it, or save the "
                    "photo as JPEG.");
}

}  // namespace pharos::vision
