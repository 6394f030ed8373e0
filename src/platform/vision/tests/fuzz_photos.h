// Good photo files for fuzzers to damage: random bytes alone seldom get past a signature or a checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <webp/encode.h>

#include "platform/vision/image.h"

namespace pharos::vision::fuzz {

/// A TIFF block that says "turned by a quarter".
inline std::string exif_block() {
  return std::string("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 26);
}

inline std::string webp(const Image& image, bool lossless) {
  std::uint8_t* data = nullptr;
  const int stride = image.width * 3;
  const std::size_t size =
      lossless ? WebPEncodeLosslessRGB(image.rgb.data(), image.width, image.height, stride, &data)
               : WebPEncodeRGB(image.rgb.data(), image.width, image.height, stride, 80, &data);
  std::string file(reinterpret_cast<const char*>(data), size);
  WebPFree(data);
  return file;
}

/// The boxes of a HEIC photo of 24 × 18 pixels, without them.
inline std::string heic() {
  return std::string(
      "\0\0\0\x14"
      "ftypheic\0\0\0\0heic"
      "\0\0\0\x5A"
      "meta\0\0\0\0"
      "\0\0\0\x0E"
      "pitm\0\0\0\0\0\2"
      "\0\0\0\x40"
      "iprp"
      "\0\0\0\x24"
      "ipco"
      "\0\0\0\x14"
      "ispe\0\0\0\0\0\0\0\x18\0\0\0\x12"
      "\0\0\0\x08"
      "hvcC"
      "\0\0\0\x14"
      "ipma\0\0\0\0\0\0\0\1\0\2\1\x81",
      20 + 90);
}

inline std::vector<std::string> good_files() {
  Image image{24, 18, {}};
  for (int i = 0; i < 24 * 18 * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(i * i / 7));
  const std::string jpeg = encode_jpeg(image, 60);
  const std::string app1 = std::string(
                               "\xFF\xE1\0\x22"
                               "Exif\0\0",
                               10) +
                           exif_block();
  return {jpeg.substr(0, 2) + app1 + jpeg.substr(2), encode_png(image), webp(image, false), webp(image, true),
          heic()};
}

/// The first byte chooses a good file; each further three say where it is changed and how. When there is no
/// such file, the bytes that follow are the file.
inline std::string damaged(const std::vector<std::string>& files, const std::uint8_t* data,
                           std::size_t size) {
  if (size == 0) return {};
  if (data[0] >= files.size()) return {reinterpret_cast<const char*>(data + 1), size - 1};
  std::string file = files[data[0]];
  for (std::size_t i = 1; i + 2 < size; i += 3) {
    const std::size_t place = static_cast<std::size_t>(data[i] * 256 + data[i + 1]) % (file.size() + 1);
    if (place == file.size()) {
      file.resize(data[i + 2] * file.size() / 256 + 1);  // cut off
    } else {
      file[place] = static_cast<char>(data[i + 2]);
    }
  }
  return file;
}

}  // namespace pharos::vision::fuzz
