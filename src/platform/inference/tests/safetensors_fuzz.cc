// Whatever the bytes are, each array that is accepted lies inside them.
#include <cstdint>
#include <cstdlib>
#include <numeric>

#include "core/base/error.h"
#include "platform/inference/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const pharos::inference::Safetensors weights(std::as_bytes(std::span(data, size)));
    unsigned sum = 0;
    for (const auto& [name, tensor] : weights.tensors()) {
      for (const std::byte byte : tensor.bytes) sum += std::to_integer<unsigned>(byte);
      if (tensor.type == "F32") weights.floats(name, tensor.shape);
    }
    if (sum > 255U * size * weights.tensors().size()) std::abort();
  } catch (const pharos::base::Error&) {
  }
  return 0;
}
