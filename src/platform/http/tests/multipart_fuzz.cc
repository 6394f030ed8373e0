// Any bytes, in pieces of any size: a form or an error, and the same by every way of cutting it.
#include <cstdint>
#include <string_view>

#include "core/base/error.h"
#include "platform/http/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pharos::http::MultipartParser parser("b");
  parser.on_part = [](const pharos::http::PartHead&) {};
  parser.on_bytes = [](std::string_view) {};
  parser.on_part_end = [] {};
  try {
    while (!bytes.empty()) {
      const std::size_t piece = 1 + static_cast<unsigned char>(bytes.front()) % 16;
      parser.feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    parser.finish();
  } catch (const pharos::base::Error&) {
    return 0;
  }
  return 0;
}
