// Whatever the bytes are, each array that is accepted lies inside them.
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

std::string good_file() {
  const std::string header =
      R"({"__metadata__":{"made":"by hand"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
      R"("b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}})";
  const std::uint64_t size = header.size();
  std::string file(sizeof size, '\0');
  std::memcpy(file.data(), &size, sizeof size);
  return file + header + std::string(32, '\1');
}

/// Each three bytes say which byte of the file becomes what; the file may end early.
std::string damaged(std::string file, const std::uint8_t* data, std::size_t size) {
  for (std::size_t i = 0; i + 2 < size; i += 3) {
    const std::size_t place = static_cast<std::size_t>(data[i] * 256 + data[i + 1]) % (file.size() + 1);
    if (place == file.size()) {
      file.resize(data[i + 2] * file.size() / 256 + 1);
    } else {
      file[place] = static_cast<char>(data[i + 2]);
    }
  }
  return file;
}

}  // namespace

/// Read once as they are, and once as the damage to a good file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string good = good_file();
  read({reinterpret_cast<const char*>(data), size});
  read(damaged(good, data, size));
  return 0;
}
