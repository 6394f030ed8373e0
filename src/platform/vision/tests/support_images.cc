#include "platform/vision/tests/support_images.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>
#include <zlib.h>

namespace pharos::vision::test {
namespace {

std::size_t area(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

std::string taken(std::uint8_t* data, std::size_t size) {
  std::string file(reinterpret_cast<const char*>(data), size);
  WebPFree(data);
  return file;
}

std::string riff_chunk(std::string_view type, std::string_view body) {
  return std::string(type) + le(body.size(), 4) + std::string(body) + std::string(body.size() % 2, '\0');
}

std::string box(std::string_view type, std::string_view body) {
  return be(body.size() + 8, 4) + std::string(type) + std::string(body);
}

}  // namespace

std::string unhex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string be(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes; i-- > 0;) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

std::string le(std::uint64_t value, int bytes) {
  std::string text = be(value, bytes);
  std::ranges::reverse(text);
  return text;
}

Image colourful(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {x * 37 + y * 11, x * 5 + y * 59 + 90, 255 - x * 17 + y * 3}) {
        image.rgb.push_back(static_cast<std::uint8_t>(value & 0xFF));
      }
    }
  }
  return image;
}

Image blocks(int columns, int rows) {
  Image image{columns * 8, rows * 8, std::vector<std::uint8_t>(area(columns * 8, rows * 8) * 3)};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int block = y / 8 * columns + x / 8;
      auto* pixel = &image.rgb[(area(image.width, y) + static_cast<std::size_t>(x)) * 3];
      for (int channel = 0; channel < 3; ++channel) {
        pixel[channel] = static_cast<std::uint8_t>(40 + (block * (67 + 30 * channel)) % 180);
      }
    }
  }
  return image;
}

double mean_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.rgb.size() != b.rgb.size()) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(a.rgb[i] - b.rgb[i]);
  return sum / static_cast<double>(a.rgb.size());
}

int worst_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.rgb.size() != b.rgb.size()) return 255;
  int worst = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) worst = std::max(worst, std::abs(a.rgb[i] - b.rgb[i]));
  return worst;
}

std::string exif_block(int orientation, bool big_endian) {
  const auto number = [&](std::uint64_t value, int bytes) {
    return big_endian ? be(value, bytes) : le(value, bytes);
  };
  return std::string(big_endian ? "MM" : "II") + number(42, 2) + number(8, 4) + number(2, 2) +
         number(0x0100, 2) + number(3, 2) + number(1, 4) + number(7, 2) + number(0, 2) + number(0x0112, 2) +
         number(3, 2) + number(1, 4) + number(static_cast<std::uint64_t>(orientation), 2) + number(0, 2) +
         number(0, 4);
}

std::string jpeg_with_exif(std::string_view jpeg, std::string_view tiff) {
  return std::string(jpeg.substr(0, 2)) + "\xFF\xE1" + be(tiff.size() + 8, 2) + std::string("Exif\0\0", 6) +
         std::string(tiff) + std::string(jpeg.substr(2));
}

std::string png_with_chunk(std::string_view png, std::string_view type, std::string_view body) {
  constexpr std::size_t kHeader = 8 + 25;  // signature and IHDR
  const std::string content = std::string(type) + std::string(body);
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  return std::string(png.substr(0, kHeader)) + be(body.size(), 4) + content + be(sum, 4) +
         std::string(png.substr(kHeader));
}

std::string webp_with_exif(const Image& image, std::string_view tiff) {
  constexpr int kHasExif = 0x08;
  const std::string picture = lossless_webp(image).substr(12);
  const std::string body =
      "WEBP" +
      riff_chunk("VP8X", le(kHasExif, 4) + le(static_cast<std::uint64_t>(image.width - 1), 3) +
                             le(static_cast<std::uint64_t>(image.height - 1), 3)) +
      picture + riff_chunk("EXIF", tiff);
  return "RIFF" + le(body.size(), 4) + body;
}

