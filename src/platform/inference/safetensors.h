// Named arrays of numbers in a .safetensors file.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::inference {

/// One array of the file, in place.
struct TensorView {
  std::string type;  ///< as the file names it: F32, I64, ...
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;
};

/// Reads the table of contents; the numbers stay where they are, so what `file` points to must outlive this.
/// Every array lies inside the file and is as long as its shape and type say. Immutable, so thread-safe.
class Safetensors {
 public:
  /// Throws base::Error (kInvalidInput) when `file` is not a well-formed safetensors file.
  explicit Safetensors(std::span<const std::byte> file);

  const std::map<std::string, TensorView, std::less<>>& tensors() const { return tensors_; }

  /// The array `name` when it is F32 of exactly that shape; throws base::Error (kInvalidInput) otherwise.
  std::span<const float> floats(std::string_view name, std::span<const std::size_t> shape) const;

 private:
  std::map<std::string, TensorView, std::less<>> tensors_;
};

}  // namespace pharos::inference
