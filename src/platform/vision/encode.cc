// Pictures to files.
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>

#include "core/base/error.h"
#include "platform/vision/guarded.h"
#include "platform/vision/image.h"

namespace pharos::vision {
namespace {

class JpegWriter {
 public:
  JpegWriter() {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) {
      std::longjmp(static_cast<JpegWriter*>(info->client_data)->jump_, 1);
    };
    errors_.emit_message = [](j_common_ptr, int) {};
  }
  ~JpegWriter() {
    jpeg_destroy_compress(&info_);
    std::free(buffer_);
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  std::string write(const Image& image, int quality) {
    const bool done = finishes(jump_, [&] {
      jpeg_create_compress(&info_);
      jpeg_mem_dest(&info_, &buffer_, &size_);
      info_.image_width = static_cast<JDIMENSION>(image.width);
      info_.image_height = static_cast<JDIMENSION>(image.height);
      info_.input_components = 3;
      info_.in_color_space = JCS_RGB;
      jpeg_set_defaults(&info_);
      jpeg_set_quality(&info_, quality, TRUE);
      jpeg_start_compress(&info_, TRUE);
      for (int y = 0; y < image.height; ++y) {
        JSAMPROW row = const_cast<JSAMPROW>(image.pixel(0, y));  // the library only reads it
        jpeg_write_scanlines(&info_, &row, 1);
      }
      jpeg_finish_compress(&info_);
    });
    if (!done) {
      std::array<char, JMSG_LENGTH_MAX> message{};
      errors_.format_message(reinterpret_cast<j_common_ptr>(&info_), message.data());
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("The picture cannot be written as JPEG: {}.", message.data()));
    }
    return {reinterpret_cast<const char*>(buffer_), size_};
  }

 private:
  jpeg_compress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  unsigned char* buffer_ = nullptr;
  unsigned long size_ = 0;
};

void check_pixels(const Image& image) {
  const bool whole =
      image.width > 0 && image.height > 0 &&
      image.rgb.size() == static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3;
  if (!whole)
    throw base::Error(base::Code::kInvalidInput, "Only a picture with all its pixels can be written.");
}

}  // namespace

std::string encode_jpeg(const Image& image, int quality) {
  check_pixels(image);
  if (quality < 1 || quality > 100) {
    throw base::Error(base::Code::kInvalidInput, fmt::format("JPEG quality is 1 to 100, not {}.", quality));
  }
  return JpegWriter().write(image, quality);
}

std::string encode_png(const Image& image) {
  check_pixels(image);
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_RGB;
  std::string file(PNG_IMAGE_PNG_SIZE_MAX(png), '\0');
  std::size_t size = file.size();
  if (png_image_write_to_memory(&png, file.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("The picture cannot be written as PNG: {}.", png.message));
  }
  file.resize(size);
  return file;
}

}  // namespace pharos::vision