std::string lossy_webp(const Image& image) {
  std::uint8_t* data = nullptr;
  const std::size_t size =
      WebPEncodeRGB(image.rgb.data(), image.width, image.height, image.width * 3, 90, &data);
  return taken(data, size);
}

std::string lossless_webp(const Image& image) {
  std::uint8_t* data = nullptr;
  const std::size_t size =
      WebPEncodeLosslessRGB(image.rgb.data(), image.width, image.height, image.width * 3, &data);
  return taken(data, size);
}

std::string lossless_webp_with_alpha(int width, int height, const std::vector<std::uint8_t>& rgba) {
  std::uint8_t* data = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(rgba.data(), width, height, width * 4, &data);
  return taken(data, size);
}

std::string write_jpeg(int width, int height, const std::vector<std::uint8_t>& samples, JpegKind kind) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = kind.components;
  info.in_color_space = kind.components == 1 ? JCS_GRAYSCALE : kind.components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (kind.ycck) jpeg_set_colorspace(&info, JCS_YCCK);
  if (!kind.adobe_marker) info.write_Adobe_marker = FALSE;
  jpeg_set_quality(&info, 100, TRUE);
  for (int i = 0; i < info.num_components; ++i) {
    info.comp_info[i].h_samp_factor = 1;
    info.comp_info[i].v_samp_factor = 1;
  }
  if (kind.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < height; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(samples.data() + area(width * kind.components, y));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string file(reinterpret_cast<const char*>(buffer), size);
  std::free(buffer);
  return file;
}

std::string write_png(int width, int height, const std::vector<std::uint8_t>& rows, const PngKind& kind) {
  std::string file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &file,
      [](png_structp writer, png_bytep data, std::size_t count) {
        static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<const char*>(data), count);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), kind.depth,
               kind.colour_type, kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (std::size_t i = 0; i + 2 < kind.palette.size(); i += 3) {
    palette.push_back({kind.palette[i], kind.palette[i + 1], kind.palette[i + 2]});
  }
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  png_color_16 transparent{};
  transparent.gray = static_cast<png_uint_16>(std::max(kind.transparent_gray, 0));
  if (!kind.transparency.empty()) {
    png_set_tRNS(png, info, kind.transparency.data(), static_cast<int>(kind.transparency.size()), nullptr);
  } else if (kind.transparent_gray >= 0) {
    png_set_tRNS(png, info, nullptr, 1, &transparent);
  }
  std::vector<png_bytep> row_pointers;
  const std::size_t stride = rows.size() / static_cast<std::size_t>(height);
  for (int y = 0; y < height; ++y) {
    row_pointers.push_back(const_cast<png_bytep>(rows.data() + stride * static_cast<std::size_t>(y)));
  }
  png_write_info(png, info);
  png_write_image(png, row_pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

std::string heic_header(std::uint32_t width, std::uint32_t height) {
  constexpr int kTileId = 1;
  constexpr int kWholeId = 2;
  const auto extent = [](std::uint32_t w, std::uint32_t h) {
    return box("ispe", be(0, 4) + be(w, 4) + be(h, 4));
  };
  const auto owner = [](int id, int property) {
    return be(static_cast<std::uint64_t>(id), 2) + be(1, 1) +
           be(static_cast<std::uint64_t>(property) | 0x80, 1);
  };
  const std::string properties =
      box("ipco", extent(512, 512) + box("irot", be(0, 1)) + extent(width, height));
  const std::string owners = box("ipma", be(0, 4) + be(2, 4) + owner(kTileId, 1) + owner(kWholeId, 3));
  const std::string primary = box("pitm", be(0, 4) + be(kWholeId, 2));
  return box("ftyp", "heic" + be(0, 4) + "mif1heic") +
         box("meta", be(0, 4) + box("hdlr", "") + primary + box("iprp", properties + owners)) +
         box("mdat", "pixels");
}

}  // namespace pharos::vision::test
