// PNG by libpng: any depth, palette, gray, interlacing and transparency to RGB on white. Colours are taken as
// stored; gamma and colour profiles are not applied.
#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include <png.h>

#include "platform/vision/bytes.h"
#include "platform/vision/decode.h"
#include "platform/vision/guarded.h"

namespace pharos::vision {
namespace {

class PngReader {
 public:
  explicit PngReader(std::string_view file) : left_(file) {
    png_ = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, this, [](png_structp png, png_const_charp text) { reader(png).fail(text); },
        [](png_structp, png_const_charp) {});  // warnings are about what is not shown
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, this, [](png_structp png, png_bytep to, std::size_t count) {
      static_cast<PngReader*>(png_get_io_ptr(png))->give(to, count);
    });
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Image read(Size stored, Size target) {
    int passes = 1;
    run([&] {
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
      png_read_info(png_, info_);
      png_set_expand(png_);
      png_set_scale_16(png_);
      png_set_gray_to_rgb(png_);
      png_set_add_alpha(png_, 0xFF, PNG_FILLER_AFTER);
      passes = png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    const Size size{static_cast<int>(png_get_image_width(png_, info_)),
                    static_cast<int>(png_get_image_height(png_, info_))};
    if (size != stored || png_get_rowbytes(png_, info_) != static_cast<std::size_t>(size.width) * 4) {
      fail_broken("PNG", "it states two sizes");
    }
    AreaShrinker shrinker(stored, target);
    if (passes == 1) {
      read_rows(stored, shrinker);
    } else {
      read_interlaced(stored, passes, shrinker);
    }
    return shrinker.take();
  }

 private:
  static PngReader& reader(png_structp png) { return *static_cast<PngReader*>(png_get_error_ptr(png)); }

  void read_rows(Size stored, AreaShrinker& shrinker) {
    const auto width = static_cast<std::size_t>(stored.width);
    std::vector<std::uint8_t> row(width * 4);
    run([&] {
      for (int y = 0; y < stored.height; ++y) {
        png_read_row(png_, row.data(), nullptr);
        lay_on_white(row.data(), row.data(), width);
        shrinker.push(row.data());
      }
    });
  }

  /// Each pass adds pixels to the rows of the one before, so all rows are kept.
  void read_interlaced(Size stored, int passes, AreaShrinker& shrinker) {
    const auto width = static_cast<std::size_t>(stored.width);
    const auto height = static_cast<std::size_t>(stored.height);
    std::vector<std::uint8_t> pixels(width * height * 4);
    run([&] {
      for (int pass = 0; pass < passes; ++pass) {
        for (std::size_t y = 0; y < height; ++y) png_read_row(png_, pixels.data() + y * width * 4, nullptr);
      }
    });
    for (std::size_t y = 0; y < height; ++y) {
      std::uint8_t* row = pixels.data() + y * width * 4;
      lay_on_white(row, row, width);
      shrinker.push(row);
    }
  }

  /// Runs a step of the library and throws what it complained of.
  template <class Step>
  void run(const Step& step) {
    if (finishes(jump_, step)) return;
    if (cut_off_) fail_cut_off();
    fail_broken("PNG", message_.data());
  }

  [[noreturn]] void fail(const char* text) {
    std::strncpy(message_.data(), text, message_.size() - 1);
    std::longjmp(jump_, 1);
  }

  void give(std::uint8_t* to, std::size_t count) {
    if (count > left_.size()) {
      cut_off_ = true;
      png_error(png_, "the file ends");
    }
    std::memcpy(to, left_.data(), count);
    left_.remove_prefix(count);
  }

  std::string_view left_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_{};
  std::array<char, 128> message_{};
  bool cut_off_ = false;
};

}  // namespace

Image decode_png(std::string_view file, Size stored, Size target) {
  return PngReader(file).read(stored, target);
}

}  // namespace pharos::vision
