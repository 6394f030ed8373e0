// Whatever the bytes are, each array that is accepted lies inside them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "platform/inference/safetensors.h"

namespace {

void read(std::string_view bytes) {
  const auto file = std::as_bytes(std::span(bytes));
  try {
    const pharos::inference::Safetensors weights(file);
    for (const auto& [name, tensor] : weights.tensors()) {
      const bool inside = tensor.bytes.data() >= file.data() &&
                          tensor.bytes.data() + tensor.bytes.size() <= file.data() + file.size();
      if (!inside) std::abort();
      if (tensor.type == "F32") weights.floats(name, tensor.shape);
    }
  } catch (const pharos::base::Error&) {
  }
}

}  // namespace

/// Read once as they are, and once as a header and, behind the first line, data, with the header's true
/// length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  const std::uint64_t header = std::min(bytes.find('\n'), size);
  std::string file(sizeof header, '\0');
  std::memcpy(file.data(), &header, sizeof header);
  read(file + bytes);
  return 0;
}
