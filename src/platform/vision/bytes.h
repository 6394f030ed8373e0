// Numbers and pieces out of bytes nobody vouches for: every read is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pharos::vision {

/// Throws base::Error (kInvalidInput): the file ends too early.
[[noreturn]] void fail_cut_off();

/// A view of bytes that throws fail_cut_off() on any read beyond its end.
class Bytes {
 public:
  explicit Bytes(std::string_view data) : data_(data) {}

  std::size_t size() const { return data_.size(); }
  bool has(std::size_t offset, std::size_t count) const {
    return offset <= data_.size() && count <= data_.size() - offset;
  }
  std::string_view piece(std::size_t offset, std::size_t count) const {
    if (!has(offset, count)) fail_cut_off();
    return data_.substr(offset, count);
  }
  std::uint8_t u8(std::size_t offset) const { return static_cast<std::uint8_t>(piece(offset, 1)[0]); }

  /// `count` (1 to 8) bytes as one number, most significant first.
  std::uint64_t big_endian(std::size_t offset, std::size_t count) const {
    std::uint64_t value = 0;
    for (const char byte : piece(offset, count)) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
  }
  /// `count` (1 to 8) bytes as one number, least significant first.
  std::uint64_t little_endian(std::size_t offset, std::size_t count) const {
    std::uint64_t value = 0;
    const std::string_view bytes = piece(offset, count);
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
  }

 private:
  std::string_view data_;
};

}  // namespace pharos::vision
