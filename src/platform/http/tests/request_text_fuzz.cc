// What strangers send as texts: queries, forms, paths.
#include <cstdint>
#include <string_view>

#include "platform/http/multipart.h"
#include "platform/http/url_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(pharos::http::decode_form(text));
  static_cast<void>(pharos::http::multipart_boundary(text));
  if (const auto decoded = pharos::http::decode_percent(text, false)) {
    if (pharos::http::decode_percent(pharos::http::encode_percent(*decoded), false) != *decoded)
      __builtin_trap();
  }
  return 0;
}
