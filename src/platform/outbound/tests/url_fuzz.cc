// Any bytes as a URL, and as what a redirect says.
#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "platform/outbound/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pharos::outbound::Url;
  const std::string text(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are bytes
  static const Url kBase = Url::parse("https://example.org/a/b");
  const auto check = [](const Url& url) {
    // What was read once reads the same again.
    if (Url::parse(url.text()).origin() != url.origin()) __builtin_trap();
  };
  try {
    check(Url::parse(text));
  } catch (const pharos::base::Error&) {
  }
  try {
    check(kBase.resolve(text));
  } catch (const pharos::base::Error&) {
  }
  return 0;
}
