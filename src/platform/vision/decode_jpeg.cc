// JPEG by libjpeg-turbo, with the settings of its own defaults (accurate integer DCT, smooth chroma), so that
// pixels equal those of other programs that use it.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <fmt/format.h>
#include <jerror.h>

#include "core/base/error.h"
#include "platform/vision/bytes.h"
#include "platform/vision/decode.h"
#include "platform/vision/guarded.h"

namespace pharos::vision {
namespace {

/// Real progressive files have about ten scans over all pixels; a small file with thousands would keep a
/// processor busy for minutes.
constexpr std::int64_t kMaxScans = 100;
constexpr std::int64_t kMaxScannedPixels = 1'000'000'000;

/// (value · black) / 255, rounded, as inks multiply.
std::uint8_t multiply(unsigned value, unsigned black) {
  return static_cast<std::uint8_t>((value * black + 127) / 255);
}

class JpegReader {
 public:
  JpegReader() {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) { reader(info).leave(); };
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0) reader(info).warned();
    };
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Image read(std::string_view file, Size stored, Size target) {
    run([&] {
      jpeg_create_decompress(&info_);
      jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
      jpeg_read_header(&info_, TRUE);
    });
    if (Size{static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)} != stored) {
      fail_broken("JPEG", "it states two sizes");
    }
    const bool is_cmyk = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    choose_scale(target);
    progress_.progress_monitor = [](j_common_ptr info) { reader(info).limit_scans(); };
    info_.progress = &progress_;
    run([&] { jpeg_start_decompress(&info_); });

    const Size scaled{static_cast<int>(info_.output_width), static_cast<int>(info_.output_height)};
    AreaShrinker shrinker(scaled, target);
    std::vector<std::uint8_t> row(std::size_t{info_.output_width} * (is_cmyk ? 4 : 3));
    run([&] {
      while (info_.output_scanline < info_.output_height) {
        JSAMPROW rows = row.data();
        jpeg_read_scanlines(&info_, &rows, 1);
        if (is_cmyk) mix_inks(row.data());
        shrinker.push(row.data());
      }
    });
    return shrinker.take();
  }

 private:
  static JpegReader& reader(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }

  /// Runs a step of the library and throws what it complained of.
  template <class Step>
  void run(const Step& step) {
    if (finishes(jump_, step)) return;
    std::array<char, JMSG_LENGTH_MAX> message{};
    errors_.format_message(reinterpret_cast<j_common_ptr>(&info_), message.data());
    const int code = errors_.msg_code;
    if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JERR_INPUT_EOF) fail_cut_off();
    if (code == JERR_SOF_UNSUPPORTED || code == JERR_BAD_PRECISION || code == JERR_CONVERSION_NOTIMPL) {
      throw base::Error(base::Code::kUnsupported,
                        fmt::format("This kind of JPEG is not readable here ({}): save it as a usual 8-bit "
                                    "colour JPEG and try again.",
                                    message.data()));
    }
    fail_broken("JPEG", too_many_scans_ ? "it has more scans than any camera writes" : message.data());
  }

  [[noreturn]] void leave() { std::longjmp(jump_, 1); }

  /// Missing pixels are an error here; anything else libjpeg can mend is not.
  void warned() {
    if (errors_.msg_code == JWRN_JPEG_EOF || errors_.msg_code == JWRN_HIT_MARKER) leave();
  }

  void limit_scans() {
    const std::int64_t pixels = std::int64_t{info_.image_width} * info_.image_height;
    if (info_.input_scan_number <= std::min(kMaxScans, kMaxScannedPixels / pixels)) return;
    too_many_scans_ = true;
    leave();
  }

  /// The smallest of the fast scales that still covers the target.
  void choose_scale(Size target) {
    info_.scale_denom = 8;
    for (const unsigned scale : {1U, 2U, 4U, 8U}) {
      info_.scale_num = scale;
      jpeg_calc_output_dimensions(&info_);
      if (static_cast<int>(info_.output_width) >= target.width &&
          static_cast<int>(info_.output_height) >= target.height) {
        return;
      }
    }
  }

  /// CMYK to RGB in place. Adobe's files (all that matter) store inks inverted, which libjpeg leaves so.
  void mix_inks(std::uint8_t* row) const {
    const bool inverted = info_.saw_Adobe_marker != FALSE;
    const std::uint8_t* from = row;
    for (JDIMENSION x = 0; x < info_.output_width; ++x, from += 4, row += 3) {
      std::array<unsigned, 4> light{from[0], from[1], from[2], from[3]};
      if (!inverted) {
        for (unsigned& value : light) value = 255 - value;
      }
      for (int channel = 0; channel < 3; ++channel) {
        row[channel] = multiply(light[static_cast<std::size_t>(channel)], light[3]);
      }
    }
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  bool too_many_scans_ = false;
};

}  // namespace

Image decode_jpeg(std::string_view file, Size stored, Size target) {
  return JpegReader().read(file, stored, target);
}

}  // namespace pharos::vision
