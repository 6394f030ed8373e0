#include "platform/vision/image_header.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/vision/bytes.h"
#include "platform/vision/decode.h"
#include "platform/vision/exif.h"
#include "platform/vision/image.h"

namespace pharos::vision {
namespace {

using namespace std::string_view_literals;
using base::Code;
using base::Error;

constexpr std::string_view kAccepted = "a photo must be a JPEG, PNG, WebP or HEIC file";

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

/// Sources: the formats' specifications; ISO 14496-12 brands at offset 8.
constexpr std::array kMagics{
    Magic{0, "GIF87a"sv, "a GIF picture"},
    Magic{0, "GIF89a"sv, "a GIF picture"},
    Magic{0, "%PDF"sv, "a PDF document"},
    Magic{0, "PK\3\4"sv, "a ZIP archive or an office document"},
    Magic{0, "BM"sv, "a BMP picture"},
    Magic{0, "II*\0"sv, "a TIFF picture or a camera's raw file"},
    Magic{0, "MM\0*"sv, "a TIFF picture or a camera's raw file"},
    Magic{0, "\0\0\1\0"sv, "an icon"},
    Magic{0, "8BPS"sv, "a Photoshop document"},
    Magic{0, "\xFF\x0A"sv, "a JPEG XL picture"},
    Magic{4, "JXL \r\n"sv, "a JPEG XL picture"},
    Magic{4, "jP  \r\n"sv, "a JPEG 2000 picture"},
    Magic{4, "ftypavi"sv, "an AVIF picture"},
    Magic{4, "ftyphev"sv, "a HEIF image sequence"},
    Magic{4, "ftypmsf1"sv, "a HEIF image sequence"},
    Magic{4, "ftypmif1"sv, "a HEIF picture that is not HEIC"},
    Magic{4, "ftypqt"sv, "a QuickTime video"},
    Magic{4, "ftyp"sv, "an MP4 video"},
    Magic{0, "\x1A\x45\xDF\xA3"sv, "a Matroska or WebM video"},
    Magic{8, "AVI "sv, "an AVI video"},
    Magic{8, "WAVE"sv, "a WAV sound"},
    Magic{0, "ID3"sv, "an MP3 sound"},
    Magic{0, "OggS"sv, "an Ogg sound or video"},
    Magic{0, "\x1F\x8B"sv, "a gzip archive"},
    Magic{0, "7z\xBC\xAF"sv, "a 7-Zip archive"},
    Magic{0, "Rar!"sv, "a RAR archive"},
    Magic{0,
          "\x7F"
          "ELF"sv,
          "a program"},
    Magic{0, "MZ"sv, "a program"},
};

bool matches(std::string_view file, const Magic& magic) {
  return file.size() >= magic.offset && file.substr(magic.offset).starts_with(magic.bytes);
}

bool is_text(std::string_view file) {
  const auto is_control = [](char c) {
    return static_cast<std::uint8_t>(c) < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  };
  return std::ranges::none_of(file.substr(0, 512), is_control);
}

[[noreturn]] void fail_animated(std::string_view format) {
  throw Error(Code::kUnsupported,
              fmt::format("This is an animated {}: save one picture of it and send that.", format));
}

/// ITU T.81 annex B. Walks the segments up to the first scan.
Found read_jpeg(std::string_view file) {
  const Bytes bytes(file);
  Found found;
  bool has_size = false;
  std::size_t at = 2;
  const auto ends_here = [&] { return has_size && !bytes.has(at, 4); };  // pixels are decode()'s business
  while (!ends_here()) {
    while (bytes.u8(at) != 0xFF) ++at;  // libjpeg skips stray bytes too
    while (bytes.u8(at) == 0xFF) ++at;
    const int marker = bytes.u8(at++);
    if (marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) continue;
    if (marker == 0xD8 || marker == 0xD9) fail_broken("JPEG", "it has no picture in it");
    if (marker == 0xDA) break;
    const std::size_t length = bytes.big_endian(at, 2);
    if (length < 2) fail_broken("JPEG", "a segment has an impossible length");
    const bool is_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame && !has_size) {
      found.height = bytes.big_endian(at + 3, 2);
      found.width = bytes.big_endian(at + 5, 2);
      has_size = true;
    }
    constexpr auto kExif = "Exif\0\0"sv;
    if (marker == 0xE1 && found.orientation == 1 && bytes.has(at, length)) {
      const std::string_view segment = file.substr(at + 2, length - 2);
      if (segment.starts_with(kExif)) found.orientation = exif_orientation(segment);
    }
    at += length;
  }
  if (!has_size) fail_broken("JPEG", "it has no picture in it");
  return found;
}

/// PNG specification, third edition, sections 5 and 11.
Found read_png(std::string_view file) {
  const Bytes bytes(file);
  if (bytes.piece(8, 8) != "\0\0\0\x0DIHDR"sv) fail_broken("PNG", "it does not start with its header");
  Found found{bytes.big_endian(16, 4), bytes.big_endian(20, 4)};
  bool has_pixels = false;
  for (std::size_t at = 8; bytes.has(at, 8);) {
    const std::size_t length = bytes.big_endian(at, 4);
    const std::string_view type = bytes.piece(at + 4, 4);
    if (type == "IDAT") has_pixels = true;
    if (type == "acTL" && !has_pixels && bytes.has(at + 8, 4) && bytes.big_endian(at + 8, 4) > 1) {
      fail_animated("PNG");
    }
    if (type == "eXIf" && bytes.has(at + 8, length)) {
      found.orientation = exif_orientation(file.substr(at + 8, length));
    }
    at += 12 + length;
  }
  return found;
}

/// The frame's size of a lossy bitstream: RFC 6386, 9.1.
Found read_vp8(const Bytes& bytes, std::size_t at) {
  if ((bytes.u8(at) & 1) != 0 || bytes.piece(at + 3, 3) != "\x9D\x01\x2A"sv) {
    fail_broken("WebP", "its picture does not start with a key frame");
  }
  return {bytes.little_endian(at + 6, 2) & 0x3FFF, bytes.little_endian(at + 8, 2) & 0x3FFF};
}

/// The same of a lossless one: RFC 9649, 3.4.
Found read_vp8l(const Bytes& bytes, std::size_t at) {
  if (bytes.u8(at) != 0x2F) fail_broken("WebP", "its lossless picture does not start with its signature");
  const std::uint64_t sides = bytes.little_endian(at + 1, 4);
  return {(sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1};
}

/// RFC 9649, 2.
Found read_webp(std::string_view file) {
  const Bytes bytes(file);
  const std::string_view first = bytes.piece(12, 4);
  if (first == "VP8 ") return read_vp8(bytes, 20);
  if (first == "VP8L") return read_vp8l(bytes, 20);
  if (first != "VP8X") fail_broken("WebP", "its first chunk is unknown");
  constexpr int kAnimation = 0x02;
  if ((bytes.u8(20) & kAnimation) != 0) fail_animated("WebP");
  Found found{bytes.little_endian(24, 3) + 1, bytes.little_endian(27, 3) + 1};
  for (std::size_t at = 12; bytes.has(at, 8);) {
    const std::string_view type = bytes.piece(at, 4);
    const std::size_t length = bytes.little_endian(at + 4, 4);
    if (type == "ANIM" || type == "ANMF") fail_animated("WebP");
    if (type == "EXIF" && bytes.has(at + 8, length)) {
      found.orientation = exif_orientation(file.substr(at + 8, length));
    }
    at += 8 + length + length % 2;
  }
  return found;
}

Found read_format(std::string_view format, std::string_view file, const DecodeLimits& limits) {
  if (format == "jpeg") return read_jpeg(file);
  if (format == "png") return read_png(file);
  if (format == "webp") return read_webp(file);
  return read_heic(file, limits);
}

}  // namespace

void fail_cut_off() {
  throw Error(Code::kInvalidInput,
              "The photo's file ends too early: it was cut off on its way, send it again whole.");
}

void fail_broken(std::string_view format, std::string_view detail) {
  throw Error(
      Code::kInvalidInput,
      fmt::format("The {} file is broken ({}): open it in a photo program, save it anew and try again.",
                  format, detail));
}

void check_size(std::uint64_t width, std::uint64_t height, const DecodeLimits& limits) {
  if (width == 0 || height == 0) {
    throw Error(Code::kInvalidInput,
                fmt::format("The photo says it is {} × {} pixels large: there is nothing to see in it.",
                            width, height));
  }
  const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(limits.max_pixels, 0));
  if (width <= most && height <= most / width) return;
  throw Error(
      Code::kTooLarge,
      fmt::format("The photo has {} × {} pixels; up to {:g} megapixels are accepted: make it smaller.", width,
                  height, static_cast<double>(most) / 1e6));
}

std::string_view photo_format(std::string_view file) {
  if (file.starts_with("\xFF\xD8"sv)) return "jpeg";
  if (file.starts_with("\x89PNG\r\n\x1A\n"sv)) return "png";
  if (file.starts_with("RIFF") && file.size() >= 12 && file.substr(8, 4) == "WEBP") return "webp";
  return is_heic(file) ? "heic" : "";
}

std::string_view looks_like(std::string_view file) {
  for (const Magic& magic : kMagics) {
    if (matches(file, magic)) return magic.name;
  }
  return is_text(file) ? "text" : "data of an unknown kind";
}

ImageHeader read_header(std::string_view file, const DecodeLimits& limits) {
  if (file.empty()) throw Error(Code::kInvalidInput, fmt::format("The file is empty: {}.", kAccepted));
  const std::string_view format = photo_format(file);
  if (format.empty()) {
    throw Error(Code::kUnsupported, fmt::format("This looks like {}: {}.", looks_like(file), kAccepted));
  }
  const Found found = read_format(format, file, limits);
  check_size(found.width, found.height, limits);
  return {std::string(format), static_cast<int>(found.width), static_cast<int>(found.height),
          found.orientation};
}

}  // namespace pharos::vision
